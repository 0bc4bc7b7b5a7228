#include "app/check_router.hpp"

#include "wampfcgi/log/log.hpp"
#include "wampfcgi/wamp/session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace wampfcgi::app {
namespace {

namespace asio = boost::asio;

class trial {
public:
    explicit trial(const settings& config) : config_(config), time_(loop_)
    {
        for (const service_settings& each : config.services) {
            if (!has_session(each.type))
                continue;
            auto& tried = sessions_[{each.realm, each.role}];
            if (!tried.session)
                tried.session = std::make_unique<wamp::session>(loop_, config.router, each.realm, each.role);
            tried.session->play(wamp::roles_for(each.type));
        }
    }

    bool run()
    {
        to_join_ = sessions_.size();
        if (sessions_.empty())
            return true;
        time_.expires_after(config_.router.connect_timeout);
        time_.async_wait([this](boost::system::error_code error) {
            if (!error)
                leave();
        });
        for (auto& [name, each] : sessions_)
            each.session->start([this, &name = name, &each = each] {
                each.is_joined = true;
                const auto role = each.session->authrole();
                std::cout << "session " << describe(name) << ": joined, the router "
                          << (role ? "gave the role " + log::quote(*role) : "names no role") << '\n';
                if (--to_join_ == 0)
                    leave();
            });
        loop_.run();
        return to_join_ == 0;
    }

private:
    using realm_and_role = std::pair<std::string, std::string>;

    struct attempt {
        std::unique_ptr<wamp::session> session;
        bool is_joined = false;
    };

    static std::string describe(const realm_and_role& name)
    {
        return "realm=" + log::quote(name.first) + " role=" + log::quote(name.second);
    }

    void leave()
    {
        time_.cancel();
        to_leave_ = sessions_.size();
        for (auto& [name, each] : sessions_) {
            if (!each.is_joined)
                log::write(log_level::error, "session " + describe(name) + ": not joined");
            each.session->stop([this] {
                if (--to_leave_ == 0)
                    loop_.stop();
            });
        }
    }

    const settings& config_;
    asio::io_context loop_{1};
    asio::steady_timer time_;
    std::map<realm_and_role, attempt> sessions_;
    std::size_t to_join_ = 0;
    std::size_t to_leave_ = 0;
};

}  // namespace

bool check_router(const settings& config)
{
    return trial(config).run();
}

}  // namespace wampfcgi::app
