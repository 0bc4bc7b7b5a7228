#include "metrics/rendering/report.hpp"
#include "metrics/rendering/text.hpp"
#include "metrics/rendering/writing.hpp"
#include "unit/metrics/rendering/made_up.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace wampfcgi::metrics::testing {
namespace {

std::string text_of(const snapshot& now, detail how_much = detail::sums)
{
    return plain_text(report_of(now, how_much));
}

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(a_pool_is_told_of_in_lines)
{
    snapshot now = made_up();
    now.services = {made_up_caller()};

    BOOST_TEST(text_of(now) == R"(wamp-fcgi 1.2.3: ready, running for 1 d 3 h

Workers                         2 of 2 serve
Workers started                 5
Workers ended                   3: 2 replaced, 1 signal
Reloads                         1 good, 1 bad; the last 2 min 0 s ago was bad
Calls in flight                 950 of 1000
Streams of events               0 of 2000
Streams of calls                4
Requests waiting for a session  6
Listen queue                    3 of 4096
Signatures remembered           17 of 1000000
Connections                     6
Descriptors                     50 of 2048
Memory                          40.0 MiB
Processor time                  3.2 s

Sessions
  Realm   Role      Up  Wanted  Joined  Lost  Waiting  To the router
  realm1  frontend   4       4       9     5        6        2.0 KiB

Services
  Service  Type    Requests  Refused  WAMP errors  In flight  Streams      Mean  95 % within  Call mean  Received      Sent  Clients left  Events sent  Slow closed
  call     caller        97        7            3        950        4  413.6 ms       5.0 ms     700 us  12.0 KiB  66.2 KiB             2            0            0

Answers
  Service  Status  Count
  call     200        90
  call     400         7

Refusals
  Service  Error          Count
  call     body_not_json      7

WAMP errors
  Service  Error                         Count
  call     wamp.error.no_such_procedure      3
)");
}

BOOST_AUTO_TEST_CASE(what_is_missing_stands_first)
{
    snapshot now = made_up();
    for (worker_figures& each : now.workers)
        each.sessions_up = 0;
    now.sessions[0].up = 0;

    BOOST_TEST(text_of(now).starts_with("wamp-fcgi 1.2.3: not ready, running for 1 d 3 h\n"
                                        "  missing: sessions in realm realm1 with role frontend: 0 of 4\n\n"));
}

BOOST_AUTO_TEST_CASE(workers_that_do_not_serve_are_told_of)
{
    snapshot now = made_up();
    now.workers.push_back(made_up_worker(103));
    now.workers[0].state = worker_figures::phase::starting;
    now.workers[1].state = worker_figures::phase::draining;

    BOOST_TEST(text_of(now).find("1 of 2 serve, 1 starts, 1 drains\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_worker_has_a_row_when_asked_for)
{
    const std::string row = "101  serving  1 d 3 h        54            3  475 of 500        6    2 of 2  20.0 MiB"
                            "   25 of 1024      1.5 s\n";

    BOOST_TEST(text_of(made_up(), detail::each_worker).find(row) != std::string::npos);
    BOOST_TEST(text_of(made_up()).find(row) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_store_is_told_of_where_there_is_one)
{
    snapshot now = made_up_with_store();
    const std::string row = "102  serving  1 d 3 h        54            3  475 of 500        6    2 of 2  20.0 MiB"
                            "   25 of 1024      1.5 s  silent            31         2\n";
    BOOST_TEST(text_of(now, detail::each_worker).find(row) != std::string::npos);
    BOOST_TEST(text_of(now).find("\nStore                           answers: 4000 round trips, 21 failures, 250 us"
                                 " each\n") != std::string::npos);

    now.store = {0, 3, 0};
    for (worker_figures& each : now.workers)
        each.store_answers = false;
    BOOST_TEST(text_of(now).find("\nStore                           does not answer: 0 round trips, 3 failures\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_name_commands_the_terminal)
{
    snapshot now = made_up();
    now.services[0].path = "a\x1B[2Jb\nc";

    BOOST_TEST(text_of(now).find("a?[2Jb?c") != std::string::npos);
    BOOST_TEST(text_of(now).find('\x1B') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(sizes_ages_and_durations_are_told_in_their_largest_unit)
{
    using std::chrono::seconds;
    BOOST_TEST(as_size(1023) == "1023 B");
    BOOST_TEST(as_size(1024) == "1.0 KiB");
    BOOST_TEST(as_size(std::uint64_t{5} << 40U) == "5.0 TiB");
    BOOST_TEST(as_size(~std::uint64_t{0}) == "16383.9 PiB");
    BOOST_TEST(as_age(seconds(59)) == "59 s");
    BOOST_TEST(as_age(seconds(3'661)) == "1 h 1 min");
    BOOST_TEST(as_age(seconds(-5)) == "0 s");
    BOOST_TEST(as_duration(999) == "999 us");
    BOOST_TEST(as_duration(1'000) == "1.0 ms");
    BOOST_TEST(as_duration(2'550'000) == "2.5 s");
    BOOST_TEST(as_seconds(500) == "0.0005");
    BOOST_TEST(as_seconds(10'000'000) == "10.0");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace wampfcgi::metrics::testing
