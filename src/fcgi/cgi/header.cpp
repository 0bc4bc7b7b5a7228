#include "fcgi/cgi/header.hpp"

#include <string_view>

namespace wampfcgi::fcgi {
namespace {

using namespace std::string_view_literals;

std::string_view reason_phrase(int status)
{
    switch (status) {
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

constexpr std::string_view usual_status = "Status: 200 OK\r\n";

void append_fields(std::string& text, const response& what, std::string_view id)
{
    if (what.status == 200)
        text.append(usual_status);
    else
        text.append("Status: "sv)
            .append(std::to_string(what.status))
            .append(" "sv)
            .append(reason_phrase(what.status))
            .append("\r\n"sv);
    what.headers.append_to(text);
    text.append("X-Request-Id: "sv).append(id);
}

}  // namespace

void leave_body_out(const request& of, response& what)
{
    if (of.method() != "HEAD")
        return;
    what.left_out_bytes = what.body.size();
    what.body.clear();
}

void append_header_section(std::string& text, const response& what, std::string_view id)
{
    append_fields(text, what, id);
    if (!never_has_a_body(what.status))
        text.append("\r\nContent-Length: "sv).append(std::to_string(what.body.size() + what.left_out_bytes));
    text.append("\r\n\r\n"sv);
}

void append_stream_header_section(std::string& text, const response& what, std::string_view id)
{
    append_fields(text, what, id);
    text.append("\r\n\r\n"sv);
}

}  // namespace wampfcgi::fcgi
