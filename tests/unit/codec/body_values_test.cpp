#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <bit>
#include <cfloat>

using namespace wampfcgi;
using namespace wampfcgi::codec;
using namespace wampfcgi::codec::testing;

namespace {

std::string float64(double value)
{
    return "\xCB" + big_endian(std::bit_cast<std::uint64_t>(value), 8);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(body_values)

BOOST_AUTO_TEST_CASE(integers_of_64_bits_pass_in_their_shortest_encoding)
{
    struct row {
        std::string_view json;
        std::string msgpack;
    };
    const row rows[] = {
        {"0", "\0"s},
        {"-0", "\0"s},
        {"127", "\x7F"s},
        {"128", "\xCC\x80"s},
        {"255", "\xCC\xFF"s},
        {"256", "\xCD\x01\0"s},
        {"65535", "\xCD\xFF\xFF"s},
        {"65536", "\xCE\0\x01\0\0"s},
        {"4294967295", "\xCE\xFF\xFF\xFF\xFF"s},
        {"4294967296", "\xCF\0\0\0\x01\0\0\0\0"s},
        {"9223372036854775807", "\xCF" + big_endian(INT64_MAX, 8)},
        {"9223372036854775808", "\xCF" + big_endian(1ULL << 63, 8)},
        {"18446744073709551615", "\xCF" + big_endian(UINT64_MAX, 8)},
        {"-1", "\xFF"s},
        {"-32", "\xE0"s},
        {"-33", "\xD0\xDF"s},
        {"-128", "\xD0\x80"s},
        {"-129", "\xD1\xFF\x7F"s},
        {"-32769", "\xD2\xFF\xFF\x7F\xFF"s},
        {"-2147483649", "\xD3\xFF\xFF\xFF\xFF\x7F\xFF\xFF\xFF"s},
        {"-9223372036854775808", "\xD3" + big_endian(1ULL << 63, 8)},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.json)
        {
            const auto spaced = std::string(row.json) + std::string(50, ' ');  // the parser's fast path looks ahead

            BOOST_TEST(value_of(row.json) == row.msgpack);
            BOOST_TEST(value_of(spaced) == row.msgpack);
        }
}

BOOST_AUTO_TEST_CASE(doubles_pass_as_the_nearest_float64)
{
    struct row {
        std::string_view json;
        double value;
    };
    const row rows[] = {
        {"0.0", 0.0},
        {"-0.0", -0.0},
        {"-0e0", -0.0},
        {"1.0", 1.0},
        {"1E2", 100.0},
        {"1e+2", 100.0},
        {"-1.5e-3", -1.5e-3},
        {"0.1", 0.1},
        {"1e308", 1e308},
        {"1.7976931348623157e308", DBL_MAX},
        {"-1.7976931348623157e308", -DBL_MAX},
        {"2.2250738585072014e-308", DBL_MIN},
        {"4.9e-324", 4.9e-324},
        {"5e-324", 4.9e-324},
        {"2.4e-324", 0.0},
        {"1e-400", 0.0},
        {"-1e-400", -0.0},
        {"123456789012345678901234567890.0", 123456789012345678901234567890.0},
        {"123456789012345678901234567890e0", 123456789012345678901234567890.0},
        {"18446744073709551616.0", 18446744073709551616.0},
        {"18446744073709551615.0", 18446744073709551615.0},
        {"9007199254740993.0", 9007199254740992.0},
        {"9007199254740993.00000000000000000000000000000001", 9007199254740994.0},
        {"8.5071058181840335e37", 8.5071058181840335e37},
        {"0.30000000000000004", 0.1 + 0.2},
        {"2.2250738585072011e-308", 2.2250738585072011e-308},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.json)
        {
            const auto spaced = std::string(row.json) + std::string(50, ' ');

            BOOST_TEST(value_of(row.json) == float64(row.value));
            BOOST_TEST(value_of(spaced) == float64(row.value));
        }
}

BOOST_AUTO_TEST_CASE(long_number_literals_are_read_whole)
{
    const auto many_zeros = std::string(100'000, '0');
    BOOST_TEST(value_of("0." + many_zeros + "1") == float64(0.0));
    BOOST_TEST(value_of("1." + many_zeros + "1") == float64(1.0));
    BOOST_TEST(value_of("1" + many_zeros + "e-100000") == float64(1.0));
    BOOST_TEST(value_of("0." + many_zeros + "1e100001") == float64(1.0));
    BOOST_TEST(refusal_of(with_args("[1" + many_zeros + "]")) == errc::body_not_json);
    BOOST_TEST(refusal_of(with_args("[1" + many_zeros + ".0]")) == errc::body_not_json);
}

BOOST_AUTO_TEST_CASE(numbers_that_64_bits_cannot_hold_are_refused)
{
    const std::string_view literals[] = {
        "18446744073709551616",
        "-9223372036854775809",
        "18446744073709551620",
        "-18446744073709551615",
        "99999999999999999999",
        "100000000000000000000000000000",
        "-100000000000000000000",
        "1e309",
        "-1e309",
        "1.7976931348623159e308",
        "1e999999999",
        "1e99999999999999999999",
    };
    for (const auto literal : literals)
        BOOST_TEST_CONTEXT(literal)
        {
            const auto text = std::string(literal);

            BOOST_TEST(refusal_of(with_args("[" + text + "]")) == errc::body_not_json);
            BOOST_TEST(refusal_of("{\"ignored\":" + text + std::string(50, ' ') + "}") == errc::body_not_json);
        }
}

BOOST_AUTO_TEST_CASE(words_and_strings_pass)
{
    BOOST_TEST(args_of("[true,false,null]") == "\x93\xC3\xC2\xC0"s);
    BOOST_TEST(value_of(R"("")") == "\xA0"s);
    BOOST_TEST(value_of(R"("\"\\\/\b\f\n\r\t")") == "\xA8\"\\/\b\f\n\r\t"s);
    BOOST_TEST(value_of(R"("\u0041\u00e9\u20AC\ud83d\uDE00")") == "\xAA"
                                                                  "A\u00E9\u20AC\U0001F600"s);
    BOOST_TEST(value_of("\"\u00E9\u20AC\U0001F600\x7F\"") == "\xAA\u00E9\u20AC\U0001F600\x7F"s);
    BOOST_TEST(value_of(R"("\uFFFF\ufffe\u2028")") == "\xA9\uFFFF\uFFFE\u2028"s);
    BOOST_TEST(value_of(R"("a\u0000b")") == "\xA3"
                                            "a\0b"s);
}

BOOST_AUTO_TEST_CASE(long_strings_with_escapes_pass_whole)
{
    for (const std::size_t size : {250U, 4093U, 4094U, 4095U, 4096U, 4097U, 20'000U}) {
        const auto plain = std::string(size, 'a');

        const auto value = value_of("\"" + plain + "\\n" + plain + "\\u20ac" + plain + "\"");

        BOOST_TEST(value.substr(value.size() - 3 * size - 4) == plain + "\n" + plain + "\u20AC" + plain);
    }
}

BOOST_AUTO_TEST_CASE(a_string_of_nul_and_base64_is_binary)
{
    struct row {
        std::string_view json;
        std::string msgpack;
    };
    const row rows[] = {
        {R"("\u0000")", "\xC4\0"s},
        {R"("\u0000EP8A")", "\xC4\x03\x10\xFF\0"s},
        {R"("\u0000Zg==")", "\xC4\x01"
                            "f"s},
        {R"("\u0000+\/8=")", "\xC4\x02\xFB\xFF"s},
        {R"("\u0000-_8=")", "\xA5\0-_8="s},
        {R"("\u0000Zg")", "\xA3\0Zg"s},
        {R"("\u0000Zh==")", "\xA5\0Zh=="s},
        {R"("\u0000Zg==\n")", "\xA6\0Zg==\n"s},
        {R"("\u0000\u0000")", "\xA2\0\0"s},
        {R"("Zg==")", "\xA4Zg=="s},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.json) BOOST_TEST(value_of(row.json) == row.msgpack);
}

BOOST_AUTO_TEST_CASE(a_key_of_nul_and_base64_stays_a_string)
{
    BOOST_TEST(kwargs_of(R"({"\u0000EP8A":"\u0000EP8A"})") == "\x81\xA5\0EP8A\xC4\x03\x10\xFF\0"s);
}

BOOST_AUTO_TEST_SUITE_END()
