// Owns the service of type "caller": turns a request into a call.
#pragma once

#include "bridge/post_service.hpp"

#include <cstddef>

namespace wampfcgi::bridge {

class caller_service final : public post_service {
public:
    using post_service::post_service;

private:
    result<void> read(operation& what, const request& req, const signer& signature,
                      std::size_t longest_arguments) const override;
};

}  // namespace wampfcgi::bridge
