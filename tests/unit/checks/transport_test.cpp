// Method, TLS, content type and lengths.
#include "wampfcgi/checks/transport.hpp"

#include "support/request_builder.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

using namespace wampfcgi;
using namespace wampfcgi::checks;

namespace {

constexpr std::uint64_t limit = 512;

/// The error's name, or "accepted".
template <class T>
std::string_view verdict(const result<T>& res)
{
    return res ? "accepted" : describe(res.error().code).name;
}

}  // namespace

BOOST_AUTO_TEST_CASE(post_put_and_options_are_accepted)
{
    for (const char* method : {"POST", "PUT", "OPTIONS"})
        BOOST_TEST_CONTEXT(method)
    BOOST_TEST(verdict(check_method(request_builder{}.method(method).build(), post_and_put)) == "accepted");
}

BOOST_AUTO_TEST_CASE(any_other_method_is_refused)
{
    for (const char* method : {"GET", "HEAD", "DELETE", "PATCH", "TRACE", "post", "Post", "POST ", "POSTX", ""})
        BOOST_TEST_CONTEXT(method)
        {
            const auto res = check_method(request_builder{}.method(method).build(), post_and_put);

            BOOST_TEST(verdict(res) == "method_not_allowed");
            BOOST_TEST(res.error().peer_text == method);
        }
}

