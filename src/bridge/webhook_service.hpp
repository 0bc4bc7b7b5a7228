// Owns the service of type "webhook": turns a third party's request into a publication, and gives it a plain answer
// (contract section 7).
#pragma once

#include "bridge/post_service.hpp"
#include "wampfcgi/checks/webhook_signature.hpp"

#include <chrono>
#include <cstddef>

namespace wampfcgi::bridge {

class webhook_service final : public post_service {
public:
    webhook_service(const service_settings& configured, session& realm, const counted_together& memory,
                    shared_by_services& shared);

    std::optional<answer> admit(const request& req, admission& admitted) override;

private:
    result<signer> check_sender(const request& req, const admission& admitted,
                                std::chrono::sys_time<std::chrono::microseconds> now) const override;
    result<void> read(operation& what, const request& req, const signer& signature,
                      std::size_t longest_arguments) const override;
    answer answer_for(const outcome& how, const header_fields& cors) const override;

    checks::webhook_signature_check senders_;
};

}  // namespace wampfcgi::bridge
