#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <bit>
#include <cfloat>
#include <limits>

using namespace wampfcgi;
using namespace wampfcgi::codec;
using namespace wampfcgi::codec::testing;

namespace {

std::string float32(float value)
{
    return "\xCA" + big_endian(std::bit_cast<std::uint32_t>(value), 4);
}

std::string float64(double value)
{
    return "\xCB" + big_endian(std::bit_cast<std::uint64_t>(value), 8);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(answer_values)

BOOST_AUTO_TEST_CASE(words_and_integers_of_every_width_are_shown)
{
    struct row {
        std::string msgpack;
        std::string_view json;
    };
    const row rows[] = {
        {"\xC0"s, "null"},
        {"\xC2"s, "false"},
        {"\xC3"s, "true"},
        {"\0"s, "0"},
        {"\x7F"s, "127"},
        {"\xFF"s, "-1"},
        {"\xE0"s, "-32"},
        {"\xCC\xFF"s, "255"},
        {"\xCD\xFF\xFF"s, "65535"},
        {"\xCE\xFF\xFF\xFF\xFF"s, "4294967295"},
        {"\xCF" + big_endian(UINT64_MAX, 8), "18446744073709551615"},
        {"\xCF" + big_endian(1, 8), "1"},
        {"\xD0\x80"s, "-128"},
        {"\xD0\x7F"s, "127"},
        {"\xD1\x80\0"s, "-32768"},
        {"\xD2\x80\0\0\0"s, "-2147483648"},
        {"\xD3" + big_endian(1ULL << 63, 8), "-9223372036854775808"},
        {"\xD3" + big_endian(INT64_MAX, 8), "9223372036854775807"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.json) BOOST_TEST(json_of(row.msgpack) == row.json);
}

BOOST_AUTO_TEST_CASE(doubles_are_shown_shortest_and_never_as_integers)
{
    struct row {
        std::string msgpack;
        std::string_view json;
    };
    const row rows[] = {
        {float64(0.0), "0.0"},
        {float64(-0.0), "-0.0"},
        {float64(1.0), "1.0"},
        {float64(-17.0), "-17.0"},
        {float64(0.1), "0.1"},
        {float64(0.1 + 0.2), "0.30000000000000004"},
        {float64(1e22), "1e+22"},
        {float64(1e308), "1e+308"},
        {float64(DBL_MAX), "1.7976931348623157e+308"},
        {float64(4.9e-324), "5e-324"},
        {float64(9007199254740993.0), "9007199254740992.0"},
        {float32(1.0F), "1.0"},
        {float32(0.1F), "0.10000000149011612"},
        {float32(-FLT_MAX), "-3.4028234663852886e+38"},
        {float64(std::numeric_limits<double>::quiet_NaN()), "null"},
        {float64(std::numeric_limits<double>::infinity()), "null"},
        {float64(-std::numeric_limits<double>::infinity()), "null"},
        {float32(std::numeric_limits<float>::quiet_NaN()), "null"},
        {float32(-std::numeric_limits<float>::infinity()), "null"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.json) BOOST_TEST(json_of(row.msgpack) == row.json);
}

BOOST_AUTO_TEST_CASE(strings_are_escaped_where_json_needs_it)
{
    struct row {
        std::string msgpack;
        std::string_view json;
    };
    const row rows[] = {
        {"\xA0"s, R"("")"},
        {"\xA3/\"\\"s, R"("/\"\\")"},
        {"\xA5\b\f\n\r\t"s, R"("\b\f\n\r\t")"},
        {"\xA4\0\x01\x1F\x0B"s, R"("\u0000\u0001\u001f\u000b")"},
        {"\xA1\x7F"s, "\"\x7F\""},
        {"\xA9\u00E9\u20AC\U0001F600"s, "\"\u00E9\u20AC\U0001F600\""},
        {"\xA6\u2028\u2029"s, "\"\u2028\u2029\""},
        {"\xD9\x03"
         "a\nb"s,
         R"("a\nb")"},
        {"\xDA\0\x01z"s, R"("z")"},
        {"\xDB\0\0\0\0"s, R"("")"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.json)
        {
            BOOST_TEST(json_of(row.msgpack) == row.json);
            BOOST_TEST(json_of("\x81" + row.msgpack + "\xC0") == "{" + std::string(row.json) + ":null}");
        }
}

BOOST_AUTO_TEST_CASE(strings_are_escaped_at_every_offset)
{
    for (std::size_t offset = 0; offset < 80; ++offset)
        for (const char special : {'"', '\\', '\x1F', '\0'})
            BOOST_TEST_CONTEXT(int{special} << " behind " << offset << " bytes")
            {
                const auto before = std::string(offset, 'a');
                const auto behind = std::string(80 - offset, '\x7F');
                const auto escaped = special == '"'      ? R"(\")"s
                                     : special == '\\'   ? R"(\\)"s
                                     : special == '\x1F' ? R"(\u001f)"s
                                                         : R"(\u0000)"s;

                const auto json = json_of("\xD9\x51" + before + special + behind);

                BOOST_TEST(json == '"' + before + escaped + behind + '"');
            }
}

BOOST_AUTO_TEST_CASE(binary_is_shown_as_nul_and_base64)
{
    BOOST_TEST(json_of("\xC4\0"s) == R"("\u0000")");
    BOOST_TEST(json_of("\xC4\x03\x10\xFF\0"s) == R"("\u0000EP8A")");
    BOOST_TEST(json_of("\xC5\0\x01"
                       "f"s) == R"("\u0000Zg==")");
    BOOST_TEST(json_of("\xC6\0\0\0\x02\xFB\xFF"s) == R"("\u0000+/8=")");
}

BOOST_AUTO_TEST_CASE(containers_are_shown_with_commas_between)
{
    BOOST_TEST(json_of("\x90"s) == "[]");
    BOOST_TEST(json_of("\x80"s) == "{}");
    BOOST_TEST(json_of("\x93\x01\x90\xA1,"s) == R"([1,[],","])");
    BOOST_TEST(json_of("\x82\xA1"
                       "a\x80\xA1"
                       "b\x92\x80\x81\xA1"
                       "c\xC0"s) == R"({"a":{},"b":[{},{"c":null}]})");
    BOOST_TEST(json_of("\xDC\0\x01\x07"s) == "[7]");
    BOOST_TEST(json_of("\xDF\0\0\0\x01\xA1k\xDD\0\0\0\x01\x07"s) == R"({"k":[7]})");
}

BOOST_AUTO_TEST_CASE(containers_and_strings_of_every_header_are_shown)
{
    for (const std::size_t size : {15U, 16U, 31U, 32U, 255U, 256U, 65535U, 65536U}) {
        const auto list = "[" + listed("\"" + std::string(size % 7, 'a') + "\"", size) + "]";
        const auto text = "\"" + std::string(size, 'a') + "\"";

        BOOST_TEST((json_of(value_of(list)) == list));
        BOOST_TEST((json_of(value_of(text)) == text));
    }
}

BOOST_AUTO_TEST_CASE(values_without_a_json_form_are_refused)
{
    struct row {
        const char* name;
        std::string msgpack;
    };
    const row rows[] = {
        {"overlong UTF-8", "\xA2\xC0\x80"s},
        {"surrogate", "\xA3\xED\xA0\x80"s},
        {"cut UTF-8", "\xA1\xC3"s},
        {"UTF-8 that goes on behind the string", "\x92\xA1\xC3\xA1\xA9"s},
        {"byte FF in a key", "\x81\xA1\xFF\x01"s},
        {"key nil", "\x81\xC0\x01"s},
        {"key true", "\x81\xC3\x01"s},
        {"key 1", "\x81\x01\x01"s},
        {"key -1", "\x81\xFF\x01"s},
        {"key 1.0", "\x81" + float64(1.0) + "\x01"},
        {"key float32", "\x81" + float32(1.0F) + "\x01"},
        {"key NaN", "\x81" + float64(std::numeric_limits<double>::quiet_NaN()) + "\x01"},
        {"key binary", "\x81\xC4\x01z\x01"s},
        {"key list", "\x81\x90\x01"s},
        {"key list of a string", "\x81\x91\xA1z\x01"s},
        {"key map", "\x81\x80\x01"s},
        {"second key", "\x82\xA1z\x01\x01\x01"s},
        {"fixext 1", "\xD4\x01z"s},
        {"fixext 2", "\xD5\x01zz"s},
        {"timestamp 32", "\xD6\xFF\0\0\0\0"s},
        {"timestamp 64", "\xD7\xFF\0\0\0\0\0\0\0\0"s},
        {"fixext 16", "\xD8\x01" + std::string(16, 'z')},
        {"timestamp 96", "\xC7\x0C\xFF" + std::string(12, '\0')},
        {"ext 8, empty", "\xC7\0\x01"s},
        {"ext 16", "\xC8\0\x01\x01z"s},
        {"ext 32", "\xC9\0\0\0\x01\x01z"s},
        {"reserved byte", "\xC1"s},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.name)
        {
            BOOST_TEST(!has_json(row.msgpack));
            BOOST_TEST(!has_json("\x92\x90\x81\xA1k" + row.msgpack));
        }
}

BOOST_AUTO_TEST_CASE(announced_lengths_beyond_the_message_are_refused_at_once)
{
    const std::string messages[] = {
        "\xDD\xFF\xFF\xFF\xFF"s,
        "\xDD\xFF\xFF\xFF\xFF\x01"s,
        "\xDF\xFF\xFF\xFF\xFF\xA1k\x01"s,
        "\xDB\xFF\xFF\xFF\xFFz"s,
        "\xC6\xFF\xFF\xFF\xFFz"s,
        "\xC9\xFF\xFF\xFF\xFF\x01z"s,
        "\xDC\xFF\xFF"s,
        "\xD9\xFF"s,
        "\xA5zzzz"s,
        "\xDD\0"s,
        "\xCB\0\0\0"s,
        "\xC9\0"s,
        "\xD4"s,
        "\xD8\x01z"s,
    };
    for (const auto& message : messages) {
        BOOST_TEST(!has_json(message));
        BOOST_TEST(!has_json(repeated("\xDD\xFF\xFF\xFF\xFF", 100) + message));
        BOOST_TEST(!value_length(message).has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_result_cut_at_any_byte_is_refused)
{
    const auto whole = args_of(R"([1,-200,1.5,"text",{"k":[70000,"\u0000EP8A",true,null]},[[]]])");
    BOOST_TEST(result_body({whole, ""}).has_value());
    for (std::size_t size = 1; size < whole.size(); ++size) {
        const auto cut = result_body({whole.substr(0, size), ""});

        BOOST_TEST(cut.error().code == errc::result_invalid);
    }
}

BOOST_AUTO_TEST_SUITE_END()
