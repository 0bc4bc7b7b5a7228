#include "metrics/rendering/exposition.hpp"
#include "metrics/rendering/families.hpp"
#include "unit/metrics/rendering/made_up.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace wampfcgi::metrics::testing {
namespace {

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

std::string prometheus(const snapshot& now, detail how_much = detail::sums)
{
    return prometheus_text(families_of(now, how_much));
}

std::string openmetrics(const snapshot& now, detail how_much = detail::sums)
{
    return openmetrics_text(families_of(now, how_much));
}

bool has_line(const std::string& text, const std::string& line)
{
    return std::ranges::count(lines_of(text), line) == 1;
}

BOOST_AUTO_TEST_SUITE(exposition)

BOOST_AUTO_TEST_CASE(figures_are_written_with_their_labels)
{
    const std::string text = prometheus(made_up());

    for (const char* const line :
         {R"(wampfcgi_build_info{version="1.2.3"} 1)",
          "wampfcgi_start_time_seconds 1772366400",
          "wampfcgi_ready 1",
          "wampfcgi_workers_wanted 2",
          "wampfcgi_workers_ready 2",
          R"(wampfcgi_workers_ended_total{reason="signal"} 1)",
          "wampfcgi_reloads_total 2",
          "wampfcgi_reloads_failed_total 1",
          "wampfcgi_last_reload_timestamp_seconds 1772463480",
          "wampfcgi_last_reload_successful 0",
          R"(wampfcgi_requests_total{service="call",status="200"} 90)",
          R"(wampfcgi_requests_total{service="/",status="200"} 11)",
          R"(wampfcgi_requests_refused_total{service="call",error="body_not_json"} 7)",
          R"(wampfcgi_wamp_errors_total{service="call",error="wamp.error.no_such_procedure"} 3)",
          R"(wampfcgi_received_bytes_total{service="call"} 12345)",
          R"(wampfcgi_sessions_up{realm="realm1",role="frontend"} 4)",
          R"(wampfcgi_sessions_lost_total{realm="realm1",role="frontend"} 5)",
          R"(wampfcgi_requests_waiting{realm="realm1",role="frontend"} 6)",
          R"(wampfcgi_router_queue_bytes{realm="realm1",role="frontend"} 2048)",
          "wampfcgi_memory_bytes 41943040",
          "wampfcgi_processor_seconds_total 3.25",
          "wampfcgi_store_answers 1"})
        BOOST_TEST(has_line(text, line), line);
}

BOOST_AUTO_TEST_CASE(every_limit_stands_beside_its_usage)
{
    const std::string text = prometheus(made_up());

    for (const char* const line :
         {R"(wampfcgi_calls_in_flight{service="call"} 950)", "wampfcgi_calls_in_flight_limit 1000",
          "wampfcgi_event_streams_open 8", "wampfcgi_event_streams_open_limit 2000", "wampfcgi_listen_queue 3",
          "wampfcgi_listen_queue_limit 4096", "wampfcgi_signatures_remembered 17",
          "wampfcgi_signatures_remembered_limit 1000000", "wampfcgi_descriptors_open 50",
          "wampfcgi_descriptors_open_limit 2048"})
        BOOST_TEST(has_line(text, line), line);
}

BOOST_AUTO_TEST_CASE(buckets_are_cumulative_and_in_seconds)
{
    const std::string text = prometheus(made_up());

    for (const char* const line : {R"(wampfcgi_request_duration_seconds_bucket{service="call",le="0.0005"} 60)",
                                   R"(wampfcgi_request_duration_seconds_bucket{service="call",le="0.005"} 96)",
                                   R"(wampfcgi_request_duration_seconds_bucket{service="call",le="1.0"} 96)",
                                   R"(wampfcgi_request_duration_seconds_bucket{service="call",le="30.0"} 96)",
                                   R"(wampfcgi_request_duration_seconds_bucket{service="call",le="+Inf"} 97)",
                                   R"(wampfcgi_request_duration_seconds_sum{service="call"} 40.123456)",
                                   R"(wampfcgi_request_duration_seconds_count{service="call"} 97)",
                                   R"(wampfcgi_call_duration_seconds_bucket{service="call",le="0.001"} 90)"})
        BOOST_TEST(has_line(text, line), line);
}

BOOST_AUTO_TEST_CASE(labels_are_escaped)
{
    snapshot now = made_up();
    now.services[0].path = "a\"b\\c\nd";

    BOOST_TEST(has_line(prometheus(now), R"(wampfcgi_requests_total{service="a\"b\\c\nd",status="200"} 90)"));
    BOOST_TEST(has_line(openmetrics(now), R"(wampfcgi_requests_total{service="a\"b\\c\nd",status="200"} 90)"));
}

BOOST_AUTO_TEST_CASE(no_sample_is_written_twice)
{
    std::set<std::string> seen;
    for (const std::string& line : lines_of(prometheus(made_up(), detail::each_worker)))
        BOOST_TEST(seen.insert(line.substr(0, line.rfind(' '))).second, line);
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_left_out)
{
    snapshot now = made_up();
    now.queue.reset();
    now.signatures_remembered.reset();
    now.last_reload.reset();
    const std::string text = prometheus(now);

    for (const char* const absent : {"listen_queue", "signatures_remembered", "last_reload"})
        BOOST_TEST(text.find(absent) == std::string::npos, absent);
}

BOOST_AUTO_TEST_CASE(openmetrics_calls_a_counter_by_the_name_before_its_suffix)
{
    const std::string text = openmetrics(made_up());

    for (const char* const line :
         {"# TYPE wampfcgi_requests counter", "# TYPE wampfcgi_received_bytes counter",
          "# UNIT wampfcgi_received_bytes bytes", "# TYPE wampfcgi_build info",
          "# TYPE wampfcgi_request_duration_seconds histogram", "# UNIT wampfcgi_request_duration_seconds seconds"})
        BOOST_TEST(has_line(text, line), line);
    BOOST_TEST(text.ends_with("\n# EOF\n"));
}

BOOST_AUTO_TEST_CASE(prometheus_calls_a_counter_by_its_whole_name)
{
    const std::string text = prometheus(made_up());

    for (const char* const line : {"# TYPE wampfcgi_requests_total counter", "# TYPE wampfcgi_build_info gauge"})
        BOOST_TEST(has_line(text, line), line);
    BOOST_TEST(text.find("# UNIT") == std::string::npos);
    BOOST_TEST(text.find("# EOF") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_worker_has_a_row_when_asked_for)
{
    const std::string line = R"(wampfcgi_worker_requests_total{pid="102"} 54)";

    BOOST_TEST(has_line(prometheus(made_up(), detail::each_worker), line));
    BOOST_TEST(!has_line(prometheus(made_up()), line));
}

BOOST_AUTO_TEST_CASE(a_store_is_counted_where_there_is_one)
{
    const std::string sums = prometheus(made_up_with_store());
    const std::string full = prometheus(made_up_with_store(), detail::each_worker);

    for (const char* const line : {"wampfcgi_store_answers 1", "wampfcgi_store_round_trips_total 4000",
                                   "wampfcgi_store_failures_total 21", "wampfcgi_store_wait_seconds_total 1.0005"})
        BOOST_TEST(has_line(sums, line), line);
    for (const char* const line :
         {R"(wampfcgi_worker_store_answers{pid="102"} 0)", R"(wampfcgi_worker_store_round_trips_total{pid="102"} 31)",
          R"(wampfcgi_worker_store_failures_total{pid="102"} 2)",
          R"(wampfcgi_worker_store_wait_seconds_total{pid="102"} 0.0093)"})
        BOOST_TEST((has_line(full, line) && !has_line(sums, line)), line);
    BOOST_TEST(prometheus(made_up(), detail::each_worker).find("store_round") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_have_the_prefix_and_their_unit)
{
    const std::regex name("wampfcgi_[a-z]+(_[a-z]+)*");
    for (const family& each : families_of(made_up_with_store(), detail::each_worker)) {
        const std::string_view text = each.name;
        BOOST_TEST(std::regex_match(text.begin(), text.end(), name), text);
        BOOST_TEST(text.ends_with(each.unit), text);
        BOOST_TEST(each.help.ends_with('.'), text);
        for (const sample& one : each.samples)
            for (const auto& [label, value] : one.labels)
                BOOST_TEST(std::set<std::string_view>(
                               {"service", "status", "error", "realm", "role", "reason", "version", "pid"})
                               .contains(label));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace wampfcgi::metrics::testing
