#include "support.hpp"

#include <boost/test/unit_test.hpp>

using namespace wampfcgi;
using namespace wampfcgi::codec;
using namespace wampfcgi::codec::testing;

BOOST_AUTO_TEST_SUITE(body_shape)

BOOST_AUTO_TEST_CASE(procedure_args_and_kwargs_are_read)
{
    const auto parsed = parse_body(R"({"procedure":"com.myapp.add","args":[1,"a"],"kwargs":{"k":null}})").value();

    BOOST_TEST(parsed.procedure == "com.myapp.add");
    BOOST_TEST(parsed.arguments.args == "\x92\x01\xA1"
                                        "a"s);
    BOOST_TEST(parsed.arguments.kwargs == "\x81\xA1k\xC0"s);
}

BOOST_AUTO_TEST_CASE(members_come_in_any_order_between_white_space)
{
    const auto parsed = parse_body("\r\n\t { \"kwargs\" : { } , \"args\" : [ ] , \"procedure\" : \"a.b\" } \n").value();

    BOOST_TEST(parsed.procedure == "a.b");
    BOOST_TEST(parsed.arguments.args == "\x90"s);
    BOOST_TEST(parsed.arguments.kwargs == "\x80"s);
}

BOOST_AUTO_TEST_CASE(args_and_kwargs_that_are_absent_or_null_are_not_sent)
{
    const std::string_view bodies[] = {
        R"({"procedure":"p"})",
        R"({"procedure":"p","args":null,"kwargs":null})",
        R"({"procedure":"p","args":{},"kwargs":[]})",  // PHP writes an empty array like this
        R"({"procedure":"p","args":[1],"args":null,"kwargs":{"a":1},"kwargs":null})",
    };
    for (const auto body : bodies)
        BOOST_TEST_CONTEXT(body)
        {
            const auto parsed = parse_body(body).value();

            BOOST_TEST(parsed.arguments.args.empty());
            BOOST_TEST(parsed.arguments.kwargs.empty());
        }
}

BOOST_AUTO_TEST_CASE(unknown_members_are_ignored)
{
    const auto body =
        R"({"x":[{"procedure":1,"args":2}],"procedure":"p","args":[1],"y":"z","Args":{},"options":{"a":[]}})";

    const auto parsed = parse_body(body).value();

    BOOST_TEST(parsed.procedure == "p");
    BOOST_TEST(parsed.arguments.args == "\x91\x01"s);
    BOOST_TEST(parsed.arguments.kwargs.empty());
}

BOOST_AUTO_TEST_CASE(escaped_member_names_are_the_same_names)
{
    const auto parsed = parse_body(R"({"pr\u006fcedure":"a\u002eb","\u0061rgs":[]})").value();

    BOOST_TEST(parsed.procedure == "a.b");
    BOOST_TEST(parsed.arguments.args == "\x90"s);
}

