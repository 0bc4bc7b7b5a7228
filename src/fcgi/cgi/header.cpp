#include "fcgi/cgi/header.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::fcgi {
namespace {

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

std::string unusual_status(int status)
{
    return "Status: " + std::to_string(status) + " " + std::string(reason_phrase(status)) + "\r\n";
}

/// Appends a header section, with Content-Length if there is a length. Makes room for the longest one first: an
/// append() for each part would take three times the instructions.
void append_section(std::string& text, const response& what, std::string_view id, std::optional<std::uint64_t> length)
{
    constexpr std::string_view usual_status = "Status: 200 OK\r\n";
    constexpr std::string_view id_name = "X-Request-Id: ";
    constexpr std::string_view length_name = "\r\nContent-Length: ";
    constexpr std::size_t most_digits = std::numeric_limits<std::uint64_t>::digits10 + 1;
    constexpr std::string_view end = "\r\n\r\n";
    const std::string unusual = what.status == 200 ? std::string() : unusual_status(what.status);
    const std::string_view fixed = what.headers.fixed_lines();
    const std::string_view added = what.headers.added_lines();

    const std::size_t before = text.size();
    text.resize(before + usual_status.size() + unusual.size() + fixed.size() + added.size() + id_name.size() +
                id.size() + length_name.size() + most_digits + end.size());
    char* at = text.data() + before;
    const auto put = [&at](std::string_view part) { at = std::copy(part.begin(), part.end(), at); };
    if (what.status == 200)
        put(usual_status);
    else
        put(unusual);
    put(fixed);
    put(added);
    put(id_name);
    put(id);
    if (length) {
        put(length_name);
        at = std::to_chars(at, at + most_digits, *length).ptr;
    }
    put(end);
    text.resize(static_cast<std::size_t>(at - text.data()));
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
    const std::uint64_t length = what.body.size() + what.left_out_bytes;
    append_section(text, what, id, never_has_a_body(what.status) ? std::nullopt : std::optional(length));
}

void append_stream_header_section(std::string& text, const response& what, std::string_view id)
{
    append_section(text, what, id, {});
}

}  // namespace wampfcgi::fcgi
