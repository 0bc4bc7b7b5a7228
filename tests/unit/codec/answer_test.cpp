#include "support.hpp"

#include <boost/test/unit_test.hpp>

using namespace wampfcgi;
using namespace wampfcgi::codec;
using namespace wampfcgi::codec::testing;

BOOST_AUTO_TEST_SUITE(answer)

BOOST_AUTO_TEST_CASE(a_result_shows_what_was_sent)
{
    struct row {
        const char* name;
        payload sent;
        std::string_view body;
    };
    const row rows[] = {
        {"args", {"\x92\x01\xA1x"s, ""}, R"({"args":[1,"x"]})"},
        {"args and empty kwargs", {"\x91\x01"s, "\x80"s}, R"({"args":[1]})"},
        {"args and kwargs", {"\x91\x01"s, "\x81\xA1k\x02"s}, R"({"args":[1],"kwargs":{"k":2}})"},
        {"kwargs alone", {"", "\x81\xA1k\x02"s}, R"({"kwargs":{"k":2}})"},
        {"kwargs and empty args", {"\x90"s, "\x81\xA1k\x02"s}, R"({"kwargs":{"k":2}})"},
        {"kwargs and empty array 32", {"\xDD\0\0\0\0"s, "\xDE\0\x01\xA1k\x02"s}, R"({"kwargs":{"k":2}})"},
        {"nothing", {"", ""}, R"({"args":[null]})"},
        {"empty args", {"\x90"s, ""}, R"({"args":[null]})"},
        {"empty args and kwargs", {"\x90"s, "\x80"s}, R"({"args":[null]})"},
        {"empty kwargs", {"", "\xDE\0\0"s}, R"({"args":[null]})"},
        {"null", {"\x91\xC0"s, ""}, R"({"args":[null]})"},
        {"an empty list in args", {"\x91\x90"s, ""}, R"({"args":[[]]})"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.name) BOOST_TEST(result_body(row.sent).value() == row.body);
}

BOOST_AUTO_TEST_CASE(an_error_shows_uri_args_and_kwargs_always)
{
    struct row {
        const char* name;
        call_error sent;
        std::string_view body;
    };
    const row rows[] = {
        {"nothing", {"com.e", {}}, R"({"error":"com.e","args":[],"kwargs":{}})"},
        {"empty", {"com.e", {"\x90"s, "\x80"s}}, R"({"error":"com.e","args":[],"kwargs":{}})"},
        {"args", {"com.e", {"\x91\x01"s, ""}}, R"({"error":"com.e","args":[1],"kwargs":{}})"},
        {"kwargs", {"com.e", {"", "\x81\xA1k\x02"s}}, R"({"error":"com.e","args":[],"kwargs":{"k":2}})"},
        {"both", {"e", {"\x91\x01"s, "\x81\xA1k\x02"s}}, R"({"error":"e","args":[1],"kwargs":{"k":2}})"},
        {"odd URI",
         {"\"\n\u00E9", {}},
         R"({"error":"\"\n)"
         "\u00E9"
         R"(","args":[],"kwargs":{}})"},
        {"empty URI", {"", {}}, R"({"error":"","args":[],"kwargs":{}})"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.name) BOOST_TEST(error_body(row.sent).value() == row.body);
}

BOOST_AUTO_TEST_CASE(a_payload_that_json_cannot_hold_is_result_invalid_for_results_and_errors)
{
    struct row {
        const char* name;
        payload sent;
        std::string_view detail;
    };
    const row rows[] = {
        {"args a map", {"\x80"s, ""}, "args: not an array"},
        {"args nil", {"\xC0"s, ""}, "args: not an array"},
        {"args a string", {"\xA1["s, ""}, "args: not an array"},
        {"kwargs an array", {"", "\x90"s}, "kwargs: not a map"},
        {"kwargs an integer", {"\x91\x01"s, "\x01"s}, "kwargs: not a map"},
        {"bytes behind args", {"\x91\x01\x02"s, ""}, "args: byte 2: extra bytes after the value"},
        {"bytes behind kwargs", {"", "\x80\xC0"s}, "kwargs: byte 1: extra bytes after the value"},
        {"args cut", {"\x92\x01"s, ""}, "args: byte 2: truncated MessagePack"},
        {"kwargs cut", {"", "\x81\xA1k"s}, "kwargs: byte 3: truncated MessagePack"},
        {"reserved byte", {"\x91\xC1"s, ""}, "args: byte 1: malformed MessagePack"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.name)
        {
            const auto as_result = result_body(row.sent);
            const auto as_error = error_body({"com.e", row.sent});

            BOOST_TEST(as_result.error().code == errc::result_invalid);
            BOOST_TEST(as_result.error().detail == row.detail);
            BOOST_TEST(as_error.error().code == errc::result_invalid);
            BOOST_TEST(as_error.error().detail == row.detail);
        }
}

BOOST_AUTO_TEST_CASE(an_error_uri_that_is_no_utf8_is_result_invalid)
{
    BOOST_TEST(error_body({"com.\xFF", {}}).error().code == errc::result_invalid);
}

BOOST_AUTO_TEST_CASE(nesting_is_shown_to_level_128_and_refused_at_129)
{
    // the body is level 1, args and kwargs are level 2
    for (const auto& opening : {"\x91"s, "\x81\xA1k"s})
        for (const auto& innermost : {"\x90"s, "\x80"s, "\x91\x01"s})
            BOOST_TEST_CONTEXT(opening)
            {
                const auto level_128 = repeated(opening, 125) + innermost;
                const auto level_129 = repeated(opening, 126) + innermost;

                BOOST_TEST(result_body({"\x91" + level_128, ""}).has_value());
                BOOST_TEST(result_body({"\x91" + level_129, ""}).error().code == errc::result_invalid);
                BOOST_TEST(result_body({"", "\x81\xA1k" + level_128}).has_value());
                BOOST_TEST(result_body({"", "\x81\xA1k" + level_129}).error().code == errc::result_invalid);
                BOOST_TEST(error_body({"e", {"\x91" + level_128, "\x81\xA1k" + level_128}}).has_value());
                BOOST_TEST(error_body({"e", {"\x91" + level_129, ""}}).error().code == errc::result_invalid);
            }
    BOOST_TEST(!result_body({std::string(1'000'000, '\x91'), ""}).has_value());
}

BOOST_AUTO_TEST_CASE(levels_are_counted_in_depth_not_in_number)
{
    const auto many = result_body({"\xDC\x03\xE8" + repeated("\x91\x80", 1000), ""});

    BOOST_TEST(many.value() == "{\"args\":[" + listed("[{}]", 1000) + "]}");
}

BOOST_AUTO_TEST_CASE(every_refusal_has_its_name_and_sentence)
{
    for (const auto& row : errc_table) {
        failure why;
        why.code = row.code;
        why.detail = "detail";
        why.peer_text = "peer";

        BOOST_TEST(refusal_body(why) == "{\"error\":\"wampfcgi.error." + std::string(row.name) + "\",\"args\":[\"" +
                                            std::string(row.sentence) + "\"],\"kwargs\":{}}");
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_parameter_at_fault)
{
    failure why;
    why.code = errc::signature_parameter_missing;
    why.parameter = "nonce";

    BOOST_TEST(
        refusal_body(why) ==
        R"({"error":"wampfcgi.error.signature_parameter_missing",)"
        R"("args":["A query parameter that a signed request needs is missing."],"kwargs":{"parameter":"nonce"}})");
}

BOOST_AUTO_TEST_SUITE_END()
