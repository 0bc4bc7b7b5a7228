// Owns the interface between fcgi/, which has the requests, and the services, which answer them.
#pragma once

#include "wampfcgi/bridge/answer.hpp"
#include "wampfcgi/bridge/response_sink.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/response.hpp"
#include "wampfcgi/core/result.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <variant>

namespace wampfcgi::bridge {

class service;

/// What becomes of a request's body.
enum class body_use { read, dropped };

/// A request that has passed every check that needs no body.
struct admission {
    service* by = nullptr;
    std::uint64_t body_limit_bytes = 0;   ///< reading may stop once this is passed; 0: never
    header_list headers{};                ///< of each answer to it
    body_use body = body_use::read;       ///< dropped: there may be one, but it is not looked at, nor is its length
    bool has_token = false;               ///< has been held against the service's rate_limit
    service_cells* counted_in = nullptr;  ///< of its service; null: nowhere
};

/// A request that a service has, until it is answered. Destroying it gives the request up: a call under way is
/// cancelled, and the sink is not used any more.
class exchange {
public:
    virtual ~exchange() = default;

    /// What is known by now.
    virtual const request_report& report() const noexcept = 0;
};

/// Answers requests. Lives as long as the exchanges it has begun; used by one thread.
class service {
public:
    virtual ~service() = default;

    /// Decides what needs no body (contract section 3, "Order of the checks"). An answer is final.
    virtual std::variant<answer, admission> admit(const request& req) = 0;

    /// The answer to a request that was admitted, and whose body cannot be read whole.
    virtual answer refuse(const admission& admitted, failure why) const = 0;

    /// Answers a request whose body is there or was dropped, now or later, and frees the body when it has been used.
    /// `req` and `client` outlive the exchange. Null: it has been answered.
    virtual std::unique_ptr<exchange> serve(admission admitted, request& req, response_sink& client) = 0;

    /// This process ends: ends streams that would go on for ever, one after the other, `within` this time from now.
    virtual void end_streams(std::chrono::milliseconds /*within*/) {}
};

}  // namespace wampfcgi::bridge
