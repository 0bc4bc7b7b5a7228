// Owns what the services "caller" and "publisher" have in common: from a POST by way of the checks to what the session
// is to do, and from its outcome to the answer (contract sections 3 to 5).
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
#include <variant>
#include <vector>

namespace wampfcgi::bridge {

struct service_cells;
struct shared_by_services;

class post_service : public service {
public:
    /// What is known of other requests. Null: signed requests may be replayed; there is no rate_limit.
    struct counted_together {
        store* replays;
        rate_counter* rates;
    };

    /// All must outlive it.
    post_service(const service_settings& configured, session& realm, const counted_together& memory,
                 shared_by_services& shared);

    std::variant<answer, admission> admit(const request& req) override;
    answer refuse(const admission& admitted, failure why) const override;
    std::unique_ptr<exchange> serve(admission admitted, request& req, response_sink& client) override;

protected:
    using signer = std::optional<checks::signature_facts>;

    const service_options& options() const noexcept { return configured_.options; }

    /// The last of what is decided before the body is read.
    std::variant<answer, admission> within_rate(const request& req, admission admitted) const;

    /// Adds to the arguments that go out what the service tells about the request.
    void add_facts(payload& arguments, const request& req, const signer& signature) const;

private:
    class post_exchange;

    /// Says who has signed a request, if anybody has to. Fails where it is not whole, or not signed as it has to be.
    virtual result<signer> check_sender(const request& req, std::chrono::sys_time<std::chrono::microseconds> now) const;

    /// Makes `what` of a request whose signature is right. Fails where the body does not say it, or it is not allowed.
    virtual result<void> read(operation& what, const request& req, const signer& signature,
                              std::size_t longest_arguments) const = 0;

    /// The answer for what has become of it. Throws nothing.
    virtual answer answer_for(const outcome& how, const header_list& headers) const;

    const service_settings& configured_;
    session& session_;
    store* replays_;
    rate_gate rate_;
    shared_by_services& shared_;
    service_cells& cells_;
};

/// True when one of `patterns`, exact URIs and prefixes that end in ".", covers `uri`.
bool is_covered(const std::string& uri, const std::vector<std::string>& patterns);

}  // namespace wampfcgi::bridge
