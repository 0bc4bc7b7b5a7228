#include "support.hpp"
#include "wampfcgi/codec/transcode.hpp"

#include <boost/test/unit_test.hpp>

using namespace wampfcgi;
using namespace wampfcgi::codec;
using namespace wampfcgi::codec::testing;

namespace {

/// A RESULT for request 7 with one argument.
std::string result_with(std::string_view json)
{
    return "[50,7,{},[" + std::string(json) + "]]";
}

const std::string start_of_result_with = "\x94\x32\x07\x80\x91";
const std::string result_cut_short = "\x93\x32\x07";

/// The header of a short list.
std::string list_header(unsigned items)
{
    return {static_cast<char>(0x90U | items)};
}

/// Arrays around an integer.
std::string nested(unsigned levels)
{
    return std::string(levels, '[') + "1" + std::string(levels, ']');
}

std::string or_nothing(const std::optional<std::string>& text)
{
    return text ? *text : "nothing";
}

std::string or_nothing(const json_message& message)
{
    return message.bytes.empty() ? "nothing" : message.bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transcode)

BOOST_AUTO_TEST_CASE(messages_pass_in_both_directions_byte_for_byte)
{
    struct row {
        std::string json;
        std::string msgpack;
    };
    const row rows[] = {
        {R"([1,"realm1",{"roles":{"caller":{}}}])", "\x93\x01\xA6realm1\x81\xA5roles\x81\xA6"
                                                    "caller\x80"},
        {R"([2,9007199254740992,{}])", "\x93\x02\xCF" + big_endian(1ULL << 53, 8) + "\x80"},
        {R"([48,128,{"timeout":65536},"a.b",[],{"k":null}])", "\x96\x30\xCC\x80\x81\xA7timeout\xCE\0\x01\0\0\xA3"
                                                              "a.b\x90\x81\xA1k\xC0"s},
        {R"([49,5,{"mode":"killnowait"}])", "\x93\x31\x05\x81\xA4mode\xAAkillnowait"},
        {R"([50,256,{}])", "\x93\x32\xCD\x01\0\x80"s},
        {R"([8,48,5,{},"a.b",[1],{"k":2}])", "\x97\x08\x30\x05\x80\xA3"
                                             "a.b\x91\x01\x81\xA1k\x02"},
        {R"([3,{"message":"\"\\\u0001"},"wamp.close.normal"])", "\x93\x03\x81\xA7message\xA3\"\\\x01\xB1"
                                                                "wamp.close.normal"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.json)
        {
            BOOST_TEST(or_nothing(message_to_json(row.msgpack)) == row.json);
            BOOST_TEST(or_nothing(message_from_json(row.json)) == row.msgpack);
        }
}

BOOST_AUTO_TEST_CASE(values_pass_in_both_directions_byte_for_byte)
{
    struct row {
        unsigned items;
        std::string json;
        std::string msgpack;
    };
    const row rows[] = {
        {1, "null", "\xC0"},
        {2, "true,false", "\xC3\xC2"},
        {3, "0,127,128", "\0\x7F\xCC\x80"s},
        {1, "18446744073709551615", "\xCF" + big_endian(UINT64_MAX, 8)},
        {1, "9223372036854775808", "\xCF" + big_endian(1ULL << 63, 8)},
        {2, "-1,-33", "\xFF\xD0\xDF"},
        {1, "-9223372036854775808", "\xD3" + big_endian(1ULL << 63, 8)},
        {2, "1.0,0.1", "\xCB" + big_endian(0x3FF0'0000'0000'0000, 8) + "\xCB" + big_endian(0x3FB9'9999'9999'999A, 8)},
        {2, "-0.0,5e-324", "\xCB" + big_endian(1ULL << 63, 8) + "\xCB" + big_endian(1, 8)},
        {3, R"("","\u0000","\u0000EP8A")", "\xA0\xC4\0\xC4\x03\x10\xFF\0"s},
        {2, R"("\u0000no base64","\u0000Zg")", "\xAA\0no base64\xA3\0Zg"s},
        {2, "\"\u20AC\U0001F600\x7F\",\"\\n\\u0001/\"", "\xA8\u20AC\U0001F600\x7F\xA3\n\x01/"},
        {5, R"([],{},[[]],{"":{}},{"\u0000EP8A":"k"})", "\x90\x80\x91\x90\x81\xA0\x80\x81\xA5\0EP8A\xA1k"s},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.json)
        {
            const auto message = "\x94\x32\x07\x80" + list_header(row.items) + row.msgpack;

            BOOST_TEST(or_nothing(message_to_json(message)) == result_with(row.json));
            BOOST_TEST(or_nothing(message_from_json(result_with(row.json))) == message);
        }
}

BOOST_AUTO_TEST_CASE(what_json_cannot_hold_is_not_written)
{
    const std::string values[] = {
        "\xC7\x01\x05x"s,  // an extension type
        "\x81\x01\x01"s,   // a key that is not a string
        "\xA1\xFF"s,       // not UTF-8
        "\x92\x01"s,       // truncated
        "\x01\x01"s,       // bytes after the message
        repeated("\x91", 128) + "\x01",
    };
    for (const auto& value : values)
        BOOST_TEST(!message_to_json(start_of_result_with + value));
    BOOST_TEST(!message_to_json(""));
}

