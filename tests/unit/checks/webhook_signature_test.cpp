// Verifying a webhook's sender. The signatures were made with Python's hmac and openssl dgst.
#include "wampfcgi/checks/webhook_signature.hpp"

#include "support/request_builder.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::checks;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view secret = "It's a Secret to Everybody";
constexpr std::string_view hello = "Hello, World!";
constexpr std::string_view hello_sha1 = "01dc10d0c83e72ed246219cdd91669667fe2ca59";
constexpr std::string_view hello_sha256 = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
constexpr std::string_view hello_sha512 = "11ed355a617e98134e842012a7944ccf59c10256cb182357bd7e3a42013ff07c"
                                          "376f8c14cf5cc1923da20b51d64256b2fb8ebbf100aa67a61326f61fea8111bc";

constexpr std::chrono::sys_seconds signing_time{1'704'067'200s};

using header_values = std::vector<std::pair<std::string, std::string>>;

request a_request(const header_values& headers, std::string_view body = hello)
{
    request_builder builder;
    for (const auto& [name, value] : headers)
        builder.variable("HTTP_" + name, value);
    return builder.body(std::string(body)).build();
}

/// The error's name and detail, or "accepted".
std::string verdict(const request& req, const std::vector<webhook_verification>& any_of,
                    std::chrono::sys_time<std::chrono::microseconds> now = signing_time)
{
    const auto res = webhook_signature_check(any_of).check(req, now);
    return res ? "accepted" : std::string(describe(res.error().code).name) + ": " + res.error().detail;
}

std::vector<webhook_verification> github()
{
    webhook_verification by{.header = "X-Hub-Signature-256", .prefix = "sha256=", .secret = std::string(secret)};
    webhook_verification old = by;
    old.header = "X-Hub-Signature";
    old.algorithm = webhook_algorithm::sha1;
    old.prefix = "sha1=";
    return {by, old};
}

std::vector<webhook_verification> gitlab()
{
    return {{.header = "X-Gitlab-Token", .algorithm = webhook_algorithm::token, .secret = "s3cret"}};
}

using kind = signed_piece::kind;

std::vector<webhook_verification> slack()
{
    return {{.header = "X-Slack-Signature",
             .prefix = "v0=",
             .secret = "8f742231b10e8888abcd99yyyzzz85a5",
             .signed_text =
                 {{kind::text, "v0:"}, {kind::header, "X-Slack-Request-Timestamp"}, {kind::text, ":"}, {kind::body}},
             .timestamp_header = "X-Slack-Request-Timestamp",
             .max_age = 300s}};
}

constexpr std::string_view slack_body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J";

request slack_request(const std::string& timestamp = "1704067200")
{
    return a_request({{"X_SLACK_REQUEST_TIMESTAMP", timestamp},
                      {"X_SLACK_SIGNATURE", "v0=03a6c2ace3850d8c766d9be2dd508dc85b9a20473763b2d13bf32cf64fcfffdd"}},
                     slack_body);
}

std::vector<webhook_verification> stripe()
{
    return {{.header = "Stripe-Signature",
             .secret = "whsec_test",
             .signed_text = {{kind::timestamp}, {kind::text, "."}, {kind::body}},
             .timestamp_part = "t",
             .signature_part = "v1",
             .max_age = 300s}};
}

const std::string v1 = "597ee79ab121a03cc1a5d311837c3ac7ed06b439ba0f2f6f8cb77cea766328b7";
const std::string v1_of_old_secret = "27a52475724ef8f4ff57abcefdcb63db785a1fec9e965fba45b264ada45f16fb";

request stripe_request(const std::string& header)
{
    return a_request({{"STRIPE_SIGNATURE", header}}, R"({"id":"evt_1"})");
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_a_verification_nothing_is_asked)
{
    BOOST_TEST(verdict(a_request({}), {}) == "accepted");
}

BOOST_AUTO_TEST_CASE(github_is_known_by_the_newer_signature_or_where_that_is_absent_the_older_one)
{
    const std::string newer = "sha256=" + std::string(hello_sha256);
    const std::string older = "sha1=" + std::string(hello_sha1);
    BOOST_TEST(verdict(a_request({{"X_HUB_SIGNATURE_256", newer}, {"X_HUB_SIGNATURE", "sha1=00"}}), github()) ==
               "accepted");
    BOOST_TEST(verdict(a_request({{"X_HUB_SIGNATURE", older}}), github()) == "accepted");
    BOOST_TEST(verdict(a_request({{"X_HUB_SIGNATURE", older}, {"X_HUB_SIGNATURE_256", ""}}), github()) ==
               "signature_invalid: X-Hub-Signature-256 does not match the request");
    BOOST_TEST(verdict(a_request({{"X_HUB_SIGNATURE", "sha1=" + std::string(hello_sha256)}}), github()) ==
               "signature_invalid: X-Hub-Signature does not match the request");
    BOOST_TEST(verdict(a_request({{"X_HUB", newer}}), github()) ==
               "signature_invalid: no X-Hub-Signature-256 and no X-Hub-Signature");
}

BOOST_AUTO_TEST_CASE(a_signature_is_of_one_body_and_whole)
{
    const std::string good = "sha256=" + std::string(hello_sha256);
    const auto signed_as = [](const std::string& text, std::string_view body = hello) {
        return verdict(a_request({{"X_HUB_SIGNATURE_256", text}}, body), github());
    };
    const std::string refused = "signature_invalid: X-Hub-Signature-256 does not match the request";
    BOOST_TEST(signed_as(good) == "accepted");
    BOOST_TEST(signed_as("sha256=757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17") == "accepted");
    BOOST_TEST(signed_as(good, "Hello, World") == refused);
    BOOST_TEST(signed_as(good, "") == refused);
    for (const std::string& text :
         {good.substr(0, good.size() - 1), good.substr(0, good.size() - 2), good + "00", good.substr(7),
          "sha1=" + good.substr(7), "SHA256=" + good.substr(7), std::string(), std::string("sha256="), " " + good,
          good.substr(0, good.size() - 1) + "8", good.substr(0, good.size() - 1) + "g"})
        BOOST_TEST_CONTEXT(text)
        {
            BOOST_TEST(signed_as(text) == refused);
        }
}

BOOST_AUTO_TEST_CASE(each_algorithm_is_read_in_each_encoding)
{
    struct row {
        webhook_algorithm algorithm;
        signature_encoding encoding;
        std::string_view text;
    };
    using enum webhook_algorithm;
    using enum signature_encoding;
    const row rows[] = {
        {sha1, hex, hello_sha1},
        {sha256, hex, hello_sha256},
        {sha512, hex, hello_sha512},
        {sha1, base64, "AdwQ0Mg+cu0kYhnN2RZpZn/iylk="},
        {sha256, base64, "dXEH6g6yUJ/CESIczphLijdXC211hsIsRvQ3nIsEPhc="},
        {sha512, base64, "Ee01WmF+mBNOhCASp5RMz1nBAlbLGCNXvX46QgE/8Hw3b4wUz1zBkj2iC1HWQlay+4678QCqZ6YTJvYf6oERvA=="},
    };
    for (const row& each : rows)
        for (const row& sent : rows)
            BOOST_TEST_CONTEXT(each.text << " for " << sent.text)
            {
                const webhook_verification by{.header = "X-Signature",
                                              .algorithm = each.algorithm,
                                              .encoding = each.encoding,
                                              .secret = std::string(secret)};
                const bool is_right = verdict(a_request({{"X_SIGNATURE", std::string(sent.text)}}), {by}) == "accepted";
                BOOST_TEST(is_right == (sent.text == each.text));
            }
}

BOOST_AUTO_TEST_CASE(a_token_is_the_whole_secret)
{
    BOOST_TEST(verdict(a_request({{"X_GITLAB_TOKEN", "s3cret"}}), gitlab()) == "accepted");
    for (const char* const text : {"s3cre", "s3cret ", "S3cret", "", "s3cres"})
        BOOST_TEST(verdict(a_request({{"X_GITLAB_TOKEN", text}}), gitlab()) ==
                   "signature_invalid: X-Gitlab-Token does not match the secret");
    BOOST_TEST(verdict(a_request({}), gitlab()) == "signature_invalid: no X-Gitlab-Token");
    auto bearer = gitlab();
    bearer.front().header = "Authorization";
    bearer.front().prefix = "Bearer ";
    BOOST_TEST(verdict(a_request({{"AUTHORIZATION", "Bearer s3cret"}}), bearer) == "accepted");
    BOOST_TEST(verdict(a_request({{"AUTHORIZATION", "s3cret"}}), bearer) ==
               "signature_invalid: Authorization does not match the secret");
}

BOOST_AUTO_TEST_CASE(slack_signs_a_header_with_the_body)
{
    BOOST_TEST(verdict(slack_request(), slack()) == "accepted");
    BOOST_TEST(verdict(slack_request("1704067201"), slack()) ==
               "signature_invalid: X-Slack-Signature does not match the request");
    auto unaware = slack();
    unaware.front().timestamp_header.clear();
    const request without = a_request({{"X_SLACK_SIGNATURE", "v0=00"}}, slack_body);
    BOOST_TEST(verdict(without, unaware) ==
               "signature_invalid: X-Slack-Signature comes without X-Slack-Request-Timestamp, which is signed");
}

BOOST_AUTO_TEST_CASE(a_timestamp_is_good_for_max_age_either_way)
{
    BOOST_TEST(verdict(slack_request(), slack(), signing_time + 300s + 999'999us) == "accepted");
    BOOST_TEST(verdict(slack_request(), slack(), signing_time + 301s) ==
               "request_expired: timestamp is 301 s old, 300 s allowed");
    BOOST_TEST(verdict(slack_request(), slack(), signing_time - 300s) == "accepted");
    BOOST_TEST(verdict(slack_request(), slack(), signing_time - 301s) ==
               "request_expired: timestamp is 301 s ahead, 300 s allowed");
    auto any_age = slack();
    any_age.front().max_age = 0s;
    BOOST_TEST(verdict(slack_request(), any_age, signing_time + 100h) == "accepted");
}

BOOST_AUTO_TEST_CASE(what_is_no_unix_time_is_no_timestamp)
{
    for (const char* const text :
         {"", " 1704067200", "1704067200.5", "-1", "+1", "0x1", "99999999999999999999", "2024-01-01T00:00:00Z"})
        BOOST_TEST(verdict(slack_request(text), slack()) ==
                   "signature_invalid: X-Slack-Signature comes without a timestamp in Unix seconds");
    BOOST_TEST(verdict(slack_request("18446744073709551615"), slack()) ==
               "request_expired: timestamp is 18446744072005484415 s ahead, 300 s allowed");
}

BOOST_AUTO_TEST_CASE(of_stripes_signatures_one_right_one_will_do)
{
    for (const std::string& header :
         {"t=1704067200,v1=" + v1, "t=1704067200, v1=" + v1_of_old_secret + ", v1=" + v1 + ",v0=00",
          "v1=" + v1 + ",,x,=,t=1704067200,t=1,v1="})
        BOOST_TEST(verdict(stripe_request(header), stripe()) == "accepted");
    const std::string refused = "signature_invalid: Stripe-Signature does not match the request";
    for (const std::string& header :
         {"t=1704067200,v0=" + v1, std::string("t=1704067200"), "t=1704067200,v1=" + v1_of_old_secret,
          "t=1704067201,v1=" + v1, "t=1704067200;v1=" + v1, "t=1704067200,v1 =" + v1})
        BOOST_TEST_CONTEXT(header)
        {
            const std::string got = verdict(stripe_request(header), stripe());
            BOOST_TEST((got == refused || got.starts_with("signature_invalid: Stripe-Signature comes without a time")));
        }
    BOOST_TEST(verdict(stripe_request("v1=" + v1), stripe()) ==
               "signature_invalid: Stripe-Signature comes without a timestamp in Unix seconds");
    BOOST_TEST(verdict(stripe_request("t=1704067200,v1=" + v1), stripe(), signing_time + 301s) ==
               "request_expired: timestamp is 301 s old, 300 s allowed");
}
