#include "wampfcgi/log/log.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <functional>
#include <string>
#include <string_view>
#include <unistd.h>

using namespace wampfcgi;

namespace {

/// What `action` writes to standard error: less than a pipe holds.
std::string written_by(const std::function<void()>& action)
{
    std::array<int, 2> pipe_ends{};
    BOOST_REQUIRE(pipe(pipe_ends.data()) == 0);
    const int saved = dup(STDERR_FILENO);
    dup2(pipe_ends[1], STDERR_FILENO);
    action();
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(pipe_ends[1]);
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = read(pipe_ends[0], buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(n));
    close(pipe_ends[0]);
    return text;
}

struct threshold_restored {
    ~threshold_restored() { log::set_threshold(log_level::notice); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_level_has_its_name)
{
    BOOST_TEST(log::format(log_level::error, "x") == "error: x\n");
    BOOST_TEST(log::format(log_level::warning, "x") == "warning: x\n");
    BOOST_TEST(log::format(log_level::notice, "x") == "notice: x\n");
    BOOST_TEST(log::format(log_level::info, "x") == "info: x\n");
    BOOST_TEST(log::format(log_level::debug, "x") == "debug: x\n");
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
    BOOST_TEST(log::format(log_level::info, row.text) == row.line);
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

    BOOST_TEST(log::format(log_level::info, quoted) == "info: " + quoted + "\n");
}

BOOST_AUTO_TEST_CASE(lines_up_to_the_threshold_are_written_and_others_dropped)
{
    const threshold_restored restored;
    log::set_threshold(log_level::warning);

    const std::string text = written_by([] {
        log::write(log_level::error, "first");
        log::write(log_level::warning, "second");
        log::write(log_level::notice, "third");
    });

    BOOST_TEST(text == "error: first\nwarning: second\n");
}

BOOST_AUTO_TEST_CASE(notices_are_written_by_default_and_info_is_not)
{
    BOOST_TEST(log::enabled(log_level::notice));
    BOOST_TEST(!log::enabled(log_level::info));
}

BOOST_AUTO_TEST_CASE(writing_to_a_closed_standard_error_changes_nothing)
{
    const int saved = dup(STDERR_FILENO);
    close(STDERR_FILENO);
    errno = ENOENT;

    log::write(log_level::error, "nobody reads this");

    const int seen = errno;
    dup2(saved, STDERR_FILENO);
    close(saved);
    BOOST_TEST(seen == ENOENT);
}
