#pragma once
// What all connections share: options, principals, procedures, the realms' brokers, counters.

#include "broker.hpp"
#include "login.hpp"
#include "options.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wampfcgi::devrouter {

class callee;
class dealer;
struct invocation;

struct registration {
    std::uint64_t id;
    callee* owner;
};

/// The procedures registered by sessions of one realm.
using registry = std::map<std::string, registration, std::less<>>;

using procedure = void (*)(dealer& calls, const invocation& call);
using procedure_table = std::unordered_map<std::string_view, procedure>;

/// Counted over the router's whole life, without com.example.stats itself.
struct statistics {
    std::uint64_t calls = 0;
    std::uint64_t results = 0;
    std::uint64_t errors = 0;
    std::uint64_t cancels = 0;
    std::uint64_t sessions = 0;
    std::uint64_t connections = 0;
    std::uint64_t open_connections = 0;
    std::uint64_t pings = 0;
    std::uint64_t pongs = 0;
    std::uint64_t last_timeout_ms = 0;      ///< 0: the last call had none
    std::string last_call_options{"\x80"};  ///< packed
    std::uint64_t progress = 0;             ///< progressive results
    std::uint64_t publications = 0;         ///< accepted ones
    std::uint64_t events = 0;               ///< sent to subscribers
    std::uint64_t subscribes = 0;
    std::uint64_t unsubscribes = 0;
    std::string last_publish_options{"\x80"};
    std::map<std::string, std::uint64_t, std::less<>> calls_by_procedure;
};

class router {
public:
    explicit router(options from);

    bool has_realm(std::string_view name) const;
    /// nullptr: no such procedure.
    procedure find_procedure(std::string_view name) const;
    /// The names of the built-in procedures, in order, without those in "wamp.".
    std::vector<std::string_view> names_of_own() const;
    /// The realm must be offered here.
    broker& broker_of(const std::string& realm) { return brokers_.at(realm); }
    registry& registry_of(const std::string& realm) { return registries_[realm]; }

    const options settings;
    const directory who;
    statistics counts;
    /// Refuses all logins until then.
    std::chrono::steady_clock::time_point refuse_logins_until{};

private:
    procedure_table procedures_;
    std::unordered_map<std::string, broker> brokers_;
    std::unordered_map<std::string, registry> registries_;
};

}  // namespace wampfcgi::devrouter
