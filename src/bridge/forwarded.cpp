#include "bridge/forwarded.hpp"

#include <string_view>

namespace wampfcgi::bridge {
namespace {

std::optional<std::string_view> forwarded_value(forward_source source, const request& req,
                                                const std::optional<checks::signature_facts>& signature)
{
    switch (source) {
    case forward_source::remote_addr:
        return req.remote_addr();
    case forward_source::remote_user:
        return req.remote_user();
    case forward_source::ssl_client_s_dn:
        return req.client_subject();
    case forward_source::http_user_agent:
        return req.user_agent();
    case forward_source::request_id:
        return req.id();
    case forward_source::signing_key:
        return signature ? std::optional<std::string_view>{*signature->name} : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::vector<codec::reserved_value> forwarded(const std::map<std::string, forward_source>& wanted, const request& req,
                                             const std::optional<checks::signature_facts>& signature)
{
    std::vector<codec::reserved_value> values;
    values.reserve(wanted.size());
    for (const auto& [name, source] : wanted)
        values.emplace_back(name, forwarded_value(source, req, signature));
    return values;
}

}  // namespace wampfcgi::bridge
