// Owns the value that one HTTP request is, as the web server handed it over. Reading it is fcgi/'s business.
#pragma once

#include <optional>
#include <string>

namespace wampfcgi {

/// One request: the CGI variables (RFC 3875) that the checks look at, as they came, and the body.
/// An optional that is empty stands for a variable that was not sent at all.
struct request {
    std::string method;                         ///< REQUEST_METHOD
    std::string script_name;                    ///< SCRIPT_NAME
    std::string path_info;                      ///< PATH_INFO
    std::string query;                          ///< QUERY_STRING, still percent-encoded
    std::string remote_addr;                    ///< REMOTE_ADDR: the only client address that is believed
    std::string https;                          ///< HTTPS
    std::string host;                           ///< HTTP_HOST
    std::optional<std::string> origin;          ///< HTTP_ORIGIN
    std::optional<std::string> content_type;    ///< CONTENT_TYPE
    std::optional<std::string> content_length;  ///< CONTENT_LENGTH
    std::optional<std::string> remote_user;     ///< REMOTE_USER: whom the web server has authenticated
    std::optional<std::string> client_subject;  ///< SSL_CLIENT_S_DN, of a certificate that the web server has verified
    std::optional<std::string> user_agent;      ///< HTTP_USER_AGENT
    std::string id;                             ///< names the request in the log
    std::string body;                           ///< raw bytes, complete before anything looks at them
};

}  // namespace wampfcgi
