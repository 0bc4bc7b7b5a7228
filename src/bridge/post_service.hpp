// Owns what the services for POST share: from the request, through the checks, to an operation of the session, and from
// its outcome to the answer (contract sections 3 to 5).
#pragma once

#include "bridge/rate_gate.hpp"
#include "wampfcgi/bridge/service.hpp"
#include "wampfcgi/bridge/session.hpp"
#include "wampfcgi/bridge/store.hpp"
#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/core/call.hpp"
#include "wampfcgi/core/settings.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wampfcgi::bridge {

struct service_cells;
struct shared_by_services;

class post_service : public service {
public:
    /// State shared with other requests. Null: replays are allowed; there is no rate_limit.
    struct counted_together {
        store* replays;
        rate_counter* rates;
    };

    /// All arguments must outlive the service.
    post_service(const service_settings& configured, session& realm, const counted_together& memory,
                 shared_by_services& shared);

    std::optional<answer> admit(const request& req, admission& admitted) override;
    answer refuse(const admission& admitted, failure why) const override;
    std::unique_ptr<exchange> serve(admission&& admitted, request& req, response_sink& client) override;

protected:
    using signer = std::optional<checks::signature_facts>;

    const service_options& options() const noexcept { return configured_.options; }

    /// Checks the announced length of the body, then applies the rate_limit: the last steps before the body is read.
    std::optional<answer> within_body_limit_and_rate(const request& req, admission& admitted) const;

    /// Adds the facts about the request to the arguments, as the service is configured.
    void add_facts(payload& arguments, const request& req, const signer& signature) const;

private:
    class post_exchange;

    std::optional<answer> within_rate(const request& req, admission& admitted) const;

    /// Returns who signed the request, or nothing if it needs no signature. Fails when the body is incomplete or the
    /// signature wrong.
    virtual result<signer> check_sender(const request& req, const admission& admitted,
                                        std::chrono::sys_time<std::chrono::microseconds> now) const;

    /// Turns a request with a valid signature into `what`. Fails when the body does not describe an operation, or it is
    /// not allowed.
    virtual result<void> read(operation& what, const request& req, const signer& signature,
                              std::size_t longest_arguments) const = 0;

    /// Renders the outcome. Does not throw.
    virtual answer answer_for(const outcome& how, const header_fields& headers) const;

    const service_settings& configured_;
    session& session_;
    store* replays_;
    rate_gate rate_;
    checks::signature_check signatures_;
    shared_by_services& shared_;
    service_cells& cells_;
};

/// True when one of `patterns` matches `uri`. A pattern is an exact URI, or a prefix that ends in ".".
bool is_covered(const std::string& uri, const std::vector<std::string>& patterns);

}  // namespace wampfcgi::bridge