BOOST_AUTO_TEST_CASE(a_method_is_taken_when_it_is_in_the_set)
{
    struct row {
        method_set taken;
        std::string list;
    };
    for (const row& row : {row{{}, "OPTIONS"}, row{{.get = true}, "GET, OPTIONS"},
                           row{{.get = true, .head = true}, "GET, HEAD, OPTIONS"}, row{{.put = true}, "PUT, OPTIONS"},
                           row{post_and_put, "POST, PUT, OPTIONS"}, row{get_and_head, "GET, HEAD"},
                           row{{true, true, true, true}, "GET, HEAD, POST, PUT, OPTIONS"}})
        for (const std::string method : {"GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "get", "Get", ""})
            BOOST_TEST_CONTEXT(row.list << " and " << method)
            {
                const auto res = check_method(request_builder{}.method(method).build(), row.taken);

                const bool is_listed = !method.empty() && row.list.find(method) != std::string::npos;
                BOOST_TEST(list_of_methods(row.taken) == row.list);
                BOOST_TEST(verdict(res) == (is_listed ? "accepted" : "method_not_allowed"));
                if (!is_listed)
                    BOOST_TEST(res.error().detail == "method is none of " + row.list);
            }
}

BOOST_AUTO_TEST_CASE(https_is_tls_when_it_is_on_or_1)
{
    for (const char* https : {"on", "ON", "On", "1"})
        BOOST_TEST_CONTEXT(https)
    BOOST_TEST(is_tls(https));
    for (const char* https : {"", "off", "OFF", "0", "no", "true", "yes", "on ", "11", "https"})
        BOOST_TEST_CONTEXT(https)
    BOOST_TEST(!is_tls(https));
}

BOOST_AUTO_TEST_CASE(tls_is_asked_for_only_where_required)
{
    BOOST_TEST(verdict(check_tls(request_builder{}.https("on").build(), true)) == "accepted");
    BOOST_TEST(verdict(check_tls(request_builder{}.https("off").build(), true)) == "tls_required");
    BOOST_TEST(verdict(check_tls(request_builder{}.build(), true)) == "tls_required");
    BOOST_TEST(verdict(check_tls(request_builder{}.build(), false)) == "accepted");
}

BOOST_AUTO_TEST_CASE(json_in_utf8_is_accepted)
{
    for (const char* type :
         {"application/json", "APPLICATION/JSON", "Application/Json", "application/json;charset=utf-8",
          "application/json; charset=utf-8", "application/json \t;\t CHARSET=UTF-8", "application/json; charset=UTF8",
          "application/json; charset=\"utf-8\"", "application/json; charset=\"Utf8\"", "application/json;",
          "application/json ; ", "application/json;;charset=utf-8;", " application/json ",
          "application/json; charset=\"u\\tf-8\""})
        BOOST_TEST_CONTEXT(type)
        {
            BOOST_TEST(verdict(check_content_type(request_builder{}.content_type(type).build())) == "accepted");
            BOOST_TEST(verdict(check_content_type(
                           request_builder{}.content_type(type).origin("https://app.example.com").build())) ==
                       "accepted");
        }
}

BOOST_AUTO_TEST_CASE(parameters_beside_the_charset_are_ignored)
{
    for (const char* type :
         {"application/json; version=1", "application/json; charset=utf-8; version=1",
          "application/json; version=1; charset=utf-8", "application/json;odata=verbose;charset=utf-8;x=y",
          "application/json; charset=utf-8; charsets=latin1", "application/json; x-charset=latin1",
          "application/json; x=\"\"", "application/json; x=\"a;charset=latin1\"; charset=utf-8",
          "application/json; x=\"a\\\"; charset=latin1\"", "application/json; x=\"a, b\" ;; y=!#$%&'*+-.^_`|~"})
        BOOST_TEST_CONTEXT(type)
    BOOST_TEST(verdict(check_content_type(request_builder{}.content_type(type).build())) == "accepted");
}

BOOST_AUTO_TEST_CASE(any_other_content_type_is_refused)
{
    for (const char* type : {"text/plain",
                             "text/json",
                             "application/jsonx",
                             "application/json5",
                             "application/ld+json",
                             "json",
                             "application/ json",
                             "application /json",
                             "application/json, text/plain",
                             "text/plain; application/json",
                             "application/x-www-form-urlencoded",
                             "multipart/form-data",
                             " ",
                             ";",
                             "; charset=utf-8",
                             "application/json; charset=latin1",
                             "application/json; charset=iso-8859-1",
                             "application/json; charset=utf-16",
                             "application/json; charset=",
                             "application/json; charset",
                             "application/json; charset=\"\"",
                             "application/json; charset=\"utf-8",
                             "application/json; charset=utf-8\"",
                             "application/json; charset=\"",
                             "application/json; charset='utf-8'",
                             "application/json; charset = utf-8",
                             "application/json; charset= utf-8",
                             "application/json; charset=utf-8; charset=utf-8",
                             "application/json; charset=utf-8; charset=latin1",
                             "application/json; version=1; charset=latin1",
                             "application/json; charset=utf-8; x=1; charset=utf-16",
                             "application/json; x=\"a\"; charset=latin1",
                             "application/json; x=\"a\\\\\"; charset=latin1",
                             "application/json; x=\"a\\\"",
                             "application/json; x=\"a",
                             "application/json; x=\"a\"b",
                             "application/json; x=a\"b\"",
                             "application/json; x=",
                             "application/json; x",
                             "application/json; =x",
                             "application/json; x = y",
                             "application/json; x=a b",
                             "application/json; x=1, text/plain",
                             "application/json; x=\x80",
                             "application/json charset=utf-8",
                             "application/json; charset=utf-8 x",
                             "application/json\n"})
        BOOST_TEST_CONTEXT(type)
        {
            const auto res = check_content_type(request_builder{}.content_type(type).build());

            BOOST_TEST(verdict(res) == "content_type_unsupported");
            BOOST_TEST(res.error().peer_text == type);
        }
}

BOOST_AUTO_TEST_CASE(an_absent_content_type_is_accepted_only_without_an_origin)
{
    for (const request_builder::value& absent : {request_builder::value{}, request_builder::value{""}}) {
        const auto builder = request_builder{}.content_type(absent);

        BOOST_TEST(verdict(check_content_type(builder.build())) == "accepted");
        BOOST_TEST(verdict(check_content_type(request_builder(builder).origin("").build())) == "accepted");
        BOOST_TEST(verdict(check_content_type(request_builder(builder).origin("https://app.example.com").build())) ==
                   "content_type_unsupported");
        BOOST_TEST(verdict(check_content_type(request_builder(builder).origin("null").build())) ==
                   "content_type_unsupported");
    }
}

BOOST_AUTO_TEST_CASE(the_announced_length_is_read)
{
    struct row {
        request_builder::value variable;
        std::optional<std::uint64_t> bytes;
    };
    for (const row& row :
         {row{std::nullopt, std::nullopt}, row{"", std::nullopt}, row{"-1", std::nullopt}, row{"0", 0}, row{"17", 17},
          row{"0017", 17}, row{"18446744073709551615", std::numeric_limits<std::uint64_t>::max()}})
        BOOST_TEST_CONTEXT(row.variable.value_or("absent"))
        {
            const auto res = check_announced_length(request_builder{}.content_length(row.variable).build(), 0);

            BOOST_TEST_REQUIRE(res.has_value());
            BOOST_TEST((*res == row.bytes));
        }
}

BOOST_AUTO_TEST_CASE(an_announced_length_that_is_no_number_is_refused)
{
    for (const char* text :
         {"x", "-", "-0", "-2", "-10", "-1 ", "+1", " 1", "1 ", "0x10", "1.0", "1,1", "1e3", "99999999999999999999x"})
        for (const std::uint64_t limit_bytes : {std::uint64_t{0}, limit})
            BOOST_TEST_CONTEXT(text << ", limit " << limit_bytes)
            {
                const auto res = check_announced_length(request_builder{}.content_length(text).build(), limit_bytes);

                BOOST_TEST(verdict(res) == "body_truncated");
                BOOST_TEST(res.error().peer_text == text);
            }
}

BOOST_AUTO_TEST_CASE(an_announced_length_beyond_64_bits_is_over_any_limit)
{
    const request req = request_builder{}.content_length("18446744073709551616").build();

    BOOST_TEST(verdict(check_announced_length(req, limit)) == "body_too_large");
    BOOST_TEST(verdict(check_announced_length(req, 0)) == "body_truncated");
}

BOOST_AUTO_TEST_CASE(an_announced_length_up_to_the_limit_is_accepted_and_one_byte_more_refused)
{
    const auto at_limit = check_announced_length(request_builder{}.content_length("512").build(), limit);
    const auto over_limit = check_announced_length(request_builder{}.content_length("513").build(), limit);

    BOOST_TEST(verdict(at_limit) == "accepted");
    BOOST_TEST(verdict(over_limit) == "body_too_large");
    BOOST_TEST(over_limit.error().detail == "announced body of 513 bytes, 512 allowed");
}

namespace {

/// With the announced length, as bridge/ checks it.
result<void> checked_body_length(const request& req, std::uint64_t limit_bytes)
{
    const auto announced = check_announced_length(req, limit_bytes);
    return announced ? check_body_length(req.body(), *announced, limit_bytes) : result<void>(announced.error());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_body_up_to_the_limit_is_accepted_and_one_byte_more_refused)
{
    for (const request_builder::value& announced :
         {request_builder::value{}, request_builder::value{""}, request_builder::value{"-1"}}) {
        const request at_limit = request_builder{}.body_of_size(512).content_length(announced).build();
        const request over_limit = request_builder{}.body_of_size(513).content_length(announced).build();

        BOOST_TEST(verdict(checked_body_length(at_limit, limit)) == "accepted");
        BOOST_TEST(verdict(checked_body_length(over_limit, limit)) == "body_too_large");
        BOOST_TEST(checked_body_length(over_limit, limit).error().detail == "body of 513 bytes, 512 allowed");
    }
}

BOOST_AUTO_TEST_CASE(a_limit_of_0_is_none)
{
    BOOST_TEST(verdict(checked_body_length(request_builder{}.body_of_size(1'000'000).build(), 0)) == "accepted");
    BOOST_TEST(verdict(checked_body_length(request_builder{}.body("").build(), 0)) == "accepted");
}

BOOST_AUTO_TEST_CASE(a_body_of_another_length_than_announced_is_refused)
{
    struct row {
        std::size_t bytes;
        const char* detail;
    };
    for (const row& row : {row{99, "body of 99 bytes, 100 announced"}, row{0, "body of 0 bytes, 100 announced"},
                           row{101, "body of 101 bytes, 100 announced"}})
        BOOST_TEST_CONTEXT(row.bytes)
        {
            const request req = request_builder{}.body_of_size(row.bytes).content_length("100").build();

            const auto res = checked_body_length(req, limit);

            BOOST_TEST(verdict(res) == "body_truncated");
            BOOST_TEST(res.error().detail == row.detail);
        }
    BOOST_TEST(verdict(checked_body_length(request_builder{}.body_of_size(100).build(), limit)) == "accepted");
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_too_large_even_when_announced_otherwise)
{
    for (const std::uint64_t announced : {100U, 512U, 514U})
        BOOST_TEST_CONTEXT(announced)
    BOOST_TEST(verdict(check_body_length(std::string(513, 'x'), announced, limit)) == "body_too_large");
}
