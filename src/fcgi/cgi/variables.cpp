#include "fcgi/cgi/variables.hpp"

#include "fcgi/cgi/request_id.hpp"
#include "fcgi/records/records.hpp"

#include <cstddef>
#include <utility>

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

/// Reads one variable after the other.
class reader {
public:
    void take(std::string_view name, std::string_view value)
    {
        if (name == "UNIQUE_ID")
            unique_id_ = value;
        else if (name == "HTTP_X_REQUEST_ID")
            x_request_id_ = value;
        else if (name == "SSL_CLIENT_VERIFY")
            client_verify_ = value;
        else
            take_variable(req_, name, value);
    }

    request finish() &&
    {
        // nginx and Apache pass the subject of a certificate that they could not verify, where such are let through.
        if (client_verify_ != "SUCCESS")
            req_.client_subject.reset();
        req_.id = request_id(unique_id_, x_request_id_);
        return std::move(req_);
    }

private:
    request req_;
    std::string_view unique_id_;
    std::string_view x_request_id_;
    std::string_view client_verify_ = "SUCCESS";  // where the web server does not say
};

}  // namespace

request read_variables(const char* const* variables)
{
    reader each;
    for (; *variables != nullptr; ++variables) {
        const std::string_view pair = *variables;
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos)
            each.take(pair.substr(0, equals), pair.substr(equals + 1));
    }
    return std::move(each).finish();
}

request read_variables(std::string_view params)
{
    reader each;
    while (const auto next = take_pair(params))
        each.take(next->name, next->value);
    return std::move(each).finish();
}

}  // namespace wampfcgi::fcgi
