#include "wampfcgi/store/local_rates.hpp"

#include "store/folder.hpp"
#include "store/rate_file.hpp"
#include "wampfcgi/bridge/store.hpp"
#include "wampfcgi/log/log.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

namespace wampfcgi::store {
namespace {

constexpr std::chrono::seconds looked_after_every{1};

/// The same in all processes with this service, whatever its limit.
std::string file_of(const service_settings& service)
{
    return store::file_name_of("rates", bridge::id_of(service.path, service.realm));
}

refill refill_of(const rate_limit& limit)
{
    const auto most = static_cast<std::int64_t>(limit.requests);
    return {std::chrono::nanoseconds(limit.period).count() / most, most};
}

}  // namespace

class local_rates::counter {
public:
    counter(std::string folder, const service_settings& of, clock now)
        : folder_(std::move(folder)),
          name_(file_of(of)),
          limit_(refill_of(of.options.rate.value())),
          now_([clock = std::move(now)] { return std::chrono::nanoseconds(clock().time_since_epoch()).count(); }),
          file_(folder_, name_)
    {}

    bridge::rate_decision take(std::string_view client)
    {
        look_after_file();
        const auto [set, tag] = file_.position_of(client);
        return store::take_token(set, tag, limit_, now_);
    }

private:
    /// If the file was removed, processes that start later use a new one; switch to that.
    void look_after_file()
    try {
        const auto now = std::chrono::steady_clock::now();
        if (now < next_look_)
            return;
        next_look_ = now + looked_after_every;
        if (file_.is_in_place())
            return;
        log::write(log_level::warning, folder_ + "/" + name_ + " was removed while in use; rates start from zero");
        file_ = rate_file(folder_, name_);
    } catch (const std::runtime_error& why) {
        log::write(log_level::warning, std::string("rate_limit: ") + why.what() +
                                           "; processes started from now on count separately from this one");
        next_look_ = std::chrono::steady_clock::time_point::max();
    }

    std::string folder_;
    std::string name_;
    refill limit_;
    nanosecond_clock now_;
    rate_file file_;
    std::chrono::steady_clock::time_point next_look_ = std::chrono::steady_clock::now() + looked_after_every;
};

local_rates::local_rates(const std::string& folder, const service_settings& of, clock now)
    : counter_(std::make_unique<counter>(folder, of, std::move(now)))
{}

local_rates::~local_rates() = default;

local_rates::ticket local_rates::take_token(std::string_view client, decided done)
{
    result<bridge::rate_decision> decision;
    try {
        decision = counter_->take(client);
    } catch (const std::runtime_error& why) {  // from OpenSSL
        decision = failure{errc::internal_error, why.what()};
    }
    done(std::move(decision));
    return 0;
}

result<void, trouble> try_rates(const std::string& folder, const service_settings& of)
try {
    const rate_file opened(folder, file_of(of));
    return {};
} catch (const std::runtime_error& why) {
    return trouble(why.what());
}

}  // namespace wampfcgi::store
