#include "fcgi/cgi/variables.hpp"

#include "fcgi/cgi/request_id.hpp"
#include "wampfcgi/core/pairs.hpp"

#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

namespace wampfcgi::fcgi {
namespace {

using variable = request::variable;

constexpr std::array<std::pair<std::string_view, variable>, 20> known_variables{{
    {"REQUEST_METHOD", variable::method},
    {"SCRIPT_NAME", variable::script_name},
    {"PATH_INFO", variable::path_info},
    {"QUERY_STRING", variable::query},
    {"REMOTE_ADDR", variable::remote_addr},
    {"HTTPS", variable::https},
    {"HTTP_HOST", variable::host},
    {"SERVER_PORT", variable::server_port},
    {"HTTP_ORIGIN", variable::origin},
    {"CONTENT_TYPE", variable::content_type},
    {"CONTENT_LENGTH", variable::content_length},
    {"REMOTE_USER", variable::remote_user},
    {"SSL_CLIENT_S_DN", variable::client_subject},
    {"HTTP_USER_AGENT", variable::user_agent},
    {"HTTP_ACCEPT", variable::accept},
    {"HTTP_SEC_FETCH_SITE", variable::sec_fetch_site},
    {"HTTP_SEC_FETCH_MODE", variable::sec_fetch_mode},
    {"HTTP_LAST_EVENT_ID", variable::last_event_id},
    {"HTTP_IF_NONE_MATCH", variable::if_none_match},
    {"WAMP_FCGI_STATUS", variable::wanted_status},
}};

std::optional<variable> find_variable(std::string_view name)
{
    for (const auto& [each, which] : known_variables)
        if (each == name)
            return which;
    return {};
}

/// Variables that decide about others.
struct clues {
    std::string_view unique_id;
    std::string_view x_request_id;
    std::string_view client_verify = "SUCCESS";  // default when the web server does not send it
    std::string_view server_software;
    std::string_view sent_content_type;

    void take(std::string_view name, std::string_view value)
    {
        if (name == "UNIQUE_ID")
            unique_id = value;
        else if (name == "HTTP_X_REQUEST_ID")
            x_request_id = value;
        else if (name == "SSL_CLIENT_VERIFY")
            client_verify = value;
        else if (name == "SERVER_SOFTWARE")
            server_software = value;
        else if (name == "HTTP_CONTENT_TYPE")
            sent_content_type = value;
    }

    void finish(request& req) const
    {
        // When unverified client certificates are allowed, nginx and Apache pass their subjects too.
        if (client_verify != "SUCCESS")
            req.unset(variable::client_subject);
        // Caddy sends REMOTE_USER="" when no user is logged in.
        if (req.remote_user() == "")
            req.unset(variable::remote_user);
        if (req.client_subject() == "")
            req.unset(variable::client_subject);
        // Caddy gives a request without a content type that of a form; what the client has sent is HTTP_CONTENT_TYPE.
        if (sent_content_type.empty() && server_software.starts_with("Caddy") &&
            req.content_type() == "application/x-www-form-urlencoded")
            req.unset(variable::content_type);
        req.set(variable::id, request_id(unique_id, x_request_id));
    }
};

}  // namespace

request read_variables(const char* const* variables)
{
    std::string pairs;
    for (; *variables != nullptr; ++variables) {
        const std::string_view variable = *variables;
        const std::size_t equals = variable.find('=');
        if (equals != std::string_view::npos)
            append_pair(pairs, variable.substr(0, equals), variable.substr(equals + 1));
    }
    return read_variables(pairs);
}

request read_variables(std::string_view params, std::size_t body_bytes)
{
    request req;
    clues found;
    req.reserve(params.size() + longest_request_id + body_bytes);
    const std::size_t start = req.add(params);
    req.place_pairs(start, params.size());
    std::string_view rest = params;
    while (const auto next = take_pair(rest)) {
        if (const auto which = find_variable(next->name))
            req.place(*which, start + static_cast<std::size_t>(next->value.data() - params.data()), next->value.size());
        else
            found.take(next->name, next->value);
    }
    found.finish(req);
    return req;
}

}  // namespace wampfcgi::fcgi
