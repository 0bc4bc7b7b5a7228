#include "wampfcgi/core/text/base64.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

using namespace wampfcgi;
using namespace std::string_view_literals;

namespace {

/// `text` decoded in any form, into `room` bytes.
std::optional<std::string> decoded(std::string_view text, std::size_t room)
{
    std::string bytes(room, '\0');
    const auto size = decode_base64(text, std::as_writable_bytes(std::span(bytes)), base64_form::any);
    return size ? std::optional(bytes.substr(0, *size)) : std::nullopt;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(base64)

BOOST_AUTO_TEST_CASE(bytes_and_text_stand_for_each_other)
{
    struct row {
        std::string_view bytes;
        std::string_view text;
    };
    const row rows[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\x10\xFF\0"sv, "EP8A"},
        {"\xFB\xFF\xFE", "+//+"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.text)
        {
            std::string text = "before ";

            append_base64(text, row.bytes);

            BOOST_TEST(text == "before " + std::string(row.text));
            BOOST_TEST(to_base64(row.bytes) == row.text);
            BOOST_TEST(from_base64(row.text).value() == row.bytes);
        }
}

BOOST_AUTO_TEST_CASE(anything_but_the_standard_form_is_not_taken_for_it)
{
    const std::string_view texts[] = {
        "Z",     "Zg",       "Zg=",      "Zm8",      "Zg===",   "=",      "==",       "====",
        "Z===",  "=Zg=",     "Zg=a",     "Zg==Zg==", "Zh==",    "Zm9=",   "-_-_",     "Zm9 ",
        "Zm9\n", "Zm9v\r\n", "Zm 9v===", "Z%3D",     "Zm9\xC3", "Zg==\n", "Zm9v====",
    };
    for (const auto text : texts)
        BOOST_TEST_CONTEXT(text) BOOST_TEST(!from_base64(text).has_value());
}

BOOST_AUTO_TEST_CASE(any_form_has_either_alphabet_and_may_lack_padding)
{
    struct row {
        std::string_view text;
        std::string_view bytes;
    };
    const row rows[] = {
        {"", ""},
        {"Zg", "f"},
        {"Zg==", "f"},
        {"Zm8", "fo"},
        {"Zm8=", "fo"},
        {"Zm9v", "foo"},
        {"+//+", "\xFB\xFF\xFE"},
        {"-__-", "\xFB\xFF\xFE"},
        {" _/-", "\xFB\xFF\xFE"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.text) BOOST_TEST(decoded(row.text, 3).value() == row.bytes);
}

BOOST_AUTO_TEST_CASE(what_is_base64_in_no_form_is_refused)
{
    const std::string_view texts[] = {
        "Z",    "Zg=",      "Zm8==",  "Zg===",    "=",     "==",     "====",    "Z===",    "=Zg=",
        "Zg=a", "Zg==Zg==", "Zh",     "Zh==",     "Zm9=",  "Zm9",    "Zm9.",    "Zm9\n",   "Zm9v\r\n",
        "Z%3D", "Zm9\xC3",  "Zg==\n", "Zm9v====", "Zm9vY", "Zm9vY=", "Zm9vYg=", "Z\0=="sv,
    };
    for (const auto text : texts)
        BOOST_TEST_CONTEXT(text) BOOST_TEST(!decoded(text, 16).has_value());
}

BOOST_AUTO_TEST_CASE(more_bytes_than_there_is_room_for_are_refused)
{
    BOOST_TEST(decoded("Zm9v", 3).has_value());
    BOOST_TEST(!decoded("Zm9v", 2).has_value());
    BOOST_TEST(decoded("Zm9vYg", 4).has_value());
    BOOST_TEST(!decoded("Zm9vYg", 3).has_value());
    BOOST_TEST(!decoded("Zm9vYmE=", 4).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
