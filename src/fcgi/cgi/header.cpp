#include "fcgi/cgi/header.hpp"

#include <string_view>

namespace wampfcgi::fcgi {
namespace {

std::string_view reason_phrase(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 413:
        return "Content Too Large";
    case 415:
        return "Unsupported Media Type";
    case 429:
        return "Too Many Requests";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    default:
        return "Unknown";
    }
}

/// True for 204 and 304 (RFC 9110, 15.3.5 and 15.4.5).
bool never_has_a_body(int status)
{
    return status == 204 || status == 304;
}

void append_fields(std::string& text, const response& what)
{
    text.append("Status: ")
        .append(std::to_string(what.status))
        .append(" ")
        .append(reason_phrase(what.status))
        .append("\r\n");
    for (const auto& [name, value] : what.headers)
        text.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

void leave_body_out(const request& of, response& what)
{
    if (of.method() != "HEAD")
        return;
    what.left_out_bytes = what.body.size();
    what.body.clear();
}

void append_header_section(std::string& text, const response& what)
{
    append_fields(text, what);
    if (!never_has_a_body(what.status))
        text.append("Content-Length: ").append(std::to_string(what.body.size() + what.left_out_bytes)).append("\r\n");
    text.append("\r\n");
}

void append_stream_header_section(std::string& text, const response& what)
{
    append_fields(text, what);
    text.append("\r\n");
}

}  // namespace wampfcgi::fcgi
