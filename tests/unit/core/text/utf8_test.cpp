#include "wampfcgi/core/text/utf8.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace wampfcgi;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(well_formed_sequences_are_accepted_at_every_offset)
{
    struct row {
        const char* name;
        std::string_view text;
    };
    const row rows[] = {
        {"nothing", ""},
        {"U+0000", "\0"sv},
        {"U+007F", "\x7F"},
        {"U+0080", "\xC2\x80"},
        {"U+07FF", "\xDF\xBF"},
        {"U+0800", "\xE0\xA0\x80"},
        {"U+D7FF", "\xED\x9F\xBF"},
        {"U+E000", "\xEE\x80\x80"},
        {"U+FEFF", "\xEF\xBB\xBF"},
        {"U+FFFF", "\xEF\xBF\xBF"},
        {"U+10000", "\xF0\x90\x80\x80"},
        {"U+10FFFF", "\xF4\x8F\xBF\xBF"},
    };
    for (const auto& row : rows)
        for (std::size_t offset = 0; offset < 80; ++offset)
            BOOST_TEST_CONTEXT(row.name << " behind " << offset << " bytes")
            {
                const auto text = std::string(offset, 'a') + std::string(row.text) + "behind it some more";

                BOOST_TEST(is_utf8(text));
            }
}

BOOST_AUTO_TEST_CASE(ill_formed_sequences_are_found_at_every_offset)
{
    struct row {
        const char* name;
        std::string_view text;
    };
    const row rows[] = {
        {"continuation alone", "\x80"},
        {"last continuation alone", "\xBF"},
        {"overlong U+0000", "\xC0\x80"},
        {"overlong U+007F", "\xC1\xBF"},
        {"overlong U+07FF", "\xE0\x9F\xBF"},
        {"overlong U+FFFF", "\xF0\x8F\xBF\xBF"},
        {"high surrogate", "\xED\xA0\x80"},
        {"low surrogate", "\xED\xBF\xBF"},
        {"U+110000", "\xF4\x90\x80\x80"},
        {"lead byte F5", "\xF5\x80\x80\x80"},
        {"lead byte FF", "\xFF"},
        {"2 bytes, then ASCII", "\xC3z"},
        {"3 bytes, then ASCII", "\xE2\x82z"},
        {"4 bytes, then ASCII", "\xF0\x9F\x98z"},
        {"2 bytes, cut after 1", "\xC3"},
        {"3 bytes, cut after 2", "\xE2\x82"},
        {"4 bytes, cut after 3", "\xF0\x9F\x98"},
    };
    for (const auto& row : rows)
        for (std::size_t offset = 0; offset < 80; ++offset)
            BOOST_TEST_CONTEXT(row.name << " behind " << offset << " bytes")
            {
                const auto text = std::string(offset, 'a') + std::string(row.text);

                BOOST_TEST(!is_utf8(text));
                BOOST_TEST(utf8_prefix(text) == offset);
                BOOST_TEST(utf8_prefix(std::string(offset, 'a') + "\u00E9\u20AC" + std::string(row.text)) ==
                           offset + 5);
            }
}

BOOST_AUTO_TEST_CASE(first_character_has_its_size_and_its_code_point)
{
    struct row {
        std::string_view text;
        std::size_t bytes;
        std::uint32_t code;
    };
    const row rows[] = {
        {"\0"sv, 1, 0},
        {"a\xC3", 1, 'a'},
        {"\x7F", 1, 0x7F},
        {"\xC2\x80z", 2, 0x80},
        {"\xDF\xBF", 2, 0x7FF},
        {"\xE0\xA0\x80", 3, 0x800},
        {"\xE2\x98\x83\xFF", 3, 0x2603},
        {"\xEF\xBF\xBF", 3, 0xFFFF},
        {"\xF0\x90\x80\x80", 4, 0x10000},
        {"\xF4\x8F\xBF\xBF", 4, 0x10FFFF},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT("U+" << std::hex << row.code)
        {
            const auto found = first_character(row.text);

            BOOST_TEST(found.bytes == row.bytes);
            BOOST_TEST(std::uint32_t{found.code} == row.code);
        }
}

BOOST_AUTO_TEST_CASE(ill_formed_start_is_no_character)
{
    for (const std::string_view text : {"\x80"sv, "\xC3z"sv, "\xED\xA0\x80"sv, "\xF0\x9F\x98"sv, "\xFFz"sv}) {
        const auto found = first_character(text);

        BOOST_TEST(found.bytes == 0U);
        BOOST_TEST(std::uint32_t{found.code} == 0xFFFDU);
    }
}

BOOST_AUTO_TEST_CASE(text_that_is_no_utf8_is_read_as_iso_8859_1)
{
    BOOST_TEST(to_utf8("caf\xE9 \x80\xBF\xC0\xFF") == "caf\u00E9 \u0080\u00BF\u00C0\u00FF");
    BOOST_TEST(to_utf8("caf\u00E9 \u2603") == "caf\u00E9 \u2603");
    BOOST_TEST(to_utf8("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
