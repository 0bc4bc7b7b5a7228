#include "log/format.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <string>
#include <string_view>

using namespace wampfcgi;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = std::chrono::sys_time<std::chrono::milliseconds>{
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 11h + 7ms};

log::record record(log_level level, std::string_view text, const log::fields& with)
{
    return {level, text, with, noon, 42};
}

std::string line(log_level level, std::string_view text, const log::fields& with = {})
{
    return log::text_line(record(level, text, with), false);
}

std::string journal_field(const std::string& key, const std::string& value)
{
    std::string length(8, '\0');
    length[0] = static_cast<char>(value.size());
    length[1] = static_cast<char>(value.size() >> 8U);
    return key + '\n' + length + value + '\n';
}

/// Bytes that would end a line, begin a member or end a string.
constexpr std::string_view hostile = "\"}\n{\"level\":\"error\r\xff\xe2\x80\xae\\";

}  // namespace

BOOST_AUTO_TEST_CASE(every_level_has_its_name)
{
    BOOST_TEST(line(log_level::error, "x") == "error: x\n");
    BOOST_TEST(line(log_level::warning, "x") == "warning: x\n");
    BOOST_TEST(line(log_level::notice, "x") == "notice: x\n");
    BOOST_TEST(line(log_level::info, "x") == "info: x\n");
    BOOST_TEST(line(log_level::debug, "x") == "debug: x\n");
}

