#include "app/worker.hpp"

#include "wampfcgi/bridge/bridge.hpp"
#include "wampfcgi/fcgi/server.hpp"
#include "wampfcgi/log/log.hpp"
#include "wampfcgi/wamp/connection.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <csignal>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace wampfcgi::app {
namespace {

namespace asio = boost::asio;

// mod_fcgid kills a process about three seconds after it has asked it to end.
constexpr std::chrono::milliseconds shutdown_grace{2'500};

class worker {
public:
    worker(const settings& config, int listen_fd)
        : config_(config),
          signals_(loop_, SIGTERM, SIGINT),
          reopen_(loop_, SIGUSR1),
          grace_(loop_),
          bridge_(
              config,
              [this](const std::string& realm, const std::string& role) -> bridge::caller& {
                  return connection_for(realm, role);
              },
              [] { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }),
          server_(loop_, listen_fd, bridge_)
    {}

    int run()
    {
        for (auto& [name, each] : connections_)
            each->start();
        server_.start();
        signals_.async_wait([this](boost::system::error_code error, int signal) {
            if (!error)
                stop(signal);
        });
        await_reopen();
        loop_.run();
        log::finish();
        return 0;
    }

private:
    wamp::connection& connection_for(const std::string& realm, const std::string& role)
    {
        auto& connection = connections_[{realm, role}];
        if (!connection)
            connection = std::make_unique<wamp::connection>(loop_, config_.router, realm, role);
        return *connection;
    }

    void await_reopen()
    {
        reopen_.async_wait([this](boost::system::error_code error, int) {
            if (error)
                return;
            log::reopen();
            await_reopen();
        });
    }

    // What is in flight may finish, then the router is told; after the grace there is no more waiting.
    void stop(int signal)
    {
        log::write(log_level::info, "worker ends on signal " + std::to_string(signal));
        grace_.expires_after(shutdown_grace);
        grace_.async_wait([this](boost::system::error_code error) {
            if (!error)
                leave();
        });
        server_.stop([this] { leave(); });
    }

    void leave()
    {
        if (std::exchange(leaving_, true))
            return;
        grace_.cancel();
        auto left = std::make_shared<std::size_t>(connections_.size());
        for (auto& [name, each] : connections_)
            each->stop([this, left] {
                if (--*left == 0)
                    loop_.stop();
            });
    }

    const settings& config_;
    asio::io_context loop_{1};
    asio::signal_set signals_;
    asio::signal_set reopen_;  // the log file
    asio::steady_timer grace_;
    std::map<std::pair<std::string, std::string>, std::unique_ptr<wamp::connection>> connections_;
    bridge::bridge bridge_;
    fcgi::server server_;
    bool leaving_ = false;
};

}  // namespace

int run_worker(const settings& config, int listen_fd)
{
    return worker(config, listen_fd).run();
}

}  // namespace wampfcgi::app
