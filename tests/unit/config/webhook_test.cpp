// The options of a webhook, and the message for each mistake.
#include "builders.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace wampfcgi::config::test {
namespace {

constexpr faulty_row options[] = {
    {with_service, R"({"type": "webhook", "realm": "r", "role": "f"})",
     "f:1: paths.call.options: expected an object, got nothing (it is required)"},
    {with_service, R"({"type": "webhook", "realm": "r", "role": "f", "options": {}})",
     "f:1: paths.call.options.topic: expected a string, got nothing (it is required)"},
    {with_service, R"({"type": "webhook", "realm": "r", "role": "f", "options": {"topic": "a..b"}})",
     R"(f:1: paths.call.options.topic: expected a WAMP URI, got "a..b")"},
    {with_webhook, R"(, "headers": ["X Y", 1, ""], "success_response": 1, "error_response": null)",
     R"(f:1: paths.call.options.headers[0]: expected the name of a header: letters, digits, "-" and "_", got "X Y")"
     "\n"
     "f:1: paths.call.options.headers[1]: expected a string, got 1"
     "\n"
     R"(f:1: paths.call.options.headers[2]: expected a string that is not empty, got "")"
     "\n"
     "f:1: paths.call.options.success_response: expected a string, got 1"
     "\n"
     "f:1: paths.call.options.error_response: expected a string, got null"},
    {with_webhook, R"(, "headers": "Cookie")",
     R"(f:1: paths.call.options.headers: expected a list of names of headers, got "Cookie")"},
    {with_webhook, R"(, "key": "k")",
     "f:1: paths.call.options.key: unknown key, expected one of topic, headers, success_response, error_response,"
     " github_secret, github_secret_file, verify, post_body_limit, require_ip, require_tls, debug, rate_limit, "
     "call_timeout, got"
     R"( "key")"},
    {with_webhook, R"(, "github_secret": "")",
     "f:1: paths.call.options.github_secret: expected a string that is not empty, got a string of 0 bytes"},
    {with_webhook, R"(, "github_secret": "s", "github_secret_file": "/secret")",
     "f:1: paths.call.options.github_secret_file: expected either github_secret or github_secret_file, got both"},
    {with_webhook, R"(, "github_secret_file": "/open")",
     "f:1: paths.call.options.github_secret_file: expected a file that only its owner and group can read"
     R"( (chmod o= FILE), got "/open", which others can read or write)"},
    {with_webhook, R"(, "github_secret": "s", "verify": {"header": "X", "secret": "t"})",
     "f:1: paths.call.options.verify: expected either verify or github_secret, got both"},
    {with_webhook, R"(, "verify": "s3cret")",
     "f:1: paths.call.options.verify: expected an object, got a string of 6 bytes"},
    {with_webhook, R"(, "verify": {})",
     "f:1: paths.call.options.verify.header: expected a string, got nothing (it is required)"
     "\n"
     "f:1: paths.call.options.verify.secret: expected a secret (or secret_file), got nothing (it is required)"},
    {with_webhook, R"(, "verify": {"header": "X:Y", "secret": ""})",
     "f:1: paths.call.options.verify.header: expected the name of a header: letters, digits, \"-\" and \"_\", got"
     R"( "X:Y")"
     "\n"
     "f:1: paths.call.options.verify.secret: expected a string that is not empty, got a string of 0 bytes"},
};

constexpr faulty_row verifications[] = {
    {with_verify, R"(, "algorithm": "md5", "encoding": "HEX", "prefix": 1, "x": 1)",
     R"(f:1: paths.call.options.verify.algorithm: expected "sha1", "sha256", "sha512" or "token", got "md5")"
     "\n"
     "f:1: paths.call.options.verify.prefix: expected a string, got 1"
     "\n"
     R"(f:1: paths.call.options.verify.encoding: expected "hex" or "base64", got "HEX")"
     "\n"
     "f:1: paths.call.options.verify.x: unknown key, expected one of header, algorithm, prefix, secret, secret_file,"
     R"( encoding, signed, timestamp_header, parts, max_age, got "x")"},
    {with_verify,
     R"(, "algorithm": "token", "encoding": "hex", "signed": "{body}", "timestamp_header": "T", "max_age": 1, "parts": {})",
     R"(f:1: paths.call.options.verify.encoding: expected nothing beside "algorithm": "token", got "hex")"
     "\n"
     R"(f:1: paths.call.options.verify.signed: expected nothing beside "algorithm": "token", got "{body}")"
     "\n"
     R"(f:1: paths.call.options.verify.timestamp_header: expected nothing beside "algorithm": "token", got "T")"
     "\n"
     R"(f:1: paths.call.options.verify.max_age: expected nothing beside "algorithm": "token", got 1)"
     "\n"
     R"(f:1: paths.call.options.verify.parts: expected nothing beside "algorithm": "token", got an empty object)"},
    {with_verify, R"(, "max_age": 300)",
     "f:1: paths.call.options.verify.timestamp_header: expected a timestamp_header (or parts.timestamp) beside"
     " max_age, got nothing (it is required)"},
    {with_verify, R"(, "timestamp_header": "T", "max_age": 1000000001)",
     "f:1: paths.call.options.verify.max_age: expected 0..1000000000, got 1000000001"},
    {with_verify, R"(, "signed": "{timestamp}.{body}", "parts": {"signature": "v1"})",
     "f:1: paths.call.options.verify.timestamp_header: expected a timestamp_header (or parts.timestamp) for {timestamp}"
     " in signed, got nothing (it is required)"},
    {with_verify, R"(, "signed": "{timestamp}{body}", "parts": {"timestamp": "t=", "x": 1})",
     "f:1: paths.call.options.verify.parts.signature: expected a string, got nothing (it is required)"
     "\n"
     "f:1: paths.call.options.verify.parts.timestamp: expected the name of a part: letters, digits, \"-\" and \"_\", "
     "got"
     R"( "t=")"
     "\n"
     R"(f:1: paths.call.options.verify.parts.x: unknown key, expected one of signature, timestamp, got "x")"},
    {with_verify, R"(, "parts": {"signature": "v1", "timestamp": "t"}, "timestamp_header": "X-Time")",
     "f:1: paths.call.options.verify.timestamp_header: expected either timestamp_header or parts.timestamp, got both"},
};

struct verification_row {
    std::string members;
    std::string header = "X-Sig";
    webhook_algorithm algorithm = webhook_algorithm::sha256;
    signature_encoding encoding = signature_encoding::hex;
    std::string prefix{};
    std::string pieces = "b ";
    std::string timestamp_header{};
    std::string timestamp_part{};
    std::string signature_part{};
    std::chrono::seconds max_age{0};
};

std::string written(const std::vector<signed_piece>& pieces)
{
    std::string all;
    for (const signed_piece& each : pieces) {
        using enum signed_piece::kind;
        all += each.what == text ? "'" : each.what == header ? "h:" : each.what == timestamp ? "t" : "b";
        all += each.text + ' ';
    }
    return all;
}

std::vector<std::string> warnings_of(const std::string& text)
{
    return settings_in(text).warnings;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(webhook)

BOOST_AUTO_TEST_CASE(each_mistake_in_its_options_is_named_whole)
{
    check_rows(options);
    check_rows(verifications);
}

BOOST_AUTO_TEST_CASE(what_is_signed_has_the_body_in_it_and_known_placeholders_only)
{
    for (const std::string text :
         {"{header:X-Time}", "{bdy}", "{body", "{header:}{body}", "{header:A B}{body}", "{{body}}", "{}{body}"})
        BOOST_TEST(mistakes_in(with_verify(R"(, "signed": ")" + text + '"')) ==
                       mistakes{"f:1: paths.call.options.verify.signed: expected a text with {body} in it, and perhaps"
                                " {timestamp} and {header:NAME}, got \"" +
                                text + '"'},
                   boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(its_options_are_read_whole)
{
    const service_settings read =
        settings_in(with_webhook(
                        R"(, "headers": ["cookie", "X_GITHUB-token"], "success_response": "", "error_response": "no",
           "post_body_limit": 5, "require_ip": [], "require_tls": true, "debug": true, "call_timeout": 2)"))
            .services[0];

    BOOST_TEST((read.type == service_type::webhook));
    const webhook_options& hook = read.options.webhook;
    BOOST_TEST(hook.topic == "com.hook");
    const std::vector<std::string> headers{"Cookie", "X-Github-Token"};
    BOOST_TEST(hook.headers == headers, boost::test_tools::per_element());
    BOOST_TEST(hook.success_response == "");
    BOOST_TEST(hook.error_response == "no");
    BOOST_TEST(hook.verify_by.empty());
    BOOST_TEST(read.options.post_body_limit == 5U);
    BOOST_TEST(read.options.require_ip.value().empty());
    BOOST_TEST(read.options.require_tls);
    BOOST_TEST(read.options.debug);
    BOOST_TEST(read.options.call_timeout.count() == 2000);
}

BOOST_AUTO_TEST_CASE(a_secret_of_github_verifies_by_both_signatures_the_newer_one_first)
{
    for (const std::string members : {R"(, "github_secret": "s3cret")", R"(, "github_secret_file": "/secret")"}) {
        const auto by = settings_in(with_webhook(members)).services[0].options.webhook.verify_by;
        BOOST_TEST_REQUIRE(by.size() == 2U);
        BOOST_TEST(by[0].header == "X-Hub-Signature-256");
        BOOST_TEST(by[0].prefix == "sha256=");
        BOOST_TEST((by[0].algorithm == webhook_algorithm::sha256));
        BOOST_TEST(by[1].header == "X-Hub-Signature");
        BOOST_TEST(by[1].prefix == "sha1=");
        BOOST_TEST((by[1].algorithm == webhook_algorithm::sha1));
        for (const webhook_verification& each : by) {
            BOOST_TEST(each.secret == "s3cret");
            BOOST_TEST((each.encoding == signature_encoding::hex));
        }
    }
}

BOOST_AUTO_TEST_CASE(verifications_are_read_whole_and_default_to_an_hmac_sha256_in_hex_of_the_body)
{
    using enum webhook_algorithm;
    using enum signature_encoding;
    const verification_row rows[] = {
        {.members = ""},
        {.members = R"(, "algorithm": "sha1", "encoding": "base64", "prefix": "sha1=")",
         .algorithm = sha1,
         .encoding = base64,
         .prefix = "sha1="},
        {.members = R"(, "algorithm": "sha512", "signed": "a{body}}b{body}")",
         .algorithm = sha512,
         .pieces = "'a b '}b b "},
        {.members = R"(, "algorithm": "token", "prefix": "Bearer ")", .algorithm = token, .prefix = "Bearer "},
        {.members = R"(, "signed": "v0:{header:x_time}:{body}", "timestamp_header": "x-TIME", "max_age": 300)",
         .pieces = "'v0: h:X-Time ': b ",
         .timestamp_header = "X-Time",
         .max_age = std::chrono::seconds{300}},
        {.members = R"(, "signed": "{timestamp}.{body}", "parts": {"timestamp": "t", "signature": "v1"}, "max_age": 1)",
         .pieces = "t '. b ",
         .timestamp_part = "t",
         .signature_part = "v1",
         .max_age = std::chrono::seconds{1}},
    };
    for (const verification_row& each : rows)
        BOOST_TEST_CONTEXT(each.members)
        {
            const auto by = settings_in(with_verify(each.members)).services[0].options.webhook.verify_by;
            BOOST_TEST_REQUIRE(by.size() == 1U);
            BOOST_TEST(by[0].header == each.header);
            BOOST_TEST(by[0].secret == "s");
            BOOST_TEST((by[0].algorithm == each.algorithm));
            BOOST_TEST((by[0].encoding == each.encoding));
            BOOST_TEST(by[0].prefix == each.prefix);
            BOOST_TEST(written(by[0].signed_text) == each.pieces);
            BOOST_TEST(by[0].timestamp_header == each.timestamp_header);
            BOOST_TEST(by[0].timestamp_part == each.timestamp_part);
            BOOST_TEST(by[0].signature_part == each.signature_part);
            BOOST_TEST((by[0].max_age == each.max_age));
        }
}

BOOST_AUTO_TEST_CASE(one_that_takes_everything_from_everybody_is_a_warning)
{
    const std::vector<std::string> open{"f:1: paths.call.options: anybody can publish here: there is no github_secret, "
                                        "verify, require_ip or rate_limit"};
    const std::vector<std::string> none;
    BOOST_TEST(warnings_of(with_webhook("")) == open, boost::test_tools::per_element());
    for (const std::string members : {R"(, "github_secret": "s")", R"(, "verify": {"header": "X", "secret": "s"})",
                                      R"(, "require_ip": [])", R"(, "rate_limit": {"requests": 1, "seconds": 1})"})
        BOOST_TEST(warnings_of(with_webhook(members)) == none, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_timestamp_that_is_not_signed_is_a_warning)
{
    const std::vector<std::string> free{
        "f:1: paths.call.options.verify.max_age: the timestamp is not in signed, so that anybody can change it"};
    const std::vector<std::string> none;
    const std::string aged = R"(, "timestamp_header": "X-Time", "max_age": 300)";
    BOOST_TEST(warnings_of(with_verify(aged)) == free, boost::test_tools::per_element());
    BOOST_TEST(warnings_of(with_verify(aged + R"(, "signed": "{header:X-Other}{body}")")) == free,
               boost::test_tools::per_element());
    for (const std::string signed_text : {"{header:x-time}{body}", "{timestamp}{body}"})
        BOOST_TEST(warnings_of(with_verify(aged + R"(, "signed": ")" + signed_text + '"')) == none,
                   boost::test_tools::per_element());
    BOOST_TEST(warnings_of(with_verify(R"(, "timestamp_header": "X-Time")")) == none, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
