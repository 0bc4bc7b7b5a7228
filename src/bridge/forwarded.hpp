// Owns the facts about a request that a procedure receives according to `forward`.
#pragma once

#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/settings.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wampfcgi::bridge {

/// The members of kwargs._http; null for what the web server did not send. They are views of `req` and of the keys.
std::vector<codec::reserved_value> forwarded(const std::map<std::string, forward_source>& wanted, const request& req,
                                             const std::optional<checks::signature_facts>& signature);

}  // namespace wampfcgi::bridge
