// Owns how this program's own pages are sent: Content-Security-Policy, and no caching.
#pragma once

#include "wampfcgi/bridge/answer.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::bridge {

/// Who may use a service without require_ip.
enum class default_audience { everybody, loopback };

/// The final answer to a request that may not have the page: a method other than GET and HEAD, no TLS, a wrong client
/// address, or a page of another origin. Nothing when the request is acceptable.
std::optional<answer> refuse_reader(const request& req, const service_options& options, default_audience unless_listed);

/// The SHA-256 of the text between a page's tags, in hexadecimal digits; empty: the page has no such tag.
struct inline_hashes {
    std::string_view script;
    std::string_view style;
};

/// An answer for people or programs that must not be cached.
answer shown_answer(int status, std::string_view content_type, std::string body);

/// Allows a page only its own script, and requests to its own server.
std::string content_security_policy(const inline_hashes& of);

/// An HTML page.
answer page_answer(std::string_view html, const inline_hashes& hashes);

/// JSON for a page to read.
answer data_answer(std::string json);

}  // namespace wampfcgi::bridge
