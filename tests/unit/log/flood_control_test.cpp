#include "log/flood_control.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace wampfcgi;
using namespace std::chrono_literals;

namespace {

/// A flood control with a settable clock; collects its output as text.
struct flood {
    /// How many of `count` lines are written now.
    int written(int count, std::string_view kind = "a", log_level level = log_level::error)
    {
        int admitted = 0;
        for (int i = 0; i < count; ++i) {
            take(control.due(now));
            std::vector<log::flood_control::summary> dropped;
            admitted += control.admits(level, kind, now, dropped) ? 1 : 0;
            take(dropped);
        }
        return admitted;
    }

    void take(const std::vector<log::flood_control::summary>& summaries)
    {
        for (const auto& each : summaries)
            said += each.text + '\n';
    }

    log::flood_control control;
    log::flood_control::time_point now{1h};
    std::string said;
};

}  // namespace

BOOST_AUTO_TEST_CASE(ten_of_a_kind_are_written_and_the_eleventh_is_not)
{
    flood lines;

    BOOST_TEST(lines.written(10) == 10);
    BOOST_TEST(lines.written(1) == 0);
}

BOOST_AUTO_TEST_CASE(ten_of_a_kind_need_no_summary)
{
    flood lines;
    lines.written(10);

    lines.now += 10s;
    lines.take(lines.control.due(lines.now));

    BOOST_TEST(lines.said == "");
}

BOOST_AUTO_TEST_CASE(the_window_ends_after_ten_seconds_and_the_next_line_brings_the_summary)
{
    flood lines;
    lines.written(15);
    lines.now += 9'999ms;
    lines.written(1);
    BOOST_TEST(lines.said == "");

    lines.now += 1ms;

    BOOST_TEST(lines.written(11) == 10);
    BOOST_TEST(lines.said == "last message repeated 6 times in 10 s: a\n");
}

BOOST_AUTO_TEST_CASE(a_line_of_another_kind_brings_the_summary_too)
{
    flood lines;
    lines.written(12);
    lines.now += 10s;

    BOOST_TEST(lines.written(1, "b") == 1);

    BOOST_TEST(lines.said == "last message repeated 2 times in 1 s: a\n");
}

BOOST_AUTO_TEST_CASE(kinds_and_levels_that_take_turns_are_each_summed_up)
{
    flood lines;

    for (int i = 0; i < 12; ++i) {
        lines.written(1, "a");
        lines.written(1, "b");
        lines.written(1, "b", log_level::warning);
    }
    BOOST_TEST(lines.said == "");
    lines.take(lines.control.finish());

    BOOST_TEST(lines.said == "last message repeated 2 times in 1 s: a\n"
                             "last message repeated 2 times in 1 s: b\n"
                             "last message repeated 2 times in 1 s: b\n");
}

BOOST_AUTO_TEST_CASE(the_oldest_of_too_many_kinds_makes_room_with_its_summary)
{
    flood lines;
    lines.written(11, "first");
    for (std::size_t i = 1; i < log::flood_control::most_kinds; ++i)
        lines.written(1, std::to_string(i));
    BOOST_TEST(lines.said == "");

    lines.written(1, "one more");

    BOOST_TEST(lines.said == "last message repeated 1 times in 1 s: first\n");
}

BOOST_AUTO_TEST_CASE(what_was_told_at_the_end_is_not_told_again)
{
    flood lines;
    lines.written(11);
    lines.take(lines.control.finish());

    BOOST_TEST(lines.control.finish().empty());
}
