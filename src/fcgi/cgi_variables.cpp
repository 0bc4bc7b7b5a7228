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
}

}  // namespace

request read_variables(const char* const* variables)
{
    request req;
    std::string_view unique_id;
    std::string_view x_request_id;
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
        else
            take_variable(req, name, value);
    }
    req.id = request_id(unique_id, x_request_id);
    return req;
}

}  // namespace wampfcgi::fcgi
