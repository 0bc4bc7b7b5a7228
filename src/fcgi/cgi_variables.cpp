#include "fcgi/cgi_variables.hpp"

#include "fcgi/request_id.hpp"

#include <cstddef>
#include <string_view>

namespace wampfcgi::fcgi {
namespace {

void take_variable(request& req, std::string_view name, std::string_view value)
{
    if (name == "REQUEST_METHOD")
        req.method = value;
    else if (name == "SCRIPT_NAME")
        req.script_name = value;
    else if (name == "PATH_INFO")
        req.path_info = value;
    else if (name == "QUERY_STRING")
        req.query = value;
    else if (name == "REMOTE_ADDR")
        req.remote_addr = value;
    else if (name == "HTTPS")
        req.https = value;
    else if (name == "HTTP_HOST")
        req.host = value;
    else if (name == "HTTP_ORIGIN")
        req.origin = value;
    else if (name == "CONTENT_TYPE")
        req.content_type = value;
    else if (name == "CONTENT_LENGTH")
        req.content_length = value;
    else if (name == "REMOTE_USER")
        req.remote_user = value;
    else if (name == "SSL_CLIENT_S_DN")
        req.client_subject = value;
    else if (name == "HTTP_USER_AGENT")
        req.user_agent = value;
}

}  // namespace

request read_variables(const char* const* variables)
{
    request req;
    std::string_view unique_id;
    std::string_view x_request_id;
    std::string_view client_verify = "SUCCESS";  // where the web server does not say
    for (const char* const* each = variables; *each != nullptr; ++each) {
        const std::string_view pair = *each;
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos)
            continue;
        const std::string_view name = pair.substr(0, equals);
        const std::string_view value = pair.substr(equals + 1);
        if (name == "UNIQUE_ID")
            unique_id = value;
        else if (name == "HTTP_X_REQUEST_ID")
            x_request_id = value;
        else if (name == "SSL_CLIENT_VERIFY")
            client_verify = value;
        else
            take_variable(req, name, value);
    }
    // nginx and Apache pass the subject of a certificate that they could not verify, where such are let through.
    if (client_verify != "SUCCESS")
        req.client_subject.reset();
    req.id = request_id(unique_id, x_request_id);
    return req;
}

}  // namespace wampfcgi::fcgi
