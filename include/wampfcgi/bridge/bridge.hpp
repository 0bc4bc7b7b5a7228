// Owns the caller service: from a request by way of the checks to a call, and from its outcome to the response.
// Reading and writing HTTP is fcgi/'s business, making the call the caller's.
#pragma once

#include "wampfcgi/bridge/caller.hpp"
#include "wampfcgi/bridge/store.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/response.hpp"
#include "wampfcgi/core/result.hpp"
#include "wampfcgi/core/settings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace wampfcgi::bridge {

/// A finished request: what the client gets, and what the log should know.
struct answer {
    response http;
    std::optional<failure> why;  ///< set when it was refused or failed
    std::string error_uri;       ///< WAMP error of the callee or router, as it came; empty where there was none
    std::string procedure;       ///< empty when it was not known yet
    bool debug = false;          ///< the service asks for a log line whatever the outcome

    using time_point = std::chrono::steady_clock::time_point;
    std::optional<time_point> submitted_at{};  ///< when the checks were over and the call was made; absent: refused
    time_point ended_at{};                     ///< when the call had its outcome; only with `submitted_at`
};

/// A request that has passed every check that needs no body.
struct admission {
    const service_settings* target = nullptr;
    std::uint64_t body_limit_bytes = 0;  ///< reading may stop once this is passed; 0: never
    header_list cors_headers;
};

class begun_request;

/// The caller services of one process. Lives as long as the requests in it; used by one thread.
class bridge {
public:
    using clock = std::function<std::chrono::sys_time<std::chrono::microseconds>()>;
    using steady_clock = std::function<std::chrono::steady_clock::time_point()>;
    using caller_lookup = std::function<caller&(const std::string& realm, const std::string& role)>;
    using store_lookup = std::function<store&(std::chrono::seconds timestamp_delta_limit)>;
    using respond = std::function<void(answer)>;

    /// `config` must outlive the bridge; `callers` is asked once for each service, `stores` once for each one with
    /// replay_protection. `now` is what signatures are held against, `stopwatch` measures how long calls take.
    bridge(const settings& config, const caller_lookup& callers, const store_lookup& stores, clock now,
           steady_clock stopwatch = std::chrono::steady_clock::now);

    /// Decides what needs no body: path, method, TLS, address, origin, content type, announced length. An answer (a
    /// refusal, or that to OPTIONS) is final.
    std::variant<answer, admission> admit(const request& req) const;

    /// Refuses an admitted request whose body cannot be read whole.
    answer refuse(const admission& admitted, failure why) const;

    /// A request that was taken, by which it can be given up.
    class started_call {
    public:
        started_call() = default;

        /// Empty while it is not known, and when the request has been answered.
        std::string procedure() const;

    private:
        friend class bridge;
        explicit started_call(std::weak_ptr<begun_request> begun) : begun_(std::move(begun)) {}

        std::weak_ptr<begun_request> begun_;
    };

    /// Makes the remaining checks and the call, and frees the body of `req` between the two; where the store has the
    /// request wait, it takes what it needs of `req` along. `done` is called exactly once, perhaps from within this
    /// function (then the returned handle means nothing), unless the request is given up first.
    started_call handle(const admission& admitted, request& req, respond done);

    /// Gives a request up whose answer nobody waits for any more; its `respond` is not called. Does nothing for one
    /// that has been answered.
    void give_up(const started_call& started);

private:
    store* guard_of(const service_settings& each) const;
    std::size_t index_of(const service_settings& each) const;
    bool has_room() const;
    void remember(const std::shared_ptr<begun_request>& begun, store& guard, request& req);
    void make_call(const std::shared_ptr<begun_request>& begun, request& req);
    void submit(const std::shared_ptr<begun_request>& begun, call what);
    void refuse_begun(begun_request& begun, failure why) const;

    const settings& config_;
    // One for each service, in the order of config_.services.
    std::vector<caller*> callers_;
    std::vector<store*> stores_;  // nullptr: without replay_protection
    clock now_;
    std::shared_ptr<const steady_clock> stopwatch_;                              // held by the calls too
    std::shared_ptr<std::size_t> in_flight_ = std::make_shared<std::size_t>(0);  // held by the calls too
};

}  // namespace wampfcgi::bridge
