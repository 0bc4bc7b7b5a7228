#include "app/stores.hpp"

#include "wampfcgi/log/log.hpp"
#include "wampfcgi/store/local_rates.hpp"
#include "wampfcgi/store/state_folder.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace wampfcgi::app {
namespace {

std::string for_replays(const std::string& why)
{
    return "replay_protection: " + why;
}

std::string for_rates(const std::string& why)
{
    return "rate_limit: " + why;
}

std::map<std::chrono::seconds, std::uint64_t> keys_by_limit(const settings& config)
{
    std::map<std::chrono::seconds, std::uint64_t> keys;
    for (const service_settings& each : config.services)
        if (each.options.replay_protection)
            keys[each.options.timestamp_delta_limit] += each.options.keys.size();
    return keys;
}

/// Every key has the same share, so that no key uses up another's.
std::uint64_t share_of_a_key(const settings& config, std::chrono::seconds limit)
{
    const auto keys = keys_by_limit(config);
    const auto found = keys.find(limit);
    const std::uint64_t sharers = found == keys.end() ? 1 : std::max<std::uint64_t>(found->second, 1);
    return std::max<std::uint64_t>(config.replay_capacity / sharers, 1);
}

bool keeps_replays(const settings& config)
{
    return !keys_by_limit(config).empty();
}

/// Checks the folder in which this machine records the data set of the shared store.
result<void, trouble> try_place_of_marker(const settings& config)
{
    if (!keeps_replays(config))
        return {};
    if (auto opened = store::open_state_folder(store::find_folder(config.state_dir)); !opened)
        return trouble(for_replays(opened.error().text));
    return {};
}

}  // namespace

result<void, trouble> try_stores(const settings& config)
{
    if (config.store)
        return try_place_of_marker(config);
    for (const auto& [limit, keys] : keys_by_limit(config))
        if (auto tried = store::try_folder(store::find_folder(config.state_dir), limit); !tried)
            return trouble(for_replays(tried.error().text));
    for (const service_settings& each : config.services)
        if (each.options.rate)
            if (auto tried = store::try_rates(store::find_folder(config.state_dir), each); !tried)
                return trouble(for_rates(tried.error().text));
    return {};
}

void tell_stores(const settings& config, log_level level)
{
    if (config.store && keeps_replays(config))
        log::write(level, "signed requests are remembered in the store, for all machines",
                   {log::token("store", config.store->urls.at(0).text)});
    if (config.store)
        return;
    for (const auto& [limit, keys] : keys_by_limit(config))
        log::write(level, "up to " + std::to_string(config.replay_capacity) + " signed requests in " +
                              std::to_string(2 * limit.count()) + " s are remembered in " +
                              store::find_folder(config.state_dir));
}

stores::stores(boost::asio::io_context& loop, const settings& config, bridge::store_cells& shared)
    : loop_(loop),
      config_(config),
      shared_cells_(shared)
{}

void stores::start()
{
    if (shared_)
        shared_->start();
}

void stores::close()
{
    if (shared_)
        shared_->close();
}

store::shared_store& stores::shared()
{
    using content = store::shared_content;
    if (!shared_)
        shared_.emplace(loop_, *config_.store, keeps_replays(config_) ? store::find_folder(config_.state_dir) : "",
                        keeps_replays(config_) ? content::replays_and_rates : content::rates, shared_cells_);
    return *shared_;
}

bridge::store& stores::open(std::chrono::seconds timestamp_delta_limit)
try {
    if (config_.store)
        return shared().replays(timestamp_delta_limit);
    if (const auto open = by_limit_.find(timestamp_delta_limit); open != by_limit_.end())
        return open->second;
    return by_limit_
        .try_emplace(timestamp_delta_limit, loop_, store::find_folder(config_.state_dir), timestamp_delta_limit,
                     share_of_a_key(config_, timestamp_delta_limit))
        .first->second;
} catch (const std::runtime_error& why) {
    throw std::runtime_error(for_replays(why.what()));
}

bridge::rate_counter& stores::open_rates(const service_settings& of)
try {
    if (config_.store)
        return *rates_.emplace_back(shared().rates(of));
    return *rates_.emplace_back(std::make_unique<store::local_rates>(store::find_folder(config_.state_dir), of));
} catch (const std::runtime_error& why) {
    throw std::runtime_error(for_rates(why.what()));
}

std::uint64_t stores::count_signatures() const noexcept
{
    std::uint64_t count = 0;
    for (const auto& [limit, each] : by_limit_)
        count += each.count();
    return count;
}

}  // namespace wampfcgi::app
