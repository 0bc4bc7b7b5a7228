#include "wampfcgi/checks/webhook_signature.hpp"

#include "checks/hmac.hpp"
#include "checks/text.hpp"
#include "wampfcgi/core/headers.hpp"
#include "wampfcgi/core/text/base64.hpp"
#include "wampfcgi/core/text/hex.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wampfcgi::checks {

namespace {

using instant = std::chrono::sys_time<std::chrono::microseconds>;

constexpr std::size_t longest_hmac_bytes = 64;

/// The signatures and the timestamp that the headers of a request contain.
struct signature_claim {
    std::vector<std::string_view> signatures;  ///< any of them may be valid
    std::optional<std::string_view> timestamp;
};

/// Parses "t=1492774577,v1=ab,v1=cd". Skips malformed parts; the first timestamp counts.
signature_claim claim_in_parts(std::string_view header, const webhook_verification& by)
{
    signature_claim found;
    while (!header.empty()) {
        std::string_view value = trim(take_until(header, ','));
        const std::string_view name = take_until(value, '=');
        if (name == by.signature_part)
            found.signatures.push_back(value);
        else if (name == by.timestamp_part && !by.timestamp_part.empty() && !found.timestamp)
            found.timestamp = value;
    }
    return found;
}

signature_claim claim_of(const request& req, std::string_view header, const webhook_verification& by)
{
    signature_claim found =
        by.signature_part.empty() ? signature_claim{{header}, std::nullopt} : claim_in_parts(header, by);
    if (!by.timestamp_header.empty())
        found.timestamp = find_header(req, by.timestamp_header);
    return found;
}

failure invalid_signature(const webhook_verification& by, std::string_view what)
{
    return refusal(errc::signature_invalid, by.header + " " + std::string(what));
}

std::optional<std::uint64_t> unix_seconds(std::string_view text)
{
    const bool is_number = !text.empty() && std::ranges::all_of(text, is_digit);
    return is_number ? read_number(text) : std::nullopt;
}

/// Checks the timestamp if the sender must provide one.
result<void> check_age(const signature_claim& claim, const webhook_verification& by, instant now)
{
    if (by.timestamp_header.empty() && by.timestamp_part.empty())
        return {};
    const auto signed_at = claim.timestamp ? unix_seconds(*claim.timestamp) : std::nullopt;
    if (!signed_at)
        return invalid_signature(by, "comes without a timestamp in Unix seconds");
    if (by.max_age.count() == 0)
        return {};
    const auto present =
        static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count());
    const bool is_old = *signed_at < present;
    const std::uint64_t distance = is_old ? present - *signed_at : *signed_at - present;
    if (distance <= static_cast<std::uint64_t>(by.max_age.count()))
        return {};
    return refusal(errc::request_expired, "timestamp is " + std::to_string(distance) +
                                              (is_old ? " s old, " : " s ahead, ") +
                                              std::to_string(by.max_age.count()) + " s allowed");
}

/// The pieces of the signed text, as views of the request and of `by`.
result<std::vector<std::string_view>> signed_pieces(const request& req, const signature_claim& claim,
                                                    const webhook_verification& by)
{
    std::vector<std::string_view> pieces;
    for (const signed_piece& each : by.signed_text) {
        switch (each.what) {
        case signed_piece::kind::text:
            pieces.push_back(each.text);
            break;
        case signed_piece::kind::header: {
            const auto value = find_header(req, each.text);
            if (!value)
                return invalid_signature(by, "comes without " + each.text + ", which is signed");
            pieces.push_back(*value);
            break;
        }
        case signed_piece::kind::timestamp:
            pieces.push_back(claim.timestamp.value_or(""));
            break;
        case signed_piece::kind::body:
            pieces.push_back(req.body());
            break;
        }
    }
    return pieces;
}

digest digest_of(webhook_algorithm algorithm)
{
    switch (algorithm) {
    case webhook_algorithm::sha1:
        return digest::sha1;
    case webhook_algorithm::sha512:
        return digest::sha512;
    case webhook_algorithm::sha256:
    case webhook_algorithm::token:
        break;
    }
    return digest::sha256;
}

std::optional<std::string> decoded(std::string_view text, signature_encoding encoding)
{
    if (encoding == signature_encoding::hex)
        return from_hex(text);
    std::array<char, longest_hmac_bytes> bytes;
    const auto size = decode_base64(text, std::as_writable_bytes(std::span(bytes)), base64_form::any);
    return size ? std::optional(std::string(bytes.data(), *size)) : std::nullopt;
}

/// True when `sent` is the `expected` HMAC. A token is hashed to an HMAC as well, so that the comparison does not
/// reveal its length.
bool is_signature(std::string_view sent, std::string_view expected, const webhook_verification& by, hmac_key& secret)
{
    if (!sent.starts_with(by.prefix))
        return false;
    sent.remove_prefix(by.prefix.size());
    if (by.algorithm == webhook_algorithm::token) {
        const auto hashed = secret.hmac(std::array{sent});
        return hashed && equal_in_constant_time(hashed->text(), expected);
    }
    const auto bytes = decoded(sent, by.encoding);
    return bytes && equal_in_constant_time(*bytes, expected);
}

result<void> check_signature_by(const webhook_verification& by, hmac_key& secret, std::string_view header,
                                const request& req, instant now)
{
    const signature_claim claim = claim_of(req, header, by);
    if (auto fresh = check_age(claim, by, now); !fresh)
        return fresh.error();
    const bool is_token = by.algorithm == webhook_algorithm::token;
    const auto pieces = is_token ? result<std::vector<std::string_view>>({by.secret}) : signed_pieces(req, claim, by);
    if (!pieces)
        return pieces.error();
    const auto expected = secret.hmac(*pieces);
    if (!expected)
        return refusal(errc::internal_error, "OpenSSL cannot compute an HMAC");
    for (const std::string_view sent : claim.signatures)
        if (is_signature(sent, expected->text(), by, secret))
            return {};
    return invalid_signature(by, is_token ? "does not match the secret" : "does not match the request");
}

}  // namespace

/// The secrets that were needed so far, ready to compute HMACs; in the order of the verifications.
struct webhook_signature_check::known_secrets {
    std::vector<std::optional<hmac_key>> of;
};

void prepare_webhook_signatures()
{
    for (const digest each : {digest::sha1, digest::sha256, digest::sha512})
        hmac_key(each, {}).hmac({});
}

webhook_signature_check::webhook_signature_check(const std::vector<webhook_verification>& any_of)
    : any_of_(any_of),
      secrets_(std::make_unique<known_secrets>())
{
    secrets_->of.resize(any_of.size());
}

webhook_signature_check::~webhook_signature_check() = default;

result<void> webhook_signature_check::check(const request& req, instant now) const
{
    std::string missing;
    for (std::size_t i = 0; i < any_of_.size(); ++i) {
        const webhook_verification& each = any_of_[i];
        if (const auto header = find_header(req, each.header)) {
            auto& secret = secrets_->of[i];
            if (!secret)
                secret.emplace(digest_of(each.algorithm), each.secret);
            auto checked = check_signature_by(each, *secret, *header, req, now);
            if (!checked && checked.error().code == errc::internal_error)
                secret.reset();  // may be possible again later
            return checked;
        }
        missing += (missing.empty() ? "no " : " and no ") + each.header;
    }
    if (missing.empty())
        return {};
    return refusal(errc::signature_invalid, missing);
}

}  // namespace wampfcgi::checks
