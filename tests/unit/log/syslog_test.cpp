#include "log/sink.hpp"

#include "fake_daemon.hpp"
#include "support/standard_error.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <regex>
#include <string>

using namespace wampfcgi;
using namespace wampfcgi::test;

namespace {

const log::fields nothing;
const log::record line{log_level::notice, "hello", nothing, {}, 1};
const std::regex as_syslog_3_has_it(R"(<29>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d wamp-fcgi\[1\]: notice: hello)");

}  // namespace

BOOST_AUTO_TEST_CASE(each_line_is_a_datagram_to_syslog_even_after_it_was_restarted)
{
    fake_daemon daemon;
    const auto sink = log::syslog_sink(daemon.path, {});

    sink->put(line);
    BOOST_TEST(std::regex_match(daemon.received(), as_syslog_3_has_it));
    daemon.restart();
    sink->put(line);
    BOOST_TEST(std::regex_match(daemon.received(), as_syslog_3_has_it));
}

BOOST_AUTO_TEST_CASE(a_syslog_that_nobody_reads_loses_lines_and_has_their_number_when_it_is_over)
{
    const fake_daemon daemon;
    const auto sink = log::syslog_sink(daemon.path, {});
    constexpr std::size_t lines = 20'000;  // more than any socket buffer holds

    for (std::size_t i = 0; i < lines; ++i)
        sink->put(line);
    const std::size_t got = daemon.all_received().size();
    sink->finish(line);
    sink->finish(line);

    BOOST_TEST(got < lines);
    BOOST_TEST(daemon.received().ends_with("wamp-fcgi[1]: warning: " + std::to_string(lines - got) +
                                           " log lines were lost: syslog did not take them in time"));
    BOOST_TEST(daemon.received() == "");
}

BOOST_AUTO_TEST_CASE(a_line_goes_to_standard_error_while_there_is_no_syslog)
{
    const auto sink = log::syslog_sink("/nowhere/log", {});

    BOOST_TEST(written_by([&] { sink->put(line); }) == "notice: hello\n");
}
