#include "codec/base64.hpp"

#include "support.hpp"

#include <boost/test/unit_test.hpp>

using namespace wampfcgi::codec;
using namespace wampfcgi::codec::testing;

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
            std::string text;

            append_base64(text, row.bytes);

            BOOST_TEST(text == row.text);
            BOOST_TEST(from_base64(row.text).value() == row.bytes);
        }
}

BOOST_AUTO_TEST_CASE(anything_but_the_one_form_is_no_base64)
{
    const std::string_view texts[] = {
        "Z",     "Zg",       "Zg=",      "Zm8",      "Zg===",   "=",      "==",       "====",
        "Z===",  "=Zg=",     "Zg=a",     "Zg==Zg==", "Zh==",    "Zm9=",   "-_-_",     "Zm9 ",
        "Zm9\n", "Zm9v\r\n", "Zm 9v===", "Z%3D",     "Zm9\xC3", "Zg==\n", "Zm9v====",
    };
    for (const auto text : texts)
        BOOST_TEST_CONTEXT(text) BOOST_TEST(!from_base64(text).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
