#include "wamp/session/messages.hpp"

#include "wampfcgi/codec/answer.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::wamp;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

std::string hex(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char each : bytes) {
        text += digits[static_cast<std::uint8_t>(each) >> 4U];
        text += digits[static_cast<std::uint8_t>(each) & 0x0FU];
    }
    return text;
}

std::string encoded(std::uint64_t request_id, const router_request& what)
{
    std::string message = "what was in the memory before";
    encode(message, request_id, what);
    return message;
}

/// Copies the bytes to the heap, so that sanitizers detect reads past their end.
template <class Reader>
auto read_alone(std::string_view bytes, Reader reader)
{
    const auto copy = std::make_unique<char[]>(bytes.size());
    bytes.copy(copy.get(), bytes.size());
    return reader(std::string_view(copy.get(), bytes.size()));
}

/// Lead bytes of integers and strings without the following bytes.
constexpr std::array bare_lead_bytes{"\xCC"sv, "\xCD"sv, "\xCE"sv, "\xCF"sv, "\xD0"sv, "\xD1"sv, "\xD2"sv,
                                     "\xD3"sv, "\xD9"sv, "\xDA"sv, "\xDB"sv, "\xA1"sv, "\xBF"sv};

}  // namespace

BOOST_AUTO_TEST_CASE(a_publication_is_encoded_byte_for_byte)
{
    const std::string options = "\x81\xA1k\xC3";
    BOOST_TEST(hex(encoded(1, publication{"a.b", {}, options, 30s})) == "94100181a16bc3a3612e62");
    BOOST_TEST(hex(encoded(2, publication{"a.b", {"\x91\x01", ""}, options, 0ms})) == "95100281a16bc3a3612e629101");
    BOOST_TEST(hex(encoded(3, publication{"a.b", {"", "\x81\xA1x\x01"}, options, 0ms})) ==
               "96100381a16bc3a3612e629081a17801");
}

BOOST_AUTO_TEST_CASE(a_subscription_and_its_end_are_encoded_byte_for_byte)
{
    BOOST_TEST(hex(encoded(1, subscription{"a.b", topic_match::exact, 30s})) == "94200180a3612e62");
    BOOST_TEST(hex(encoded(2, subscription{"a.", topic_match::prefix, 30s})) ==
               "94200281a56d61746368a6707265666978a2612e");
    BOOST_TEST(hex(encoded(3, subscription{"a..", topic_match::wildcard, 30s})) ==
               "94200381a56d61746368a877696c6463617264a3612e2e");
    BOOST_TEST(hex(encoded(4, unsubscription{300, 30s})) == "932204cd012c");
}

