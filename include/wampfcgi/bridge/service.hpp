// Owns the interface between fcgi/, which reads requests, and the services, which answer them.
#pragma once

#include "wampfcgi/bridge/answer.hpp"
#include "wampfcgi/bridge/response_sink.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/response.hpp"
#include "wampfcgi/core/result.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace wampfcgi::bridge {

class service;
struct service_cells;

/// Whether the service uses the request's body.
enum class body_use { read, dropped };

/// A request that has passed every check that needs no body.
struct admission {
    service* by = nullptr;
    std::uint64_t body_limit_bytes = 0;              ///< reading may stop after this many bytes; 0: no limit
    std::optional<std::uint64_t> announced_bytes{};  ///< length of the body, if the client announced it
    header_fields headers{};                         ///< for every answer to this request
    body_use body = body_use::read;                  ///< dropped: a body, and its length, are ignored
    bool has_token = false;                          ///< the service's rate_limit has been applied
    service_cells* counted_in = nullptr;             ///< the cells of its service, also when it is refused; null: none
};

/// A request that a service is working on. Destroying it aborts the request: a call in flight is cancelled, and the
/// sink is not called any more.
class exchange {
public:
    virtual ~exchange() = default;

    /// What is known so far.
    virtual const request_report& report() const noexcept = 0;
};

/// Answers requests. Must outlive the exchanges that it has begun. Used by one thread.
class service {
public:
    virtual ~service() = default;

    /// Makes the checks that need no body (contract section 3, "Order of the checks"), and fills `admitted`, which must
    /// be a new one. An answer is final.
    virtual std::optional<answer> admit(const request& req, admission& admitted) = 0;

    /// The answer to an admitted request whose body cannot be read completely.
    virtual answer refuse(const admission& admitted, failure why) const = 0;

    /// Answers a request whose body has been read or dropped, now or later, and frees the body after use. `req` and
    /// `client` must outlive the exchange. Returns null when the request has been answered already.
    virtual std::unique_ptr<exchange> serve(admission&& admitted, request& req, response_sink& client) = 0;

    /// The process is about to end: ends endless streams, spread over the time `within` from now.
    virtual void end_streams(std::chrono::milliseconds /*within*/) {}
};

}  // namespace wampfcgi::bridge
