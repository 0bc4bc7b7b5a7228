// Owns how a page of this program's own is sent: what its Content-Security-Policy lets it do, and that nobody keeps it.
#pragma once

#include "wampfcgi/bridge/answer.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::bridge {

/// Whom a service is for that has no require_ip.
enum class default_audience { everybody, loopback };

/// The final answer to a request that is not for a page: another method than GET and HEAD, not over TLS, from an
/// address that the page is not for, or by a page of another origin. Nothing where it is fine.
std::optional<answer> refuse_reader(const request& req, const service_options& options, default_audience unless_listed);

/// The SHA-256 of what stands between a page's tags, in hexadecimal digits; empty: the page has no such tag.
struct inline_hashes {
    std::string_view script;
    std::string_view style;
};

/// Something that people or programs look at, which nobody keeps.
answer shown_answer(int status, std::string_view content_type, std::string body);

/// What a page may do: run its own script and ask its own server, and nothing else.
std::string content_security_policy(const inline_hashes& of);

/// A page in HTML.
answer page_answer(std::string_view html, const inline_hashes& hashes);

/// Something in JSON that a page reads.
answer data_answer(std::string json);

}  // namespace wampfcgi::bridge