BOOST_AUTO_TEST_CASE(text_that_could_forge_a_line_is_escaped_and_other_text_is_not)
{
    using namespace std::string_view_literals;
    struct row {
        std::string_view name, text, line;
    };
    constexpr std::array rows{
        row{"empty", "", "info: \n"},
        row{"line feed", "a\nerror: b", "info: a\\x0aerror: b\n"},
        row{"carriage return, tab, escape", "\r\t\x1b[2J", "info: \\x0d\\x09\\x1b[2J\n"},
        row{"zero byte", "a\0b"sv, "info: a\\x00b\n"},
        row{"delete", "\x7f", "info: \\x7f\n"},
        row{"next line, U+0085", "\xc2\x85", "info: \\xc2\\x85\n"},
        row{"first behind the C1 controls, U+00A0", "\xc2\xa0", "info: \xc2\xa0\n"},
        row{"line separator, U+2028", "\xe2\x80\xa8", "info: \\xe2\\x80\\xa8\n"},
        row{"right-to-left override, U+202E", "\xe2\x80\xae", "info: \\xe2\\x80\\xae\n"},
        row{"UTF-8 of 2, 3 and 4 bytes", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
            "info: \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n"},
        row{"a lone continuation byte", "a\x80z", "info: a\\x80z\n"},
        row{"a character cut short", "\xe2\x82", "info: \\xe2\\x82\n"},
        row{"a line feed inside a character", "\xe2\x82\n", "info: \\xe2\\x82\\x0a\n"},
        row{"an overlong line feed", "\xc0\x8a", "info: \\xc0\\x8a\n"},
        row{"a surrogate", "\xed\xa0\x80", "info: \\xed\\xa0\\x80\n"},
        row{"past U+10FFFF", "\xf4\x90\x80\x80", "info: \\xf4\\x90\\x80\\x80\n"},
        row{"a byte that is never UTF-8", "\xff", "info: \\xff\n"},
        row{"quotes and backslashes stay", "\"a\\x0a\"", "info: \"a\\x0a\"\n"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.name)
        {
            BOOST_TEST(line(log_level::info, row.text) == row.line);
        }
}

BOOST_AUTO_TEST_CASE(quoted_text_cannot_leave_its_quotes)
{
    BOOST_TEST(log::quote("") == R"("")");
    BOOST_TEST(log::quote("wamp.error") == R"("wamp.error")");
    BOOST_TEST(log::quote("a\" b=\"c\\") == R"("a\" b=\"c\\")");
    BOOST_TEST(log::quote("a\nb\xff") == R"("a\x0ab\xff")");
}

BOOST_AUTO_TEST_CASE(quoted_text_is_cut_behind_200_bytes)
{
    BOOST_TEST(log::quote(std::string(200, 'a')) == '"' + std::string(200, 'a') + '"');
    BOOST_TEST(log::quote(std::string(201, 'a')) == '"' + std::string(200, 'a') + "\"...");
}

BOOST_AUTO_TEST_CASE(quoted_text_is_cut_neither_inside_a_character_nor_inside_an_escape)
{
    BOOST_TEST(log::quote(std::string(198, 'a') + "\xe2\x82\xac") == '"' + std::string(198, 'a') + "\"...");
    BOOST_TEST(log::quote(std::string(199, 'a') + "\"") == '"' + std::string(199, 'a') + "\"...");
    BOOST_TEST(log::quote(std::string(197, 'a') + "\n") == '"' + std::string(197, 'a') + "\"...");
}

BOOST_AUTO_TEST_CASE(escaped_and_quoted_text_goes_through_a_line_unchanged)
{
    const std::string quoted = log::quote("a\nb\\\"\xc3\xa4\xff");

    BOOST_TEST(line(log_level::info, quoted) == "info: " + quoted + "\n");
}

BOOST_AUTO_TEST_CASE(fields_follow_the_text_bare_where_they_can_be_and_quoted_where_they_came_from_outside)
{
    const log::fields with{log::token("id", "64a2-6"),       log::outside("peer", "192.0.2.7"),
                           log::number("status", 200),       log::token("router", "ws://[::1]:8/ws?a=b"),
                           log::token("realm", "two words"), log::token("role", "")};

    BOOST_TEST(line(log_level::notice, "done", with) ==
               "notice: done id=64a2-6 peer=\"192.0.2.7\" status=200 router=ws://[::1]:8/ws?a=b realm=\"two words\""
               " role=\"\"\n");
}

BOOST_AUTO_TEST_CASE(a_stamped_line_begins_with_time_and_process)
{
    BOOST_TEST(log::text_line(record(log_level::error, "x", {}), true) == "2026-11-22T11:00:00.007Z [42] error: x\n");
}

BOOST_AUTO_TEST_CASE(json_has_a_member_for_each_field_and_numbers_without_quotes)
{
    const log::fields with{log::token("id", "64a2-6"), log::outside("peer", "192.0.2.7"), log::number("status", 200)};

    BOOST_TEST(log::json_line(record(log_level::info, "done", with)) ==
               R"({"time":"2026-11-22T11:00:00.007Z","level":"info","pid":42,"message":"done","id":"64a2-6",)"
               R"("peer":"192.0.2.7","status":200})"
               "\n");
}

BOOST_AUTO_TEST_CASE(a_journal_entry_has_priority_identifier_message_and_the_fields_in_upper_case)
{
    const log::fields with{log::token("id", "64a2-6"), log::number("duration_us", 7)};

    BOOST_TEST(log::journal_entry(record(log_level::warning, "done", with), log_format::text) ==
               journal_field("PRIORITY", "4") + journal_field("SYSLOG_IDENTIFIER", "wamp-fcgi") +
                   journal_field("MESSAGE", "done id=64a2-6 duration_us=7") + journal_field("ID", "64a2-6") +
                   journal_field("DURATION_US", "7"));
}

BOOST_AUTO_TEST_CASE(the_message_of_a_journal_entry_may_be_json)
{
    const std::string object = R"({"time":"2026-11-22T11:00:00.007Z","level":"error","pid":42,"message":"x"})";

    BOOST_TEST(log::journal_entry(record(log_level::error, "x", {}), log_format::json) ==
               journal_field("PRIORITY", "3") + journal_field("SYSLOG_IDENTIFIER", "wamp-fcgi") +
                   journal_field("MESSAGE", object));
}

BOOST_AUTO_TEST_CASE(hostile_bytes_in_the_text_and_in_every_kind_of_field_forge_nothing)
{
    const std::string bytes(hostile);
    const log::fields with{log::token("token", bytes), log::outside("outside", bytes)};
    const std::string escaped = R"("}\x0a{"level":"error\x0d\xff\xe2\x80\xae\)";
    const std::string quoted = R"("\"}\x0a{\"level\":\"error\x0d\xff\xe2\x80\xae\\")";
    const std::string in_json = R"("\"}\\x0a{\"level\":\"error\\x0d\\xff\\xe2\\x80\\xae\\")";

    BOOST_TEST(line(log_level::error, hostile, with) ==
               "error: " + escaped + " token=" + quoted + " outside=" + quoted + "\n");
    BOOST_TEST(log::json_line(record(log_level::error, hostile, with)) ==
               R"({"time":"2026-11-22T11:00:00.007Z","level":"error","pid":42,"message":)" + in_json + R"(,"token":)" +
                   in_json + R"(,"outside":)" + in_json + "}\n");
    BOOST_TEST(log::journal_entry(record(log_level::error, hostile, with), log_format::text) ==
               journal_field("PRIORITY", "3") + journal_field("SYSLOG_IDENTIFIER", "wamp-fcgi") +
                   journal_field("MESSAGE", escaped + " token=" + quoted + " outside=" + quoted) +
                   journal_field("TOKEN", escaped) + journal_field("OUTSIDE", escaped));
}

BOOST_AUTO_TEST_CASE(what_came_from_outside_is_cut_in_every_form)
{
    const log::fields with{log::outside("path", std::string(201, 'a'))};
    const std::string cut(200, 'a');

    BOOST_TEST(line(log_level::info, "x", with) == "info: x path=\"" + cut + "\"...\n");
    BOOST_TEST(log::json_line(record(log_level::info, "x", with)).ends_with(R"("path":")" + cut + "...\"}\n"));
    BOOST_TEST(log::journal_entry(record(log_level::info, "x", with), log_format::text)
                   .ends_with(journal_field("PATH", cut + "...")));
}
