// Owns the service of type "publisher": turns a request into a publication (contract section 7).
#pragma once

#include "bridge/post_service.hpp"

#include <cstddef>

namespace wampfcgi::bridge {

class publisher_service final : public post_service {
public:
    using post_service::post_service;

private:
    result<void> read(operation& what, const request& req, const signer& signature,
                      std::size_t longest_arguments) const override;
};

}  // namespace wampfcgi::bridge