BOOST_AUTO_TEST_CASE(a_call_is_encoded_byte_for_byte)
{
    struct row {
        std::string_view name;
        std::uint64_t request_id;
        call what;
        std::string expected;
    };
    const std::string args = "\x92\x01\x02";
    const std::string kwargs = "\x81\xA1k\xC3";
    const std::vector<row> rows{
        {"no arguments", 1, {"a.b", {}, 0ms}, "94300180a3612e62"},
        {"time-out in milliseconds", 1, {"a.b", {}, 30s}, "94300181a774696d656f7574cd7530a3612e62"},
        {"parts wanted, and then no time-out",
         1,
         {"a.b", {}, 30s, true},
         "94300181b0726563656976655f70726f6772657373c3a3612e62"},
        {"args", 2, {"a.b", {args, ""}, 0ms}, "95300280a3612e62920102"},
        {"kwargs alone", 200, {"a.b", {"", kwargs}, 0ms}, "9630ccc880a3612e629081a16bc3"},
        {"args and kwargs", 65'536, {"a.b", {args, kwargs}, 0ms}, "9630ce0001000080a3612e6292010281a16bc3"},
        {"long procedure", 1, {std::string(32, 'p'), {}, 0ms}, "94300180d920" + hex(std::string(32, 'p'))},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            BOOST_TEST(hex(encoded(each.request_id, each.what)) == each.expected);
        }
}

BOOST_AUTO_TEST_CASE(a_number_and_the_length_of_a_uri_take_as_few_bytes_as_possible)
{
    struct number_row {
        std::uint64_t number;
        std::string expected;
    };
    for (const number_row& row : {number_row{0x7F, "7f"},
                                  {0x80, "cc80"},
                                  {0xFF, "ccff"},
                                  {0x100, "cd0100"},
                                  {0xFFFF, "cdffff"},
                                  {0x1'0000, "ce00010000"},
                                  {0xFFFF'FFFF, "ceffffffff"},
                                  {0x1'0000'0000, "cf0000000100000000"},
                                  {0xFFFF'FFFF'FFFF'FFFF, "cfffffffffffffffff"}})
        BOOST_TEST_CONTEXT(row.number)
    BOOST_TEST(hex(encoded(row.number, unsubscription{row.number, 0ms})) == "9322" + row.expected + row.expected);

    struct length_row {
        std::size_t length;
        std::string expected;
    };
    for (const length_row& row : {length_row{31, "bf"},
                                  {32, "d920"},
                                  {255, "d9ff"},
                                  {256, "da0100"},
                                  {65'535, "daffff"},
                                  {65'536, "db00010000"}})
        BOOST_TEST_CONTEXT(row.length)
        {
            const std::string uri(row.length, 'u');

            BOOST_TEST(hex(encoded(1, call{uri, {}, 0ms})) == "94300180" + row.expected + hex(uri));
            BOOST_TEST(hex(encoded(1, publication{uri, {}, "\x80", 0ms})) == "94100180" + row.expected + hex(uri));
        }
}

BOOST_AUTO_TEST_CASE(long_arguments_are_left_out_and_the_message_is_whole_with_them_behind_it)
{
    struct row {
        std::string_view name;
        std::size_t args_bytes;
        std::size_t kwargs_bytes;
        bool are_left_out;
    };
    constexpr std::size_t limit = long_arguments_bytes;
    const std::vector<row> rows{
        {"longest copied args", limit - 1, 0, false},
        {"shortest args left out", limit, 0, true},
        {"longest copied kwargs", 0, limit - 1, false},
        {"shortest kwargs left out", 0, limit, true},
        {"longest copied both", limit / 2, limit / 2 - 1, false},
        {"shortest both left out", limit / 2, limit / 2, true},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            const payload arguments{std::string(each.args_bytes, 'a'), std::string(each.kwargs_bytes, 'k')};
            const std::string head = (each.kwargs_bytes == 0 ? "95" : "96") + std::string("300180a3612e62");
            const std::string nothing = each.args_bytes == 0 ? "90" : "";
            call made{"a.b", arguments, 0ms};
            router_request published = publication{"a.b", arguments, "\x80", 0ms};

            std::string message = encoded(1, made);
            std::string event = encoded(1, published);

            payload* const rest = left_out(made);
            payload* const rest_of_event = left_out(published);
            BOOST_REQUIRE((rest != nullptr) == each.are_left_out);
            BOOST_REQUIRE((rest_of_event != nullptr) == each.are_left_out);
            if (each.are_left_out) {
                BOOST_TEST(message.size() < 20U);
                message += rest->args + rest->kwargs;
                event += rest_of_event->args + rest_of_event->kwargs;
            }
            BOOST_TEST((hex(message) == head + nothing + hex(arguments.args + arguments.kwargs)));
            BOOST_TEST((event.substr(2) == "\x01" + message.substr(3)));
        }
}

BOOST_AUTO_TEST_CASE(only_a_call_and_a_publication_have_arguments_to_leave_out)
{
    router_request subscribed = subscription{std::string(long_arguments_bytes, 's'), topic_match::exact, 0ms};
    router_request ended = unsubscription{1, 0ms};
    router_request made = call{"a.b", {std::string(long_arguments_bytes, 'a'), ""}, 0ms};

    BOOST_TEST(left_out(subscribed) == nullptr);
    BOOST_TEST(left_out(ended) == nullptr);
    BOOST_TEST(left_out(made) != nullptr);
}

BOOST_AUTO_TEST_CASE(a_cancel_is_encoded_byte_for_byte)
{
    BOOST_TEST(hex(encode_cancel(7)) == "93310781a46d6f6465aa6b696c6c6e6f77616974");
}

BOOST_AUTO_TEST_CASE(an_unsigned_integer_is_read_from_every_form_that_holds_one)
{
    struct row {
        std::string_view bytes;
        std::optional<std::uint64_t> value;
    };
    const std::vector<row> rows{
        {"\x00"sv, 0},
        {"\x7F"sv, 127},
        {"\xCC\xFF"sv, 255},
        {"\xCD\x01\x00"sv, 256},
        {"\xCE\xFF\xFF\xFF\xFF"sv, 0xFFFF'FFFF},
        {"\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv, UINT64_MAX},
        {"\xD0\x7F"sv, 127},
        {"\xD1\x01\x00"sv, 256},
        {"\xD2\x00\x00\x00\x05"sv, 5},
        {"\xD3\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv, INT64_MAX},
        {"\xFF"sv, {}},
        {"\xD0\xFF"sv, {}},
        {"\xD3\x80\x00\x00\x00\x00\x00\x00\x00"sv, {}},
        {"\xC0"sv, {}},
        {"\xCA\x00\x00\x00\x00"sv, {}},
        {"\xA1x"sv, {}},
        {"\x90"sv, {}},
        {""sv, {}},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(hex(each.bytes))
        {
            BOOST_TEST((read_alone(each.bytes, as_unsigned) == each.value));
        }
}

BOOST_AUTO_TEST_CASE(a_string_is_read_from_every_form)
{
    const std::string x(200, 'x');
    BOOST_TEST(as_string("\xA0"sv).value() == "");
    BOOST_TEST(as_string("\xA3"
                         "abc"sv)
                   .value() == "abc");
    BOOST_TEST(as_string("\xD9\xC8" + x).value() == x);
    BOOST_TEST(as_string(std::string("\xDA\x00\xC8", 3) + x).value() == x);
    BOOST_TEST(as_string(std::string("\xDB\x00\x00\x00\xC8", 5) + x).value() == x);
    for (const std::string_view other : {"\xC4\x01x"sv, "\x01"sv, "\x90"sv, "\xC0"sv, ""sv})
        BOOST_TEST(!as_string(other).has_value());
}

BOOST_AUTO_TEST_CASE(a_field_of_another_length_than_its_lead_byte_says_is_nothing)
{
    for (const std::string_view bytes : bare_lead_bytes)
        BOOST_TEST_CONTEXT(hex(bytes))
        {
            BOOST_TEST(!read_alone(bytes, as_unsigned).has_value());
            BOOST_TEST(!read_alone(bytes, [](std::string_view field) { return as_string(field).has_value(); }));
        }
    for (const std::string_view bytes : {"\xCD\x01"sv, "\xCC\x01\x02"sv, "\xD1\x01"sv, "\x01\x02"sv})
        BOOST_TEST(!read_alone(bytes, as_unsigned).has_value());
    for (const std::string_view bytes : {"\xA2x"sv, "\xD9\x02x"sv, "\xDA\x00\x01xy"sv, "\xDB\x00\x00\x00"sv})
        BOOST_TEST(!as_string(bytes).has_value());
}

BOOST_AUTO_TEST_CASE(a_message_is_taken_apart_into_its_fields)
{
    const auto message = split_message("\x94\x32\x05\x81\xA1k\xC0\x92\x01\xA2hi"sv);

    BOOST_REQUIRE(message.has_value());
    BOOST_TEST(message->code == 50U);
    BOOST_TEST(message->whole);
    const std::vector<std::string_view> fields{"\x32"sv, "\x05"sv, "\x81\xA1k\xC0"sv, "\x92\x01\xA2hi"sv};
    BOOST_TEST_REQUIRE(message->fields.size() == fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i)
        BOOST_TEST(message->fields[i] == fields[i]);
}

BOOST_AUTO_TEST_CASE(the_long_forms_of_an_array_are_messages_too)
{
    BOOST_TEST(split_message("\xDC\x00\x02\x32\x05"sv)->whole);
    BOOST_TEST(split_message("\xDD\x00\x00\x00\x02\x32\x05"sv)->whole);
}

BOOST_AUTO_TEST_CASE(what_has_no_message_code_is_no_message)
{
    for (const std::string_view bytes :
         {""sv, "\xC1"sv, "\x80"sv, "\x32"sv, "\xA1x"sv, "\x90"sv, "\x91"sv, "\x91\xA1x"sv, "\x91\xFF"sv,
          "\x91\xCD\x01"sv, "\xDC"sv, "\xDC\x00"sv, "\xDD\x00\x00\x01"sv, "\xDC\x00\x00"sv, "\x91\xC1"sv})
        BOOST_TEST_CONTEXT(hex(bytes))
        {
            BOOST_TEST(!read_alone(bytes, [](std::string_view alone) { return split_message(alone).has_value(); }));
        }
}

BOOST_AUTO_TEST_CASE(a_message_cut_anywhere_is_never_whole)
{
    const std::string_view whole = "\x95\x32\xCD\x01\x02\x81\xA1k\xC0\x92\x01\xA2hi\x81\xA1v\xD9\x01y"sv;
    BOOST_REQUIRE(split_message(whole)->whole);
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_TEST_CONTEXT(size)
        {
            const bool found = read_alone(whole.substr(0, size), [](std::string_view alone) {
                const auto message = split_message(alone);
                return message && message->whole;
            });
            BOOST_TEST(!found);
        }
}

BOOST_AUTO_TEST_CASE(a_field_of_any_type_ends_where_its_value_ends)
{
    for (unsigned first = 0; first < 256; ++first)
        for (std::size_t more = 0; more < 20; ++more)
            BOOST_TEST_CONTEXT(first << " and " << more << " bytes")
            {
                const std::string value = static_cast<char>(first) + std::string(more, '\0');
                const bool is_value = codec::value_length(value) == value.size();
                const std::string bytes = "\x92\x32" + value;
                BOOST_TEST(read_alone(bytes, [](std::string_view alone) { return split_message(alone)->whole; }) ==
                           is_value);
            }
}

BOOST_AUTO_TEST_CASE(too_many_fields_or_bytes_behind_them_make_a_message_not_whole)
{
    BOOST_TEST(!split_message("\x92\x32\x05\x00"sv)->whole);
    BOOST_TEST(!split_message("\xDD\xFF\xFF\xFF\xFF\x32\x05"sv)->whole);
    BOOST_TEST(split_message(std::string("\xDC\x00\x10", 3) + std::string(16, '\x01'))->whole);
    BOOST_TEST(!split_message(std::string("\xDC\x00\x11", 3) + std::string(17, '\x01'))->whole);
}

BOOST_AUTO_TEST_CASE(fields_nest_to_128_levels_and_no_deeper)
{
    const auto nested = [](std::size_t levels) { return "\x92\x32" + std::string(levels - 1, '\x91') + '\x90'; };
    BOOST_TEST(split_message(nested(128))->whole);
    BOOST_TEST(!split_message(nested(129))->whole);
    BOOST_TEST(!split_message(nested(100'000))->whole);
}
