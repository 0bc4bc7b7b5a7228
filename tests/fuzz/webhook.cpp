// Input: a request to a webhook: CGI variables, each ended by a zero byte, and after two zero bytes the body. Only
// requests signed in the sender's way may be accepted. The publication must have one argument in UTF-8, with the
// unchanged body and without headers that may hold a secret.
#include "target.hpp"

#include "strict_json.hpp"

#include "wampfcgi/checks/webhook_signature.hpp"
#include "wampfcgi/codec/transcode.hpp"
#include "wampfcgi/codec/webhook.hpp"
#include "wampfcgi/core/headers.hpp"
#include "wampfcgi/core/pairs.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wampfcgi::fuzz {
namespace {

using namespace std::string_view_literals;
using kind = signed_piece::kind;

constexpr std::string_view secret = "kkjH68GiuUZ";
constexpr std::chrono::sys_seconds now{std::chrono::seconds{1'704'067'200}};
constexpr std::string_view now_text = "1704067200";

const webhook_verification github{.header = "X-Hub-Signature-256", .prefix = "sha256=", .secret = std::string(secret)};
const webhook_verification gitlab{
    .header = "X-Gitlab-Token", .algorithm = webhook_algorithm::token, .secret = std::string(secret)};
const webhook_verification slack{
    .header = "X-Slack-Signature",
    .prefix = "v0=",
    .secret = std::string(secret),
    .signed_text = {{kind::text, "v0:"}, {kind::header, "X-Slack-Request-Timestamp"}, {kind::text, ":"}, {kind::body}},
    .timestamp_header = "X-Slack-Request-Timestamp",
    .max_age = std::chrono::seconds{300}};
const webhook_verification stripe{.header = "Stripe-Signature",
                                  .secret = std::string(secret),
                                  .signed_text = {{kind::timestamp}, {kind::text, "."}, {kind::body}},
                                  .timestamp_part = "t",
                                  .signature_part = "v1",
                                  .max_age = std::chrono::seconds{300}};
const webhook_verification shop{.header = "X-Shop-Hmac",
                                .algorithm = webhook_algorithm::sha512,
                                .encoding = signature_encoding::base64,
                                .secret = std::string(secret)};

using variable_list = std::vector<std::pair<std::string, std::string>>;

variable_list variables_of(std::string_view text)
{
    variable_list all;
    while (!text.empty()) {
        std::string_view value = take_part(text, "\0"sv);
        const std::string_view name = take_part(value, "="sv);
        all.emplace_back(name, value);
    }
    return all;
}

/// A request with `first` before the other variables.
request request_of(const variable_list& first, const variable_list& variables, std::string_view body)
{
    std::string pairs;
    for (const variable_list* const each : {&first, &variables})
        for (const auto& [name, value] : *each)
            append_pair(pairs, name, value);
    request req;
    req.place_pairs(req.add(pairs), pairs.size());
    req.body_memory() += body;
    return req;
}

// Uses OpenSSL's older interface and own hexadecimal digits, to be independent of the tested code.
std::string hmac_of(const std::string& text, const EVP_MD* by)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned size = 0;
    HMAC(by, secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), mac.data(), &size);
    return {reinterpret_cast<const char*>(mac.data()), size};
}

std::string in_hex(const std::string& bytes)
{
    std::string out;
    for (const char c : bytes)
        for (const unsigned digit : {static_cast<unsigned char>(c) / 16U, static_cast<unsigned char>(c) % 16U})
            out += "0123456789abcdef"[digit];
    return out;
}

std::string in_base64(const std::string& bytes)
{
    std::array<unsigned char, 128> out{};
    const int size = EVP_EncodeBlock(out.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    return {reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(size)};
}

std::optional<errc> refusal_of(const webhook_verification& by, const request& req)
{
    const std::vector<webhook_verification> only{by};
    const auto verified = checks::webhook_signature_check(only).check(req, now);
    return verified ? std::nullopt : std::optional(verified.error().code);
}

/// A request signed by `genuine` variables must be accepted; any change to it must be refused.
void look_at_sender(const webhook_verification& by, const variable_list& genuine, const variable_list& variables,
                    const std::string& body)
{
    const auto as_it_came = refusal_of(by, request_of({}, variables, body));
    must(!as_it_came || *as_it_came == errc::signature_invalid || *as_it_came == errc::request_expired,
         "there are two ways to be refused");
    must(!refusal_of(by, request_of(genuine, variables, body)), "what is signed is accepted");
    must(refusal_of(by, request_of(genuine, variables, body + "x")) == errc::signature_invalid,
         "a signature is of one body");
}

void look_at_senders(const variable_list& variables, const std::string& body)
{
    look_at_sender(github, {{"HTTP_X_HUB_SIGNATURE_256", "sha256=" + in_hex(hmac_of(body, EVP_sha256()))}}, variables,
                   body);
    look_at_sender(shop, {{"HTTP_X_SHOP_HMAC", in_base64(hmac_of(body, EVP_sha512()))}}, variables, body);
    const std::string time{now_text};
    look_at_sender(slack,
                   {{"HTTP_X_SLACK_REQUEST_TIMESTAMP", time},
                    {"HTTP_X_SLACK_SIGNATURE", "v0=" + in_hex(hmac_of("v0:" + time + ":" + body, EVP_sha256()))}},
                   variables, body);
    const request req = request_of({}, variables, body);
    const std::string others{find_header(req, stripe.header).value_or("")};
    look_at_sender(stripe,
                   {{"HTTP_STRIPE_SIGNATURE",
                     "t=" + time + ",v1=" + in_hex(hmac_of(time + "." + body, EVP_sha256())) + "," + others}},
                   variables, body);
    must(!refusal_of(gitlab, req) == (find_header(req, gitlab.header) == secret), "a token is the secret");
}

std::string in_lower_case(std::string_view text)
{
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return lower;
}

void look_at_event(const request& req)
{
    webhook_options options{.topic = "com.hook"};
    options.verify_by = {slack};
    const auto made = codec::webhook_publication(req, options);
    const bool is_text = is_utf8(req.body()) && !req.body().starts_with('\0');
    must(made.has_value() == is_text, "a body is published if it is text");
    if (!made) {
        must(made.error().code == errc::body_not_utf8, "there is one way to be refused");
        return;
    }
    const auto message = strict_json(codec::message_to_json(made->arguments.args).value());
    must(message && message->is_array() && message->as_array().size() == 1, "there is one argument");
    const auto& event = message->as_array().front().as_object();
    must(event.size() == 2 && event.at("body") == boost::json::value(req.body()), "the body is as it came");
    for (const auto& [name, values] : event.at("headers").as_object()) {
        must(!values.as_array().empty(), "a header has values");
        must(std::ranges::all_of(values.as_array(), [](const auto& each) { return each.is_string(); }),
             "values are texts");
        const std::string lower = in_lower_case(name);
        for (const std::string_view word : {"token", "secret", "api-key", "signature", "auth"})
            must(lower.find(word) == std::string::npos, "nothing that may be a secret is published");
        must(lower != "cookie" && lower != "x-slack-request-timestamp", "nor is a cookie, or what is verified");
    }
}

}  // namespace

void run(std::string_view input)
{
    const variable_list variables = variables_of(take_part(input, "\0\0"sv));
    const std::string body{input};
    look_at_event(request_of({}, variables, body));
    look_at_senders(variables, body);
}

}  // namespace wampfcgi::fuzz