BOOST_AUTO_TEST_CASE(each_fault_has_its_code)
{
    struct row {
        const char* name;
        std::string_view body;
        errc code;
    };
    const row rows[] = {
        {"null", "null", errc::body_not_object},
        {"number", "1", errc::body_not_object},
        {"string", R"("procedure")", errc::body_not_object},
        {"list", R"([{"procedure":"p"}])", errc::body_not_object},
        {"list of much", R"(["procedure","p",{"args":[1]}])", errc::body_not_object},
        {"empty object", "{}", errc::procedure_missing},
        {"no procedure", R"({"args":[],"Procedure":"p"})", errc::procedure_missing},
        {"procedure further in", R"({"args":[{"procedure":"p"}]})", errc::procedure_missing},
        {"procedure null", R"({"procedure":null})", errc::procedure_invalid},
        {"procedure number", R"({"procedure":1})", errc::procedure_invalid},
        {"procedure list", R"({"procedure":["p"]})", errc::procedure_invalid},
        {"procedure object", R"({"procedure":{"p":1}})", errc::procedure_invalid},
        {"procedure binary", R"({"procedure":"\u0000cHA="})", errc::procedure_invalid},
        {"procedure empty", R"({"procedure":""})", errc::procedure_invalid},
        {"procedure no URI", R"({"procedure":"a..b"})", errc::procedure_invalid},
        {"last procedure invalid", R"({"procedure":"p","procedure":1})", errc::procedure_invalid},
        {"args object", R"({"procedure":"p","args":{"a":1}})", errc::arguments_invalid},
        {"args string", R"({"procedure":"p","args":"[]"})", errc::arguments_invalid},
        {"args false", R"({"procedure":"p","args":false})", errc::arguments_invalid},
        {"args zero", R"({"procedure":"p","args":0})", errc::arguments_invalid},
        {"kwargs list", R"({"procedure":"p","kwargs":[1]})", errc::arguments_invalid},
        {"kwargs string", R"({"procedure":"p","kwargs":""})", errc::arguments_invalid},
        {"kwargs true", R"({"procedure":"p","kwargs":true})", errc::arguments_invalid},
        {"last args invalid", R"({"procedure":"p","args":[],"args":1})", errc::arguments_invalid},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.name) BOOST_TEST(refusal_of(row.body) == row.code);
}

BOOST_AUTO_TEST_CASE(of_several_faults_the_first_in_order_is_told)
{
    BOOST_TEST(refusal_of("[1,\xFF") == errc::body_not_utf8);
    BOOST_TEST(refusal_of("[1,") == errc::body_not_json);
    BOOST_TEST(refusal_of(R"({"args":1})") == errc::procedure_missing);
    BOOST_TEST(refusal_of(R"({"args":1,"procedure":2})") == errc::procedure_invalid);
    BOOST_TEST(refusal_of(R"({"args":1,"procedure":2,})") == errc::body_not_json);
}

BOOST_AUTO_TEST_CASE(members_given_twice_count_the_last_time)
{
    const auto body = R"({"procedure":1,"args":{},"kwargs":[7],"args":[1],"procedure":"a","args":[2],)"
                      R"("kwargs":{"a":1,"a":2},"kwargs":{"b":3},"procedure":"b"})";

    const auto parsed = parse_body(body).value();

    BOOST_TEST(parsed.procedure == "b");
    BOOST_TEST(parsed.arguments.args == "\x91\x02"s);
    BOOST_TEST(parsed.arguments.kwargs == "\x81\xA1"
                                          "b\x03"s);
}

BOOST_AUTO_TEST_CASE(loose_uris_are_told_from_others)
{
    struct row {
        std::string_view text;
        bool valid;
    };
    const row rows[] = {
        {"a", true},
        {"com.myapp.add", true},
        {"A-b_c!.$", true},
        {"1.2.3", true},
        {"caf\u00E9.\U0001F600", true},
        {"a\u200Bb", true},
        {"\u2030\u00A1", true},
        {"", false},
        {".", false},
        {"a.", false},
        {".a", false},
        {"a..b", false},
        {"a b", false},
        {" a", false},
        {"a\t", false},
        {"a\nb", false},
        {"a\rb", false},
        {"a\vb", false},
        {"a\fb", false},
        {"a#b", false},
        {"#", false},
        {"a\u0085", false},
        {"a\u00A0b", false},
        {"\u1680", false},
        {"a\u2000", false},
        {"a\u200A", false},
        {"a\u2028b", false},
        {"a\u2029b", false},
        {"a\u202Fb", false},
        {"a\u205Fb", false},
        {"\u3000.a", false},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.text)
        {
            const auto code = refusal_of(R"({"procedure":"u.)" + std::string(row.text) + R"("})");

            BOOST_TEST(is_loose_uri(row.text) == row.valid);
            // After a first component, a leading dot is still invalid, and everything else unchanged.
            if (row.text.find_first_of("\t\n\r\v\f") == std::string_view::npos)
                BOOST_TEST(code == (row.valid ? errc::internal_error : errc::procedure_invalid));
        }
}

BOOST_AUTO_TEST_SUITE_END()
