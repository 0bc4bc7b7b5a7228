// Input: a request's query string up to the first line end, then its body. Without the secret, no signed request may be
// accepted. With it, every request with valid parameters must be accepted if it arrives unchanged.
#include "target.hpp"

#include "wampfcgi/checks/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wampfcgi::fuzz {
namespace {

using checks::query_parameters;
using member = std::optional<std::string_view> query_parameters::*;

constexpr std::string_view secret = "kkjH68GiuUZ";
constexpr std::array<std::pair<const char*, member>, 5> members{{{"key", &query_parameters::key},
                                                                 {"timestamp", &query_parameters::timestamp},
                                                                 {"seq", &query_parameters::seq},
                                                                 {"nonce", &query_parameters::nonce},
                                                                 {"signature", &query_parameters::signature}}};

const std::chrono::sys_time<std::chrono::microseconds> now =
    std::chrono::sys_days{std::chrono::year{2024} / 1 / 1} + std::chrono::microseconds{1};

std::string encoded(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += {'%', "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
    }
    return out;
}

/// The parameters of a query, and what their views point into.
struct parsed {
    explicit parsed(std::string text) : query(std::move(text)) {}
    parsed(const parsed&) = delete;
    parsed& operator=(const parsed&) = delete;

    std::string query;
    std::string decoded;
    query_parameters given = checks::parse_query(query, decoded);
};

std::string written(const query_parameters& given)
{
    std::string query;
    for (const auto& [name, value] : members)
        if (given.*value)
            query.append(query.empty() ? "" : "&").append(name).append("=").append(encoded(*(given.*value)));
    return query;
}

bool are_same(const query_parameters& a, const query_parameters& b)
{
    for (const auto& [name, value] : members)
        if (a.*value != b.*value)
            return false;
    return true;
}

// Uses OpenSSL's Base64 and older HMAC interface, to be independent of the tested code.
std::string signature_of(const query_parameters& given, std::string_view body)
{
    std::string text;
    for (const auto& part : {given.key, given.timestamp, given.seq, given.nonce})
        text += part.value_or("");
    text += body;
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
    std::array<unsigned char, 64> base64{};
    EVP_EncodeBlock(base64.data(), mac.data(), static_cast<int>(size));
    return reinterpret_cast<const char*>(base64.data());
}

errc verdict(const std::string& query, std::string_view body, const service_options& options)
{
    request req;
    req.set(request::variable::query, query);
    req.body_memory() += body;
    const auto checked = checks::signature_check(options).check(req, now);
    return checked ? errc{} : checked.error().code;
}

}  // namespace

void run(std::string_view input)
{
    const std::string query{take_part(input, "\n")};
    const std::string body{input};

    const parsed as_sent(query);
    query_parameters given = as_sent.given;
    must(are_same(parsed(written(given)).given, given), "parameters that are written again are the same");
    must(are_same(parsed(query + "&key=x&seq=x&nonce=x&timestamp=x&signature=x&" + written(given)).given,
                  parsed(written(given) + "&key=x&seq=x&nonce=x&timestamp=x&signature=x").given),
         "of a parameter that is given twice the first counts");

    service_options plain;
    const errc unsigned_verdict = verdict(query, body, plain);
    must(unsigned_verdict == errc{} || unsigned_verdict == errc::parameter_invalid,
         "unsigned services need no signature");

    service_options signing;
    signing.keys[std::string(given.key.value_or("k"))].secret = secret;
    const std::string genuine = signature_of(given, body);
    const errc signed_verdict = verdict(query, body, signing);
    if (signed_verdict == errc{})
        must(given.signature && unsigned_verdict == errc{}, "a signature never mends a parameter");

    given.signature = genuine;
    const errc with_genuine = verdict(written(given), body, signing);
    if (unsigned_verdict == errc{} && given.key && given.timestamp && given.seq && given.nonce)
        must(with_genuine == errc{} || with_genuine == errc::parameter_invalid, "what is signed is accepted");
    if (with_genuine != errc{})
        return;
    signing.timestamp_delta_limit = std::chrono::seconds{300};
    const auto distance = std::chrono::abs(now - checks::parse_timestamp(*given.timestamp).value());
    must(verdict(written(given), body, signing) ==
             (distance > std::chrono::seconds{300} ? errc::request_expired : errc{}),
         "what is not fresh is refused");
    signing.timestamp_delta_limit = {};
    signing.keys[std::string(*given.key)].not_after = now - std::chrono::microseconds{1};
    must(verdict(written(given), body, signing) == errc::key_unknown, "a key past its time is refused");
    signing.keys[std::string(*given.key)].not_after = now;
    must(verdict(written(given), body + ' ', signing) == errc::signature_invalid, "another body is refused");
    std::string another = genuine;
    another.front() = another.front() == 'A' ? 'B' : 'A';
    given.signature = another;
    must(verdict(written(given), body, signing) == errc::signature_invalid, "another signature is refused");
    given.signature = genuine;
    given.key = *given.key == "x" ? "y" : "x";
    must(verdict(written(given), body, signing) == errc::key_unknown, "another key is refused");
}

}  // namespace wampfcgi::fuzz
