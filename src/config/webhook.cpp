#include "config/webhook.hpp"

#include "config/secret.hpp"
#include "config/values.hpp"
#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/core/headers.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::config {
namespace {

constexpr std::uint64_t max_age_seconds = 1'000'000'000;
constexpr secret_names github_names{"github_secret", "github_secret_file"};

/// A string, possibly empty.
std::optional<std::string> read_any_text(const entry& from)
{
    if (from.value->type == node::kind::string)
        return from.value->text;
    from.refuse("a string");
    return std::nullopt;
}

std::optional<std::string> read_topic(const entry& from)
{
    return read_string_as<std::string>(from, "a WAMP URI", [](const std::string& text) {
        return codec::is_loose_uri(text) ? std::optional<std::string>{text} : std::nullopt;
    });
}

/// True for characters that CGI preserves in a header's name, and for "-", which becomes "_".
bool is_plain_name(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

std::optional<std::string> read_header(const entry& from)
{
    return read_string_as<std::string>(
        from, "the name of a header: letters, digits, \"-\" and \"_\"", [](const std::string& text) {
            return is_plain_name(text) ? std::optional<std::string>{header_name(text)} : std::nullopt;
        });
}

std::optional<std::string> read_part(const entry& from)
{
    return read_string_as<std::string>(
        from, "the name of a part: letters, digits, \"-\" and \"_\"",
        [](const std::string& text) { return is_plain_name(text) ? std::optional<std::string>{text} : std::nullopt; });
}

std::optional<signed_piece> placeholder(std::string_view name)
{
    using enum signed_piece::kind;
    constexpr std::string_view of_header = "header:";
    if (name == "body")
        return signed_piece{body};
    if (name == "timestamp")
        return signed_piece{timestamp};
    if (name.starts_with(of_header) && is_plain_name(name.substr(of_header.size())))
        return signed_piece{header, header_name(name.substr(of_header.size()))};
    return std::nullopt;
}

bool has_piece(const std::vector<signed_piece>& pieces, signed_piece::kind which)
{
    return std::ranges::find(pieces, which, &signed_piece::what) != pieces.end();
}

/// Parses "v0:{header:X-Time}:{body}". Nothing without a {body}, or when a "{" does not begin a placeholder.
std::optional<std::vector<signed_piece>> parse_signed(std::string_view text)
{
    std::vector<signed_piece> pieces;
    while (!text.empty()) {
        const std::string_view plain = text.substr(0, text.find('{'));
        text.remove_prefix(plain.size());
        if (!plain.empty())
            pieces.push_back({signed_piece::kind::text, std::string(plain)});
        if (text.empty())
            break;
        const std::size_t end = text.find('}');
        auto found = end == std::string_view::npos ? std::nullopt : placeholder(text.substr(1, end - 1));
        if (!found)
            return std::nullopt;
        pieces.push_back(*std::move(found));
        text.remove_prefix(end + 1);
    }
    if (!has_piece(pieces, signed_piece::kind::body))
        return std::nullopt;
    return pieces;
}

std::optional<std::vector<signed_piece>> read_signed(const entry& from)
{
    return read_string_as<std::vector<signed_piece>>(
        from, "a text with {body} in it, and perhaps {timestamp} and {header:NAME}", parse_signed);
}

/// Returns true if a timestamp is among them, valid or not.
bool read_parts(const entry& from, webhook_verification& out)
{
    section members{from};
    members.required("signature", out.signature_part, read_part);
    members.optional("timestamp", out.timestamp_part, read_part);
    members.finish();
    return members.has("timestamp");
}

/// A token is not a signature, so options about signatures are refused.
void refuse_beside_token(section& members)
{
    for (const std::string_view key : {"encoding", "signed", "timestamp_header", "max_age", "parts"})
        if (const entry found = members.find(key); found.is_present())
            found.refuse(R"(nothing beside "algorithm": "token")");
}

/// Reads the place of the timestamp, and how old it may be.
void read_timestamp(section& members, webhook_verification& out)
{
    members.optional("timestamp_header", out.timestamp_header, read_header);
    const entry parts = members.find("parts");
    const bool is_part = parts.is_present() && read_parts(parts, out);
    const bool is_header = members.has("timestamp_header");
    if (is_header && is_part)
        members.find("timestamp_header").refuse("either timestamp_header or parts.timestamp", "both");
    members.optional("max_age", out.max_age, integer_in<std::chrono::seconds>(0, max_age_seconds));
    if (is_header || is_part)
        return;
    if (has_piece(out.signed_text, signed_piece::kind::timestamp))
        members.refuse_missing("timestamp_header", "a timestamp_header (or parts.timestamp) for {timestamp} in signed");
    else if (members.has("max_age"))
        members.refuse_missing("timestamp_header", "a timestamp_header (or parts.timestamp) beside max_age");
}

/// Warns of a timestamp that is not signed: anybody could change it.
void warn_of_free_timestamp(section& members, const webhook_verification& read)
{
    const auto covers = [&](const signed_piece& each) {
        return each.what == signed_piece::kind::timestamp ||
               (each.what == signed_piece::kind::header && each.text == read.timestamp_header);
    };
    if (read.max_age.count() == 0 || std::ranges::any_of(read.signed_text, covers))
        return;
    const entry age = members.find("max_age");
    age.context->warn(age.line, age.path, "the timestamp is not in signed, so that anybody can change it");
}

std::optional<webhook_verification> read_verification(const entry& from)
{
    using enum webhook_algorithm;
    webhook_verification out;
    section members{from};
    members.required("header", out.header, read_header);
    members.optional(
        "algorithm", out.algorithm,
        one_of<webhook_algorithm>({{"sha1", sha1}, {"sha256", sha256}, {"sha512", sha512}, {"token", token}}));
    members.optional("prefix", out.prefix, read_any_text);
    if (auto secret = read_secret(members))
        out.secret = *std::move(secret);
    if (!has_secret(members))
        members.refuse_missing("secret", "a secret (or secret_file)");
    if (out.algorithm == token) {
        refuse_beside_token(members);
    } else {
        members.optional(
            "encoding", out.encoding,
            one_of<signature_encoding>({{"hex", signature_encoding::hex}, {"base64", signature_encoding::base64}}));
        members.optional("signed", out.signed_text, read_signed);
        read_timestamp(members, out);
        warn_of_free_timestamp(members, out);
    }
    members.finish();
    return out;
}

/// GitHub sends both; the newer one decides.
std::vector<webhook_verification> verifications_of_github(const std::string& secret)
{
    return {{.header = "X-Hub-Signature-256", .prefix = "sha256=", .secret = secret},
            {.header = "X-Hub-Signature", .algorithm = webhook_algorithm::sha1, .prefix = "sha1=", .secret = secret}};
}

}  // namespace

webhook_options read_webhook(section& options)
{
    webhook_options out;
    options.required("topic", out.topic, read_topic);
    options.optional("headers", out.headers, list_of<std::string>("a list of names of headers", read_header));
    options.optional("success_response", out.success_response, read_any_text);
    options.optional("error_response", out.error_response, read_any_text);
    if (const auto secret = read_secret(options, github_names))
        out.verify_by = verifications_of_github(*secret);
    entry verify = options.find("verify");
    verify.is_secret = true;  // a secret may be here when the object around it was forgotten
    if (verify.is_present() && has_secret(options, github_names))
        verify.refuse("either verify or github_secret", "both");
    if (verify.is_present())
        if (auto read = read_verification(verify))
            out.verify_by = {*std::move(read)};
    return out;
}

}  // namespace wampfcgi::config
