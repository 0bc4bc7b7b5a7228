#include "log/sink.hpp"

#include "fake_daemon.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>

using namespace wampfcgi;
using namespace wampfcgi::test;

namespace {

const log::fields nothing;
const log::record line{log_level::notice, "hello", nothing, {}, 1};

}  // namespace

BOOST_AUTO_TEST_CASE(each_line_is_a_datagram_to_the_journal_even_after_it_was_restarted)
{
    fake_daemon journal;
    const auto sink = log::open_journal_sink(journal.path, {}).value();
    const std::string expected = log::journal_entry(line, log_format::text);

    sink->put(line);
    BOOST_TEST(journal.received() == expected);
    journal.restart();
    sink->put(line);
    BOOST_TEST(journal.received() == expected);
}

BOOST_AUTO_TEST_CASE(a_journal_that_is_not_there_is_told)
{
    const auto opened = log::open_journal_sink("/nowhere/socket", {});

    BOOST_TEST(opened.error().text == "the journal cannot be reached: No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_journal_that_nobody_reads_loses_lines_and_has_their_number_when_it_is_over)
{
    const fake_daemon journal;
    const auto sink = log::open_journal_sink(journal.path, {}).value();
    constexpr std::size_t lines = 20'000;  // more than any socket buffer holds

    for (std::size_t i = 0; i < lines; ++i)
        sink->put(line);
    const std::size_t got = journal.all_received().size();
    sink->put(line);

    BOOST_TEST(got < lines);
    const std::string told =
        std::to_string(lines - got) + " log lines were lost: the journal did not take them in time";
    const log::record about_lost{log_level::warning, told, nothing, {}, 1};
    BOOST_TEST(journal.received() == log::journal_entry(about_lost, log_format::text));
    BOOST_TEST(journal.received() == log::journal_entry(line, log_format::text));
}