BOOST_AUTO_TEST_CASE(nan_and_infinity_become_null)
{
    for (const auto bits : {0x7FF8'0000'0000'0000ULL, 0x7FF0'0000'0000'0000ULL, 0xFFF0'0000'0000'0000ULL})
        BOOST_TEST(or_nothing(message_to_json(start_of_result_with + "\xCB" + big_endian(bits, 8))) ==
                   result_with("null"));
}

BOOST_AUTO_TEST_CASE(a_field_may_nest_as_deep_as_over_messagepack)
{
    const auto deepest = repeated("\x91", max_depth) + "\x01";
    BOOST_REQUIRE(value_length(deepest).has_value());
    BOOST_REQUIRE(!value_length("\x91" + deepest).has_value());

    const auto at_the_limit = "[50,7,{}," + nested(max_depth) + "]";
    const auto beyond = "[50,7,{}," + nested(max_depth + 1) + "]";

    BOOST_TEST(or_nothing(message_from_json(at_the_limit)) == "\x94\x32\x07\x80" + deepest);
    BOOST_TEST(or_nothing(message_to_json("\x94\x32\x07\x80" + deepest)) == at_the_limit);
    BOOST_TEST(or_nothing(message_from_json(beyond)) == result_cut_short);
    BOOST_TEST(!message_to_json("\x94\x32\x07\x80\x91" + deepest));
}

BOOST_AUTO_TEST_CASE(an_integer_beyond_64_bits_is_a_double_from_a_router_and_nothing_in_a_value)
{
    struct row {
        std::string json;
        std::uint64_t bits;
    };
    const row rows[] = {{"18446744073709551616", 0x43F0'0000'0000'0000},
                        {"100000000000000000000", 0x4415'AF1D'78B5'8C40},
                        {"-9223372036854775809", 0xC3E0'0000'0000'0000}};
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.json)
        {
            BOOST_TEST(or_nothing(message_from_json(result_with(row.json))) ==
                       start_of_result_with + "\xCB" + big_endian(row.bits, 8));
            BOOST_TEST(!value_from_json(row.json));
        }
}

BOOST_AUTO_TEST_CASE(an_answer_that_cannot_be_held_is_cut_short_behind_its_request_id)
{
    struct row {
        std::string_view name;
        std::string json;
        std::string msgpack;
    };
    const row rows[] = {
        {"double", result_with("1e309"), result_cut_short},
        {"integer beyond doubles", result_with("1" + std::string(309, '0')), result_cut_short},
        {"NaN", result_with("NaN"), result_cut_short},
        {"surrogate", result_with(R"("\ud800")"), result_cut_short},
        {"UTF-8", result_with("\"\xFF\""), result_cut_short},
        {"truncated", "[50,7,{},[1", result_cut_short},
        {"nothing behind the comma", "[50,7,", result_cut_short},
        {"text behind", result_with("1") + "x", result_cut_short},
        {"white space", " \t\r\n[ 50 ,\n7\t, x", result_cut_short},
        {"large id", "[50,9007199254740992,x", "\x93\x32\xCF" + big_endian(1ULL << 53, 8)},
        {"third integer", "[50,7,8,x", result_cut_short},
        {"id 0", "[50,0,x", "\x93\x32\0"s},
        {"error", "[8, 48, 123, {}, \"a.b\", [1e999]]", "\x94\x08\x30\x7B"},
        {"error, large id", "[8,48,65536,x", "\x94\x08\x30\xCE\0\x01\0\0"s},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.name) BOOST_TEST(or_nothing(message_from_json(row.json)) == row.msgpack);
}

BOOST_AUTO_TEST_CASE(what_is_no_message_and_no_answer_is_nothing)
{
    const std::string_view texts[] = {
        "",
        " ",
        "{}",
        "50",
        "\"[50,7,{}]\"",
        "[",
        "[50",
        "[50,",
        "[50,7",
        "[50,7}",
        "[50 7,x",
        "[050,7,x",
        "[50,07,x",
        "[50,-7,x",
        "[50,+7,x",
        "[50,7.0,x",
        "[50,7e1,x",
        "[50,\"7\",x",
        "[50,18446744073709551616,x",
        "[8,48,x",
        "[8,48,7",
        "[8,64,7,x",
        "[3,7,8,x",
        "[3,{\"message\":1e999},\"a.b\"]",
        "x[50,7,x",
    };
    for (const auto text : texts)
        BOOST_TEST_CONTEXT(text) BOOST_TEST(or_nothing(message_from_json(text)) == "nothing");
}

BOOST_AUTO_TEST_CASE(of_members_given_twice_the_last_counts)
{
    BOOST_TEST(or_nothing(message_from_json(R"([50,7,{"a":1,"b":2,"a":3}])")) == "\x93\x32\x07\x82\xA1"
                                                                                 "b\x02\xA1"
                                                                                 "a\x03");
}

BOOST_AUTO_TEST_CASE(one_value_is_read_as_strictly_as_a_body)
{
    BOOST_TEST(or_nothing(value_from_json(R"( {"a":[1,"\u0000EP8A"]} )")) == "\x81\xA1"
                                                                             "a\x92\x01\xC4\x03\x10\xFF\0"s);
    BOOST_TEST(or_nothing(value_from_json("7")) == "\x07");
    BOOST_TEST(value_from_json(nested(max_depth)).has_value());
    const std::string texts[] = {"",         "1 2",   "[1,]",        "// none\n1",         "NaN",
                                 "\"\xFF\"", "1e309", "\"\\udc00\"", nested(max_depth + 1)};
    for (const auto& text : texts)
        BOOST_TEST_CONTEXT(text) BOOST_TEST(!value_from_json(text));
}

BOOST_AUTO_TEST_SUITE_END()
