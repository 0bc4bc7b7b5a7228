#include "fcgi/connection/connection_fsm.hpp"

#include "support/record_maker.hpp"
#include "support/scripted_driver.hpp"
#include "wampfcgi/core/memory.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::fcgi;
using namespace std::chrono_literals;

namespace wampfcgi::fcgi {

std::ostream& operator<<(std::ostream& out, connection_fsm::state state)
{
    return out << "state " << static_cast<int>(state);
}

std::ostream& operator<<(std::ostream& out, action what)
{
    return out << "action " << static_cast<int>(what);
}

}  // namespace wampfcgi::fcgi

namespace {

using state = connection_fsm::state;

constexpr std::uint64_t max_held_bytes = scripted_driver::max_held_bytes;

constexpr auto keep = after_answer::keep;
constexpr auto close_it = after_answer::close;

const std::string long_request = begin_record(keep) +
                                 params_records({{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "8"}}) +
                                 stdin_record("1234") + stdin_record("5678") + stdin_record("");

std::string half_of_large_params()
{
    return pairs_of(variable_list(300, {"HTTP_X", std::string(102, 'x')}));
}

/// More variables than are joined from pieces, before those of `last`: 66,000 bytes in two records.
std::string large_params(const variable_list& last, unsigned id = 1, std::size_t padding = 0)
{
    const std::string half = half_of_large_params();
    return make_record(record_type::params, half, id, padding) +
           make_record(record_type::params, half + pairs_of(last), id, padding) +
           make_record(record_type::params, "", id);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(connection_fsm_reading)

BOOST_AUTO_TEST_CASE(a_request_in_one_piece_is_admitted_and_served_with_its_variables_and_body)
{
    scripted_driver driver;

    driver.send(whole_request(close_it, "the body", 1, "/path"));

    BOOST_REQUIRE(driver.served.size() == 1U);
    BOOST_TEST(driver.served[0].method == "POST");
    BOOST_TEST(driver.served[0].path_info == "/path");
    BOOST_TEST(driver.served[0].body == "the body");
    BOOST_TEST(driver.requests_begun == 1U);
    BOOST_TEST(driver.done == (std::vector{action::read, action::admit, action::serve}),
               boost::test_tools::per_element());
    BOOST_TEST(driver.library_read.empty());
    BOOST_TEST(driver.fsm.is_busy());
    BOOST_TEST(!driver.fsm.idle());
    BOOST_TEST(!driver.fsm.deadline());
}

BOOST_AUTO_TEST_CASE(a_request_is_the_same_however_it_is_cut)
{
    for (const std::size_t bytes : {1U, 2U, 3U, 7U, 8U, 9U, 16U, 24U, 50U, 1000U}) {
        BOOST_TEST_CONTEXT("bytes a read: " << bytes)
        {
            scripted_driver driver;
            driver.bytes_a_read = bytes;

            driver.send(long_request);

            BOOST_REQUIRE(driver.served.size() == 1U);
            BOOST_TEST(driver.served[0].method == "POST");
            BOOST_TEST(driver.served[0].body == "12345678");
            BOOST_TEST(driver.requests_begun == 1U);
            BOOST_TEST(driver.library_read.empty());
            driver.answer("done");
            BOOST_TEST(answers_in(driver.sent) == "1:200 done; ");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_request_in_records_of_one_byte_is_served)
{
    std::string bytes = begin_record(close_it);
    for (const char each : pairs_of({{"REQUEST_METHOD", "PUT"}, {"PATH_INFO", "/x"}}))
        bytes += make_record(record_type::params, std::string(1, each), 1, 3);
    bytes += make_record(record_type::params, "");
    for (const char each : std::string("body"))
        bytes += stdin_record(std::string(1, each));
    scripted_driver driver;

    driver.send(bytes + stdin_record(""));

    BOOST_REQUIRE(driver.served.size() == 1U);
    BOOST_TEST(driver.served[0].method == "PUT");
    BOOST_TEST(driver.served[0].path_info == "/x");
    BOOST_TEST(driver.served[0].body == "body");
}

BOOST_AUTO_TEST_CASE(many_variables_that_do_not_come_in_one_read_go_to_libfcgi_whole_and_without_padding)
{
    const variable_list variables{{"REQUEST_METHOD", "POST"}, {"PATH_INFO", "/q"}};
    scripted_driver driver;
    driver.bytes_a_read = 1000;

    driver.send(begin_record(keep) + large_params(variables, 1, 5) + stdin_record(""));

    BOOST_REQUIRE(driver.library_read.size() == 1U);
    BOOST_TEST((driver.library_read[0] == half_of_large_params() + half_of_large_params() + pairs_of(variables)));
    BOOST_REQUIRE(driver.served.size() == 1U);
    BOOST_TEST(driver.served[0].path_info == "/q");
    driver.answer("");
    driver.send(begin_record(keep) + large_params(variables, 1, 5) + stdin_record(""));
    BOOST_TEST(driver.library_read.size() == 2U);
    BOOST_TEST((driver.library_read[1] == driver.library_read[0]));
}

BOOST_AUTO_TEST_CASE(variables_that_libfcgi_cannot_read_close_the_connection_with_an_error)
{
    scripted_driver driver;
    scripted_driver::library_fails = true;
    driver.bytes_a_read = 1000;

    driver.send(begin_record(keep) + large_params({}) + stdin_record(""));

    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.served.empty());
    BOOST_TEST(driver.lines ==
                   std::vector<std::string>{"connection closed: no file descriptor or memory left for its request"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_request_that_stops_before_its_end_is_not_served)
{
    const std::string whole = whole_request(keep);
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
        scripted_driver driver;
        driver.send(whole.substr(0, bytes));
        BOOST_TEST(driver.served.empty());
        driver.hang_up();
        BOOST_TEST(driver.is_closed);
        BOOST_TEST(driver.sent.empty());
        BOOST_TEST(driver.lines.empty());
        BOOST_TEST(driver.abandoned.empty());
    }
}

BOOST_AUTO_TEST_CASE(others_have_their_turn_before_the_next_piece_of_a_request)
{
    scripted_driver driver;
    driver.bytes_a_read = 40;

    driver.send(long_request.substr(0, 60));

    BOOST_TEST(driver.done == (std::vector{action::read, action::wait_and_read, action::wait_and_read}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_no_web_server_sends_closes_the_connection_and_is_logged)
{
    scripted_driver driver;

    driver.send(begin_record(keep) + std::string("\7garbage"));

    BOOST_TEST(driver.is_closed);
    BOOST_REQUIRE(driver.lines.size() == 1U);
    BOOST_TEST(driver.lines[0] == "connection closed: the web server sent a FastCGI record of an unknown version");
}

BOOST_AUTO_TEST_CASE(questions_are_answered_at_once_and_are_no_request)
{
    scripted_driver driver;

    driver.send(make_record(record_type::get_values, pairs_of({{"FCGI_MPXS_CONNS", ""}}), 0));

    BOOST_TEST(driver.sent == make_record(record_type::get_values_result, pairs_of({{"FCGI_MPXS_CONNS", "0"}}), 0));
    BOOST_TEST(driver.requests_begun == 0U);
    BOOST_TEST(driver.fsm.current() == state::waiting);
    BOOST_TEST(!driver.fsm.is_busy());
    driver.send(whole_request(keep));
    BOOST_TEST(driver.served.size() == 1U);
    BOOST_TEST(driver.requests_begun == 1U);
}

BOOST_AUTO_TEST_CASE(a_web_server_that_does_not_take_the_reply_it_asked_for_is_left)
{
    scripted_driver driver;
    driver.takes_replies = false;

    driver.send(make_record(record_type::get_values, "", 0));

    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.sent.empty());
}

BOOST_AUTO_TEST_CASE(another_role_is_refused_and_the_connection_kept_as_asked)
{
    for (const auto then : {keep, close_it}) {
        scripted_driver driver;

        driver.send(begin_record(then, 1, '\2'));

        BOOST_TEST(answers_in(driver.sent) == "1:end; ");
        BOOST_TEST(driver.lines == std::vector<std::string>{"request refused: the FastCGI role is not RESPONDER"},
                   boost::test_tools::per_element());
        BOOST_TEST(driver.fsm.current() == (then == keep ? state::waiting : state::lingering));
        BOOST_TEST(driver.is_lingering == (then == close_it));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(connection_fsm_answering)

BOOST_AUTO_TEST_CASE(a_connection_is_closed_behind_the_answer_unless_it_is_to_be_kept)
{
    for (const auto then : {keep, close_it}) {
        scripted_driver driver;
        driver.send(whole_request(then));

        driver.answer("answer");

        BOOST_TEST(answers_in(driver.sent) == "1:200 answer; ");
        BOOST_TEST(driver.is_closed == (then == close_it));
        BOOST_TEST(driver.fsm.current() == (then == keep ? state::waiting : state::closed));
        BOOST_TEST(!driver.fsm.is_busy());
    }
}

BOOST_AUTO_TEST_CASE(an_answer_from_within_serve_is_sent)
{
    scripted_driver driver;
    driver.at_once = response{201, {}, "now"};

    driver.send(whole_request(keep));

    BOOST_TEST(answers_in(driver.sent) == "1:201 now; ");
    BOOST_TEST(driver.fsm.current() == state::waiting);
}

BOOST_AUTO_TEST_CASE(several_requests_on_a_kept_connection_are_served_one_after_the_other)
{
    scripted_driver driver;
    for (unsigned id = 1; id <= 3; ++id) {
        driver.send(whole_request(keep, "body " + std::to_string(id), id));
        BOOST_REQUIRE(driver.served.size() == id);
        BOOST_TEST(driver.served.back().body == "body " + std::to_string(id));
        driver.answer(std::to_string(id));
    }
    BOOST_TEST(answers_in(driver.sent) == "1:200 1; 2:200 2; 3:200 3; ");
    BOOST_TEST(driver.requests_begun == 3U);
}

BOOST_AUTO_TEST_CASE(what_comes_behind_a_request_waits_until_it_is_answered_and_others_have_had_their_turn)
{
    scripted_driver driver;

    driver.send(whole_request(keep, "one", 1) + whole_request(keep, "two", 2) + whole_request(close_it, "three", 3));

    BOOST_TEST(driver.served.size() == 1U);
    driver.answer("1");
    BOOST_TEST(driver.done.back() == action::yield);
    BOOST_TEST(driver.fsm.is_busy());
    BOOST_TEST(!driver.fsm.deadline());
    BOOST_TEST(driver.served.size() == 1U);
    driver.have_turn();
    BOOST_REQUIRE(driver.served.size() == 2U);
    BOOST_TEST(driver.served[1].body == "two");
    driver.answer("2");
    driver.have_turn();
    BOOST_REQUIRE(driver.served.size() == 3U);
    BOOST_TEST(driver.served[2].body == "three");
    driver.answer("3");
    BOOST_TEST(answers_in(driver.sent) == "1:200 1; 2:200 2; 3:200 3; ");
    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.resources.requests.taken() == 0U);
}

BOOST_AUTO_TEST_CASE(half_a_request_behind_another_is_completed_by_what_comes_later)
{
    const std::string second = whole_request(keep, "two", 2);
    for (std::size_t bytes = 1; bytes < second.size(); ++bytes) {
        scripted_driver driver;
        driver.send(whole_request(keep, "one", 1) + second.substr(0, bytes));
        driver.answer("1");
        driver.have_turn();
        driver.send(second.substr(bytes));
        BOOST_REQUIRE(driver.served.size() == 2U);
        BOOST_TEST(driver.served[1].body == "two");
        driver.answer("2");
        BOOST_TEST(answers_in(driver.sent) == "1:200 1; 2:200 2; ");
    }
}

BOOST_AUTO_TEST_CASE(an_answer_that_the_web_server_does_not_take_is_taken_up_again)
{
    scripted_driver driver;
    driver.send(whole_request(keep));
    driver.room = 10;

    driver.answer(std::string(100'000, 'x'));

    BOOST_TEST(driver.done.back() == action::wait_until_writable);
    BOOST_TEST(driver.sent.size() == 10U);
    BOOST_TEST((driver.fsm.deadline() == driver.now + 60s));
    driver.now += 10s;
    driver.take_more(50'000);
    BOOST_TEST(driver.sent.size() == 50'010U);
    BOOST_TEST((driver.fsm.deadline() == driver.now + 60s));
    driver.take_more(scripted_driver::any_number);
    BOOST_TEST(answers_in(driver.sent) == "1:200 " + std::string(100'000, 'x') + "; ");
    BOOST_TEST(driver.fsm.current() == state::waiting);
    BOOST_TEST(!driver.fsm.deadline());
    BOOST_TEST(driver.resources.answers.taken() == 0U);
}

BOOST_AUTO_TEST_CASE(an_answer_has_a_minute_and_a_second_for_each_kib_that_was_taken)
{
    scripted_driver driver;
    driver.send(whole_request(keep));
    driver.room = 1;
    driver.answer(std::string(100'000, 'x'));
    driver.now += 59s;
    driver.take_more(2048);
    BOOST_TEST((driver.fsm.deadline() == driver.now - 59s + 62s));
    driver.now += 3s;

    driver.tell(event::deadline_passed{});

    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.lines == std::vector<std::string>{"connection closed: the web server takes too long"},
               boost::test_tools::per_element());
    BOOST_TEST(driver.resources.answers.taken() == 0U);
}

BOOST_AUTO_TEST_CASE(an_answer_that_cannot_be_written_closes_the_connection)
{
    scripted_driver driver;
    driver.send(whole_request(keep));
    driver.takes_answers = false;

    driver.answer("x");

    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.abandoned.empty());
    BOOST_TEST(driver.lines.empty());
    BOOST_TEST(driver.resources.answers.taken() == 0U);
}

BOOST_AUTO_TEST_CASE(answers_that_take_all_of_the_budget_close_their_connection)
{
    scripted_driver driver;
    driver.send(whole_request(keep));
    budget::share others(driver.resources.answers);
    others.grow(max_held_bytes - 9);

    driver.answer("ten bytes.");

    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.sent.empty());
    BOOST_TEST(driver.lines == std::vector<std::string>{"connection closed: not enough memory for its answer"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_answer_that_fits_the_budget_just_so_is_sent_and_counted_until_it_is)
{
    scripted_driver driver;
    driver.send(whole_request(keep));
    budget::share others(driver.resources.answers);
    others.grow(max_held_bytes - 10);
    driver.room = 0;

    driver.answer("ten bytes.");

    BOOST_TEST(driver.resources.answers.taken() == max_held_bytes);
    driver.take_more(scripted_driver::any_number);
    BOOST_TEST(answers_in(driver.sent) == "1:200 ten bytes.; ");
    BOOST_TEST(driver.resources.answers.taken() == max_held_bytes - 10);
}

BOOST_AUTO_TEST_CASE(times_are_those_of_the_first_byte_and_of_the_last_that_the_checks_needed)
{
    scripted_driver driver;
    const auto first = driver.now += 5s;
    driver.send(long_request.substr(0, 1));
    driver.now += 1s;
    driver.send(long_request.substr(1, 60));
    const auto last = driver.now += 1s;
    driver.send(long_request.substr(61));

    BOOST_TEST((driver.fsm.began() == first));
    BOOST_TEST((driver.fsm.checked_from() == last));
    driver.answer("");
    BOOST_TEST((driver.fsm.began() == last));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(connection_fsm_early_answers)

namespace {

const std::string head_of_unknown =
    begin_record(keep) + params_records({{"PATH_INFO", "/unknown"}, {"CONTENT_LENGTH", "9"}});
const std::string head_without_keep =
    begin_record(close_it) + params_records({{"PATH_INFO", "/unknown"}, {"CONTENT_LENGTH", "9"}});

struct refusing_driver : scripted_driver {
    refusing_driver() { refusal = response{404, {}, "no"}; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_request_that_is_not_admitted_is_answered_before_its_body)
{
    refusing_driver driver;
    const auto now = driver.now += 7s;

    driver.send(head_of_unknown);

    BOOST_TEST(answers_in(driver.sent) == "1:404 no; ");
    BOOST_TEST(driver.served.empty());
    BOOST_TEST(driver.fsm.current() == state::skipping);
    BOOST_TEST((driver.fsm.checked_from() == now));
    BOOST_TEST((driver.fsm.deadline() == now + 60s));
    BOOST_TEST(driver.fsm.is_busy());
    BOOST_TEST(!driver.fsm.idle());
}

BOOST_AUTO_TEST_CASE(for_haproxy_a_request_that_was_answered_early_ends_once_all_of_it_has_come)
{
    refusing_driver driver;
    driver.send(begin_record(keep) +
                params_records({{"PATH_INFO", "/unknown"}, {"SERVER_SOFTWARE", "HAProxy 2.6.12"}}));
    driver.send(stdin_record("123456789"));
    BOOST_TEST(answers_in(driver.sent) == "1:404 no");

    driver.send(stdin_record(""));

    BOOST_TEST(answers_in(driver.sent) == "1:404 no; ");
    BOOST_TEST(driver.fsm.current() == state::waiting);
    driver.refusal.reset();
    driver.send(whole_request(keep, "two", 1));
    driver.answer("yes");
    BOOST_TEST(answers_in(driver.sent) == "1:404 no; 1:200 yes; ");
}

BOOST_AUTO_TEST_CASE(for_haproxy_without_keep_alive_the_end_of_the_connection_ends_a_request_that_was_answered_early)
{
    refusing_driver driver;

    driver.send(begin_record(close_it) + params_records({{"SERVER_SOFTWARE", "HAProxy 2.6.12"}}) + stdin_record("1"));

    BOOST_TEST(answers_in(driver.sent) == "1:404 no");
    BOOST_TEST(driver.is_lingering);
}

BOOST_AUTO_TEST_CASE(for_haproxy_a_request_that_has_come_in_full_ends_with_its_answer)
{
    refusing_driver driver;

    driver.send(begin_record(keep) + params_records({{"SERVER_SOFTWARE", "HAProxy 2.6.12"}}) + stdin_record(""));

    BOOST_TEST(answers_in(driver.sent) == "1:404 no; ");
}

BOOST_AUTO_TEST_CASE(the_rest_of_a_request_that_was_answered_early_is_skipped_and_the_next_one_served)
{
    for (const std::size_t bytes : {1U, 5U, 8U, 9U, 15U, 16U, 17U, 100U}) {
        BOOST_TEST_CONTEXT("bytes a read: " << bytes)
        {
            refusing_driver driver;
            driver.send(head_of_unknown);
            driver.refusal.reset();
            driver.bytes_a_read = bytes;

            driver.send(stdin_record("12345") + stdin_record("6789") + stdin_record(""));
            BOOST_TEST(driver.fsm.current() == state::waiting);
            driver.send(whole_request(keep, "two", 2));
            driver.answer("yes");

            BOOST_TEST(answers_in(driver.sent) == "1:404 no; 2:200 yes; ");
            BOOST_TEST(driver.requests_begun == 2U);
            BOOST_TEST(driver.resources.requests.taken() == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_next_request_may_come_instead_of_the_rest_as_mod_proxy_fcgi_does_it)
{
    refusing_driver driver;
    driver.send(head_of_unknown);
    driver.refusal.reset();
    driver.send(stdin_record(std::string(5000, 'x')));  // part of the rest
    const auto now = driver.now += 3s;
    const std::string next = whole_request(keep, "two", 1);

    driver.send(next.substr(0, 20));
    BOOST_TEST((driver.fsm.began() == now));
    BOOST_TEST(driver.fsm.current() == state::receiving);
    driver.now += 30s;
    driver.send(next.substr(20, 1));
    BOOST_TEST((driver.fsm.deadline() == now + 60s));
    driver.send(next.substr(21));

    BOOST_REQUIRE(driver.served.size() == 1U);
    BOOST_TEST(driver.served[0].path_info == "/p");
    BOOST_TEST(driver.served[0].body == "two");
    driver.answer("yes");
    BOOST_TEST(answers_in(driver.sent) == "1:404 no; 1:200 yes; ");
}

BOOST_AUTO_TEST_CASE(the_next_request_has_no_deadline_while_others_have_their_turn)
{
    refusing_driver driver;
    driver.send(head_of_unknown);
    driver.refusal.reset();
    BOOST_TEST(driver.fsm.deadline().has_value());

    driver.send(stdin_record("123456789") + stdin_record("") + whole_request(keep, "two", 2));

    BOOST_TEST(driver.done.back() == action::yield);
    BOOST_TEST(!driver.fsm.deadline());
    driver.have_turn();
    BOOST_TEST(driver.served.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_rest_of_an_answered_request_has_a_minute_however_it_trickles)
{
    refusing_driver driver;
    driver.send(head_of_unknown);
    for (int seconds = 0; seconds < 60; seconds += 20) {
        driver.send(stdin_record(std::string(3000, 'x')).substr(0, 3));
        driver.now += 20s;
    }
    driver.tell(event::deadline_passed{});

    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.lines == std::vector<std::string>{"connection closed: the web server takes too long"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(without_keep_alive_an_early_answer_is_followed_by_lingering_until_the_web_server_closes)
{
    refusing_driver driver;
    driver.send(head_without_keep);
    BOOST_TEST(answers_in(driver.sent) == "1:404 no; ");
    BOOST_TEST(driver.is_lingering);
    BOOST_TEST(!driver.is_closed);
    BOOST_TEST((driver.fsm.deadline() == driver.now + 2s));
    driver.now += 1s;

    driver.send("whatever");

    BOOST_TEST(driver.done.back() == action::wait_and_read);
    BOOST_TEST((driver.fsm.deadline() == driver.now + 1s));
    driver.hang_up();
    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.lines.empty());
}

BOOST_AUTO_TEST_CASE(lingering_ends_after_two_seconds)
{
    refusing_driver driver;
    driver.send(head_without_keep);
    driver.now += 1999ms;
    driver.tell(event::deadline_passed{});
    BOOST_TEST(!driver.is_closed);
    driver.now += 1ms;

    driver.tell(event::deadline_passed{});

    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.lines ==
                   std::vector<std::string>{"connection closed: the web server kept it open after an early answer"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_refused_request_that_has_come_in_full_is_not_lingered_over)
{
    refusing_driver driver;

    driver.send(whole_request(close_it));

    BOOST_TEST(answers_in(driver.sent) == "1:404 no; ");
    BOOST_TEST(driver.is_closed);
    BOOST_TEST(!driver.is_lingering);
}

BOOST_AUTO_TEST_CASE(a_body_one_byte_over_the_limit_is_refused_before_it_has_ended)
{
    for (const std::string body : {"12345678", "123456789"}) {
        scripted_driver driver;
        driver.body_limit_bytes = 8;
        driver.now += 1s;
        driver.send(begin_record(keep) + params_records({{"REQUEST_METHOD", "POST"}}));
        const auto last = driver.now += 1s;

        driver.send(stdin_record(body));

        if (body.size() == 8) {
            BOOST_TEST(driver.refused.empty());
            driver.send(stdin_record(""));
            BOOST_TEST(driver.served.size() == 1U);
            continue;
        }
        BOOST_REQUIRE(driver.refused.size() == 1U);
        BOOST_TEST((driver.refused[0].code == errc::body_too_large));
        BOOST_TEST(driver.refused[0].detail == "body of more than 8 bytes");
        BOOST_TEST((driver.fsm.checked_from() == last));
        BOOST_TEST(answers_in(driver.sent) == "1:503 refused; ");
        BOOST_TEST(driver.fsm.current() == state::skipping);
    }
}

BOOST_AUTO_TEST_CASE(a_body_that_nobody_wants_is_dropped_as_it_comes_and_waited_for_whatever_its_size)
{
    scripted_driver driver;
    driver.use_of_body = bridge::body_use::dropped;
    driver.body_limit_bytes = 8;
    driver.send(begin_record(keep) + params_records({{"REQUEST_METHOD", "GET"}, {"CONTENT_LENGTH", "1"}}));

    driver.send(stdin_record(std::string(60'000, 'x')));
    driver.send(stdin_record(std::string(60'000, 'x')));

    BOOST_TEST(driver.fsm.current_request().body().empty());
    BOOST_TEST(driver.resources.requests.taken() < 1000U);
    BOOST_TEST(driver.served.empty());
    driver.send(stdin_record(""));
    BOOST_TEST(driver.refused.empty());
    BOOST_REQUIRE(driver.served.size() == 1U);
    BOOST_TEST(driver.served[0].body == "");
}

BOOST_AUTO_TEST_CASE(a_body_is_read_again_after_one_that_was_dropped)
{
    scripted_driver driver;
    driver.at_once = response{200, {}, "yes"};
    driver.use_of_body = bridge::body_use::dropped;
    driver.send(begin_record(keep) + params_records({{"REQUEST_METHOD", "GET"}}));
    driver.send(stdin_record("dropped") + stdin_record(""));
    driver.use_of_body = bridge::body_use::read;

    driver.send(begin_record(keep) + params_records({{"REQUEST_METHOD", "POST"}}));
    driver.send(stdin_record("read") + stdin_record(""));

    BOOST_REQUIRE(driver.served.size() == 2U);
    BOOST_TEST(driver.served[0].body == "");
    BOOST_TEST(driver.served[1].body == "read");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(connection_fsm_aborts)

BOOST_AUTO_TEST_CASE(an_abort_while_the_request_arrives_ends_it_and_the_connection_goes_on_as_asked)
{
    const variable_list variables{{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "9"}};
    for (const auto then : {keep, close_it})
        for (const std::string& begun :
             {begin_record(then), begin_record(then) + make_record(record_type::params, pairs_of(variables)),
              begin_record(then) + params_records(variables),
              begin_record(then) + params_records(variables) + stdin_record("1234")}) {
            scripted_driver driver;
            driver.send(begun);

            driver.send(abort_record());

            BOOST_TEST(answers_in(driver.sent) == "1:end; ");
            BOOST_TEST(driver.served.empty());
            BOOST_TEST(driver.lines == std::vector<std::string>{"request aborted by the web server"},
                       boost::test_tools::per_element());
            BOOST_TEST(driver.fsm.current() == (then == keep ? state::waiting : state::lingering));
            BOOST_TEST(driver.resources.requests.taken() == 0U);
            if (then == close_it)
                continue;
            driver.send(whole_request(keep, "two", 2));
            BOOST_REQUIRE(driver.served.size() == 1U);
            BOOST_TEST(driver.served[0].body == "two");
        }
}

BOOST_AUTO_TEST_CASE(variables_of_a_request_that_was_aborted_do_not_get_into_the_next)
{
    const variable_list variables{{"REQUEST_METHOD", "POST"}, {"PATH_INFO", "/second"}};
    scripted_driver driver;
    driver.send(begin_record(keep) + make_record(record_type::params, pairs_of({{"QUERY_STRING", "first"}})));
    driver.send(abort_record());
    driver.bytes_a_read = 1000;

    driver.send(begin_record(keep, 2) + large_params(variables, 2) + stdin_record("", 2));

    BOOST_REQUIRE(scripted_driver::library_read.size() == 1U);
    BOOST_TEST(
        (scripted_driver::library_read[0] == half_of_large_params() + half_of_large_params() + pairs_of(variables)));
    BOOST_TEST(driver.served.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_comes_behind_an_abort_is_served)
{
    scripted_driver driver;

    driver.send(begin_record(keep) + abort_record() + whole_request(keep, "two", 2));

    driver.have_turn();
    BOOST_REQUIRE(driver.served.size() == 1U);
    BOOST_TEST(driver.served[0].body == "two");
}

BOOST_AUTO_TEST_CASE(a_client_that_has_gone_while_the_service_works_is_found_out_when_it_is_watched)
{
    scripted_driver driver;
    driver.send(whole_request(keep));

    driver.tell(event::watch_client{});
    BOOST_TEST(driver.is_watching);
    driver.hang_up();
    driver.wake_watcher();

    BOOST_TEST(driver.abandoned == "the web server closed the connection");
    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.fsm.current() == state::closed);
    BOOST_TEST(driver.resources.requests.taken() == 0U);
}

BOOST_AUTO_TEST_CASE(an_abort_while_the_service_works_is_found_out_when_it_is_watched)
{
    scripted_driver driver;
    driver.send(whole_request(keep, "body", 258));
    driver.tell(event::watch_client{});
    driver.inbox = abort_record(258);

    driver.wake_watcher();

    BOOST_TEST(driver.abandoned == "the web server aborted the request");
    BOOST_TEST(driver.is_closed);
}

BOOST_AUTO_TEST_CASE(a_next_request_has_time_until_this_one_is_answered)
{
    for (const std::string& next : {whole_request(keep, "two", 2), abort_record(2), std::string("x")}) {
        scripted_driver driver;
        driver.send(whole_request(keep));
        driver.tell(event::watch_client{});
        driver.inbox = next;

        driver.wake_watcher();

        BOOST_TEST(driver.abandoned.empty());
        BOOST_TEST(driver.fsm.current() == state::serving);
        driver.tell(event::watch_client{});
        BOOST_TEST(driver.done.back() == action::watch);
    }
}

BOOST_AUTO_TEST_CASE(one_watch_at_a_time)
{
    scripted_driver driver;
    driver.send(whole_request(keep));
    driver.tell(event::watch_client{});

    driver.tell(event::watch_client{});
    BOOST_TEST(driver.done.back() == action::rest);

    driver.wake_watcher();
    BOOST_TEST(driver.done.back() == action::watch);  // there was nothing
    driver.tell(event::watch_client{});
    BOOST_TEST(driver.done.back() == action::rest);
}

BOOST_AUTO_TEST_CASE(a_watch_from_a_request_before_is_not_in_the_way_of_the_next)
{
    scripted_driver driver;
    driver.send(whole_request(keep));
    driver.tell(event::watch_client{});
    driver.answer("1");
    driver.wake_watcher();
    BOOST_TEST(driver.done.back() == action::rest);
    BOOST_TEST(driver.fsm.current() == state::waiting);

    driver.send(whole_request(keep, "two", 2));
    driver.tell(event::watch_client{});

    BOOST_TEST(driver.done.back() == action::watch);
}

BOOST_AUTO_TEST_CASE(an_abort_that_came_right_behind_the_request_is_found_out)
{
    scripted_driver driver;
    driver.send(whole_request(keep) + abort_record());
    driver.tell(event::watch_client{});
    BOOST_TEST(driver.done.back() == action::yield);
    BOOST_TEST(driver.abandoned.empty());

    driver.have_turn();

    BOOST_TEST(driver.abandoned == "the web server aborted the request");
    BOOST_TEST(driver.resources.requests.taken() == 0U);
}

BOOST_AUTO_TEST_CASE(a_turn_that_was_meant_for_a_request_before_makes_nobody_go)
{
    scripted_driver driver;
    driver.send(whole_request(keep, "one", 1) + whole_request(keep, "two", 2));
    driver.tell(event::watch_client{});
    driver.answer("1");
    driver.have_turn();
    BOOST_TEST(driver.served.size() == 2U);

    driver.have_turn();

    BOOST_TEST(driver.abandoned.empty());
    BOOST_TEST(driver.fsm.current() == state::serving);
    driver.answer("2");
    BOOST_TEST(answers_in(driver.sent) == "1:200 1; 2:200 2; ");
}

BOOST_AUTO_TEST_CASE(a_turn_nobody_asked_for_does_nothing)
{
    scripted_driver driver;
    driver.have_turn();
    BOOST_TEST(driver.done.back() == action::rest);
    driver.send(whole_request(keep));
    driver.have_turn();
    BOOST_TEST(driver.done.back() == action::rest);
    BOOST_TEST(driver.abandoned.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(connection_fsm_deadlines)

BOOST_AUTO_TEST_CASE(a_first_request_has_to_begin_within_a_minute)
{
    scripted_driver driver;
    const auto accepted = driver.now;
    BOOST_TEST((driver.fsm.deadline() == accepted + 60s));
    driver.now += 1s;
    driver.send(make_record(record_type::get_values, "", 0));  // not a request
    BOOST_TEST((driver.fsm.deadline() == accepted + 60s));
    driver.now += 59s;

    driver.tell(event::deadline_passed{});

    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.lines == std::vector<std::string>{"connection closed: the web server takes too long"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_request_has_a_minute_and_a_second_for_each_kib_to_arrive)
{
    scripted_driver driver;
    const auto began = driver.now;
    driver.send(begin_record(keep) + params_records({{"REQUEST_METHOD", "POST"}}));
    driver.now += 58s;
    driver.send(stdin_record(std::string(5'000, 'x')));
    BOOST_TEST((driver.fsm.deadline() == began + 64s));
    driver.now += 5s;
    driver.tell(event::deadline_passed{});
    BOOST_TEST(!driver.is_closed);
    driver.now += 1s;

    driver.tell(event::deadline_passed{});

    BOOST_TEST(driver.is_closed);
}

BOOST_AUTO_TEST_CASE(nothing_may_stall_for_more_than_a_minute)
{
    scripted_driver driver;
    driver.send(begin_record(keep) + params_records({{"REQUEST_METHOD", "POST"}}));
    driver.send(stdin_record(std::string(65'000, 'x')) + stdin_record(std::string(65'000, 'x')));

    BOOST_TEST((driver.fsm.deadline() == driver.now + 60s));
}

BOOST_AUTO_TEST_CASE(a_kept_connection_may_be_idle_for_ever)
{
    scripted_driver driver;
    driver.send(whole_request(keep));
    driver.answer("");

    BOOST_TEST(!driver.fsm.deadline());
    driver.tell(event::deadline_passed{});
    BOOST_TEST(!driver.is_closed);
}

BOOST_AUTO_TEST_CASE(a_connection_from_another_worker_may_be_idle_for_ever)
{
    scripted_driver driver(connection_origin::handed_over);
    BOOST_TEST(!driver.fsm.deadline());
    driver.send(make_record(record_type::get_values, "", 0));

    BOOST_TEST(!driver.fsm.deadline());
    BOOST_TEST(driver.fsm.idle()->is_kept);
}

BOOST_AUTO_TEST_CASE(received_bytes_count_anew_for_each_request)
{
    scripted_driver driver;
    driver.send(whole_request(keep, std::string(60'000, 'x')));
    driver.answer("");
    const auto began = driver.now += 100s;
    driver.send(begin_record(keep));
    driver.now += 1s;
    driver.send(std::string(1, '\1'));

    BOOST_TEST((driver.fsm.deadline() == began + 60s));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(connection_fsm_worker)

BOOST_AUTO_TEST_CASE(an_idle_connection_is_handed_over_when_the_worker_ends)
{
    scripted_driver driver;
    driver.send(whole_request(keep));
    driver.answer("");

    driver.tell(event::retire{});

    BOOST_TEST(driver.is_handed_over);
    BOOST_TEST(driver.fsm.current() == state::closed);
}

BOOST_AUTO_TEST_CASE(the_first_request_of_a_connection_is_waited_for_when_the_worker_ends)
{
    scripted_driver driver;
    driver.tell(event::retire{});
    BOOST_TEST(!driver.is_closed);
    BOOST_TEST((driver.fsm.deadline() == driver.now + 500ms));

    driver.send(whole_request(close_it));
    driver.answer("x");

    BOOST_TEST(answers_in(driver.sent) == "1:200 x; ");
    BOOST_TEST(driver.is_closed);
}

BOOST_AUTO_TEST_CASE(a_connection_without_a_request_is_handed_over_soon_after_the_worker_ends)
{
    scripted_driver driver;
    driver.tell(event::retire{});
    driver.now += 400ms;
    driver.tell(event::retire{});
    driver.tell(event::deadline_passed{});
    BOOST_TEST(!driver.is_handed_over);

    driver.now += 100ms;
    driver.tell(event::deadline_passed{});

    BOOST_TEST(driver.is_handed_over);
    BOOST_TEST(driver.fsm.current() == state::closed);
}

BOOST_AUTO_TEST_CASE(a_first_request_that_has_begun_has_its_usual_time_when_the_worker_ends)
{
    scripted_driver driver;
    driver.tell(event::retire{});

    driver.send(whole_request(close_it).substr(0, 20));

    BOOST_TEST((driver.fsm.deadline() == driver.now + 60s));
}

BOOST_AUTO_TEST_CASE(a_busy_connection_is_handed_over_behind_its_answer_where_it_is_kept)
{
    for (const auto then : {keep, close_it}) {
        scripted_driver driver;
        driver.send(whole_request(then));
        driver.tell(event::retire{});
        BOOST_TEST(!driver.is_closed);

        driver.answer("x");

        BOOST_TEST(answers_in(driver.sent) == "1:200 x; ");
        BOOST_TEST(driver.is_closed);
        BOOST_TEST(driver.is_handed_over == (then == keep));
        BOOST_TEST(driver.fsm.current() == state::closed);
    }
}

BOOST_AUTO_TEST_CASE(what_has_been_read_of_a_next_request_is_answered_before_the_connection_is_handed_over)
{
    scripted_driver driver;
    driver.send(whole_request(keep, "one", 1) + whole_request(keep, "two", 2));
    driver.tell(event::retire{});
    driver.answer("1");
    BOOST_TEST(!driver.is_handed_over);
    driver.tell(event::retire{});
    BOOST_TEST(!driver.is_handed_over);
    driver.have_turn();
    driver.answer("2");

    BOOST_TEST(answers_in(driver.sent) == "1:200 1; 2:200 2; ");
    BOOST_TEST(driver.is_handed_over);
}

BOOST_AUTO_TEST_CASE(a_connection_that_makes_room_says_why)
{
    struct row {
        const char* name;
        std::string sent;
        bool is_answered;
        bool is_kept;
        std::string line;
    };
    const std::string incomplete = "its request was incomplete, and others needed its place";
    const std::vector<row> rows{{"nothing has come", "", false, false, incomplete},
                                {"half a request", whole_request(keep).substr(0, 30), false, false, incomplete},
                                {"kept", whole_request(keep), true, true, "it was idle, and others needed its place"}};
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            scripted_driver driver;
            driver.send(each.sent);
            if (each.is_answered)
                driver.answer("");
            BOOST_REQUIRE(driver.fsm.idle());
            BOOST_TEST(driver.fsm.idle()->is_kept == each.is_kept);
            BOOST_TEST((driver.fsm.idle()->since == driver.now));

            driver.tell(event::evict{});

            BOOST_TEST(driver.is_closed);
            BOOST_TEST(driver.lines == std::vector<std::string>{"connection closed: " + each.line},
                       boost::test_tools::per_element());
            BOOST_TEST(!driver.fsm.idle());
            BOOST_TEST(!driver.fsm.is_busy());
        }
}

BOOST_AUTO_TEST_CASE(a_connection_whose_answer_is_being_sent_waits_for_nobody)
{
    scripted_driver driver;
    driver.send(whole_request(keep));
    BOOST_TEST(!driver.fsm.idle());
    driver.room = 0;
    driver.answer("x");
    BOOST_TEST(!driver.fsm.idle());
    driver.take_more(scripted_driver::any_number);
    BOOST_TEST(driver.fsm.idle().has_value());
}

BOOST_AUTO_TEST_CASE(only_a_request_that_is_not_kept_and_admitted_counts_as_the_only_one)
{
    scripted_driver kept;
    kept.send(whole_request(keep));
    BOOST_TEST(!kept.fsm.serves_only_request());
    scripted_driver only;
    BOOST_TEST(!only.fsm.serves_only_request());
    only.send(whole_request(close_it));
    BOOST_TEST(only.fsm.serves_only_request());
    scripted_driver refused;
    refused.refusal = response{404, {}, "no"};
    refused.send(whole_request(close_it));
    BOOST_TEST(!refused.fsm.serves_only_request());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(connection_fsm_budget)

namespace {

const std::string all_taken = "requests being received fill all 512 MiB";

}  // namespace

BOOST_AUTO_TEST_CASE(variables_that_find_no_room_close_the_connection)
{
    scripted_driver driver;
    budget::share others(driver.resources.requests);
    others.grow(max_held_bytes - 20);

    driver.send(whole_request(keep));

    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.lines == std::vector<std::string>{"connection closed: " + all_taken},
               boost::test_tools::per_element());
    BOOST_TEST(driver.resources.requests.taken() == max_held_bytes - 20);
}

BOOST_AUTO_TEST_CASE(a_body_that_finds_no_room_is_refused)
{
    scripted_driver driver;
    driver.send(begin_record(keep) + params_records({{"REQUEST_METHOD", "POST"}}));
    budget::share others(driver.resources.requests);
    others.grow(max_held_bytes - driver.resources.requests.taken() - 4);

    driver.send(stdin_record("1234"));
    BOOST_TEST(driver.refused.empty());
    driver.send(stdin_record("5"));

    BOOST_REQUIRE(driver.refused.size() == 1U);
    BOOST_TEST((driver.refused[0].code == errc::overloaded));
    BOOST_TEST(driver.refused[0].detail == all_taken);
    BOOST_TEST(answers_in(driver.sent) == "1:503 refused; ");
}

BOOST_AUTO_TEST_CASE(the_body_of_a_served_request_is_not_counted_but_its_variables_are)
{
    scripted_driver driver;

    driver.send(whole_request(keep, std::string(50'000, 'x')));

    BOOST_TEST(driver.resources.requests.taken() > 0U);
    BOOST_TEST(driver.resources.requests.taken() < 200U);
    driver.answer("");
    BOOST_TEST(driver.resources.requests.taken() == 0U);
}

BOOST_AUTO_TEST_CASE(what_came_behind_a_request_is_counted_once)
{
    const std::string half = whole_request(keep, "two", 2).substr(0, 40);
    scripted_driver driver;
    driver.send(whole_request(keep) + half);
    BOOST_TEST(driver.resources.requests.taken() >= half.size());
    driver.answer("");
    BOOST_TEST(driver.resources.requests.taken() == half.size());

    driver.have_turn();

    BOOST_TEST(driver.resources.requests.taken() <= half.size());
    driver.hang_up();
    BOOST_TEST(driver.resources.requests.taken() == 0U);
}

BOOST_AUTO_TEST_CASE(what_comes_behind_a_request_and_finds_no_room_closes_the_connection)
{
    scripted_driver driver;
    const std::string next = whole_request(keep, "two", 2);
    driver.send(begin_record(keep) + params_records({{"REQUEST_METHOD", "POST"}}));
    budget::share others(driver.resources.requests);
    others.grow(max_held_bytes - driver.resources.requests.taken() - next.size() + 1);

    driver.send(stdin_record("") + next);

    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.served.empty());
    BOOST_TEST(driver.lines == std::vector<std::string>{"connection closed: " + all_taken},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_body_for_which_there_is_no_memory_is_refused_and_the_connection_goes_on)
{
    scripted_driver driver;
    driver.send(begin_record(keep) + params_records({{"REQUEST_METHOD", "POST"}}));
    scripted_driver::memory_fails = true;

    driver.send(stdin_record("12345"));

    BOOST_REQUIRE(driver.refused.size() == 1U);
    BOOST_TEST((driver.refused[0].code == errc::overloaded));
    BOOST_TEST(driver.refused[0].detail == "not enough memory for a body of this size");
    BOOST_TEST(answers_in(driver.sent) == "1:503 refused; ");
    scripted_driver::memory_fails = false;
    driver.send(stdin_record("678") + stdin_record("") + whole_request(keep, "two", 2));
    driver.have_turn();
    BOOST_REQUIRE(driver.served.size() == 1U);
    BOOST_TEST(driver.served[0].body == "two");
}

BOOST_AUTO_TEST_CASE(a_body_without_memory_in_one_read_with_its_variables_is_refused_by_the_service_that_would_have_it)
{
    for (const bool is_refused : {false, true}) {
        scripted_driver driver;
        scripted_driver::memory_fails = true;
        if (is_refused)
            driver.refusal = response{404, {}, "no"};

        driver.send(whole_request(keep, "one", 1));

        BOOST_TEST(driver.refused.size() == (is_refused ? 0U : 1U));
        BOOST_TEST(driver.served.empty());
        BOOST_TEST(answers_in(driver.sent) == (is_refused ? "1:404 no; " : "1:503 refused; "));
        scripted_driver::memory_fails = false;
        driver.refusal.reset();
        driver.have_turn();
        driver.send(whole_request(keep, "two", 2));
        BOOST_REQUIRE(driver.served.size() == 1U);
        BOOST_TEST(driver.served[0].body == "two");
    }
}

BOOST_AUTO_TEST_CASE(what_follows_a_body_without_memory_and_finds_no_room_closes_the_connection)
{
    scripted_driver driver;
    driver.send(begin_record(keep) + params_records({{"REQUEST_METHOD", "POST"}}));
    budget::share others(driver.resources.requests);
    others.grow(max_held_bytes - driver.resources.requests.taken() - 1);
    scripted_driver::memory_fails = true;

    driver.send(stdin_record("12345"));

    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.refused.empty());
    BOOST_TEST(driver.lines == std::vector<std::string>{"connection closed: " + all_taken},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(room_for_a_body_follows_what_was_announced_only_as_far_as_it_is_believed)
{
    const auto with_body = [](std::size_t bytes) {
        request req;
        req.set(request::variable::method, "POST");
        req.body_memory() += std::string(bytes, 'x');
        return req;
    };
    const auto room_for = [](request& req, std::uint64_t announced_bytes, std::size_t more_bytes) {
        BOOST_REQUIRE(make_room_for_body(req, announced_bytes, more_bytes));
        return req.body_memory().capacity() - 4;
    };

    request none = with_body(0);
    BOOST_TEST(room_for(none, 1'000'000'000, 1000) >= 64U * 1024U);
    BOOST_TEST(none.body_memory().capacity() < 128U * 1024U);
    request begun = with_body(60'000);
    BOOST_TEST(room_for(begun, 1'000'000'000, 65'000) >= 125'000U);
    BOOST_TEST(begun.body_memory().capacity() < 256U * 1024U);
    request believed = with_body(60'000);
    BOOST_TEST(room_for(believed, 8'000'000, 5'000) >= 8'000'000U);
    request unknown = with_body(60'000);
    BOOST_TEST(room_for(unknown, 0, 65'000) >= 125'000U);
    request roomy = with_body(0);
    roomy.reserve(1000);
    BOOST_TEST(room_for(roomy, 100'000, 900) < 5000U);
}

BOOST_DATA_TEST_CASE(body_gets_one_block_of_its_announced_size_however_it_is_cut,
                     boost::unit_test::data::make({4'000U, 9'000U, 60'000U, 65'536U, 400'000U}), read_bytes)
{
    constexpr std::size_t body_bytes = 8 * 1024 * 1024;
    request req;
    req.set(request::variable::method, "POST");
    for (std::size_t left = body_bytes; left > 0;) {
        const std::size_t more = std::min<std::size_t>(left, read_bytes);
        BOOST_REQUIRE(make_room_for_body(req, body_bytes, more));
        req.body_memory().append(more, 'x');
        left -= more;
    }
    BOOST_TEST(req.body_memory().capacity() == block_bytes(body_bytes));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(connection_fsm_streams)

namespace {

struct streaming_driver : scripted_driver {
    explicit streaming_driver(after_answer then = keep)
    {
        send(whole_request(then));
        begin_stream();
    }
};

constexpr std::string_view stream_head = "Status: 200 OK\r\nContent-Type: text/plain\r\nX-Request-Id: 1-2\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_CASE(the_head_of_a_stream_goes_out_at_once_without_a_length)
{
    streaming_driver driver;

    BOOST_TEST(answers_in(driver.sent) == stream_head);
    BOOST_TEST(driver.fsm.current() == state::streaming);
    BOOST_TEST(driver.fsm.waiting_bytes() == 0U);
    BOOST_TEST(!driver.fsm.deadline());
    BOOST_TEST(!driver.fsm.idle());
}

BOOST_AUTO_TEST_CASE(pieces_of_a_stream_go_out_as_they_come_and_the_connection_serves_on_behind_its_end)
{
    for (const auto then : {keep, close_it}) {
        streaming_driver driver(then);
        for (const std::string piece : {"one ", "two "}) {
            const std::size_t before = driver.sent.size();
            driver.tell(event::stream_data{piece});
            BOOST_TEST(driver.sent.substr(before + record_header_bytes) == piece);
            BOOST_TEST(driver.resources.answers.taken() == 0U);
        }

        driver.tell(event::stream_ended{});

        BOOST_TEST(answers_in(driver.sent) == "1:200 one two ; ");
        BOOST_TEST(driver.is_closed == (then == close_it));
        if (then == close_it)
            continue;
        driver.send(whole_request(keep, "two", 2));
        driver.answer("whole");
        BOOST_TEST(answers_in(driver.sent) == "1:200 one two ; 2:200 whole; ");
    }
}

BOOST_AUTO_TEST_CASE(what_is_written_in_one_turn_goes_out_together_and_nobody_is_told_of_a_failure_before_its_end)
{
    scripted_driver driver;
    driver.send(whole_request(keep));
    driver.holds_turn = true;
    driver.takes_answers = false;
    driver.begin_stream();
    driver.tell(event::stream_data{"one "});
    driver.tell(event::stream_data{"two"});
    BOOST_TEST(driver.sent.empty());
    BOOST_TEST(std::ranges::count(driver.done, action::write_soon) == 1);
    BOOST_TEST(driver.fsm.waiting_bytes() > stream_head.size() + 7);

    driver.end_turn();

    BOOST_TEST(driver.abandoned == "the web server closed the connection");
}

BOOST_AUTO_TEST_CASE(a_stream_that_begins_and_ends_in_one_turn_is_written_whole_and_later_turns_write_nothing)
{
    scripted_driver driver;
    driver.send(whole_request(keep));
    driver.holds_turn = true;
    driver.begin_stream();
    driver.tell(event::stream_data{"all"});
    driver.tell(event::stream_ended{});

    driver.end_turn();

    BOOST_TEST(answers_in(driver.sent) == "1:200 all; ");
    BOOST_TEST(std::ranges::count(driver.done, action::write) == 1);
    driver.tell(event::flush{});
    BOOST_TEST(driver.done.back() == action::rest);
}

BOOST_AUTO_TEST_CASE(a_stream_whose_end_has_no_room_is_closed_and_not_ended)
{
    streaming_driver driver;
    budget::share others(driver.resources.answers);
    others.grow(max_held_bytes);
    driver.holds_turn = true;
    driver.tell(event::stream_data{"x"});
    driver.tell(event::stream_ended{});

    driver.end_turn();

    BOOST_TEST(driver.is_closed);
    BOOST_TEST(driver.abandoned.empty());
    BOOST_TEST(answers_in(driver.sent) == stream_head);
    BOOST_TEST(driver.lines.back() == "connection closed: not enough memory for the end of its stream");
}

BOOST_AUTO_TEST_CASE(a_piece_larger_than_a_record_goes_out_in_several)
{
    streaming_driver driver;
    const std::string piece(200'000, 'y');

    driver.tell(event::stream_data{piece});
    driver.tell(event::stream_ended{});

    BOOST_TEST(answers_in(driver.sent) == "1:200 " + piece + "; ");
}

BOOST_AUTO_TEST_CASE(what_a_web_server_does_not_take_waits_and_is_counted)
{
    streaming_driver driver;
    driver.room = 10;
    driver.tell(event::stream_data{"1234567890"});
    BOOST_TEST(driver.fsm.waiting_bytes() == 8U);
    BOOST_TEST(driver.done.back() == action::wait_until_writable);
    BOOST_TEST((driver.fsm.deadline() == driver.now + 60s));
    driver.now += 30s;

    driver.tell(event::stream_data{"abc"});

    BOOST_TEST(driver.done.back() == action::rest);  // already waiting for it
    BOOST_TEST(driver.fsm.waiting_bytes() == 19U);
    BOOST_TEST((driver.fsm.deadline() == driver.now + 30s));
    driver.take_more(1);
    BOOST_TEST((driver.fsm.deadline() == driver.now + 60s));
    driver.tell(event::stream_ended{});
    BOOST_TEST(driver.done.back() == action::rest);
    driver.take_more(scripted_driver::any_number);
    BOOST_TEST(answers_in(driver.sent) == "1:200 1234567890abc; ");
    BOOST_TEST(driver.fsm.current() == state::waiting);
    BOOST_TEST(driver.resources.answers.taken() == 0U);
}

BOOST_AUTO_TEST_CASE(a_stream_may_be_long_as_long_as_some_of_it_is_taken)
{
    streaming_driver driver;
    for (int minute = 0; minute < 60; ++minute) {
        driver.now += 60s;
        driver.room = 0;
        driver.tell(event::stream_data{"x"});
        BOOST_TEST((driver.fsm.deadline() == driver.now + 60s));
        driver.take_more(scripted_driver::any_number);
        BOOST_TEST(!driver.fsm.deadline());
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_long_stream_has_a_minute_to_be_taken)
{
    streaming_driver driver;
    driver.now += 1h;
    driver.room = 0;

    driver.tell(event::stream_ended{});

    BOOST_TEST((driver.fsm.deadline() == driver.now + 60s));
    driver.now += 59s;
    driver.take_more(1);
    BOOST_TEST((driver.fsm.deadline() == driver.now + 1s));
    driver.tell(event::deadline_passed{});
    BOOST_TEST(!driver.is_closed);
    driver.take_more(scripted_driver::any_number);
    BOOST_TEST(answers_in(driver.sent) == "1:200 ; ");
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_not_taken_for_a_minute_is_abandoned)
{
    streaming_driver driver;
    driver.room = 0;
    driver.tell(event::stream_data{"x"});
    driver.now += 60s;

    driver.tell(event::deadline_passed{});

    BOOST_TEST(driver.abandoned == "the web server takes too long");
    BOOST_TEST(driver.resources.answers.taken() == 0U);
}

BOOST_AUTO_TEST_CASE(a_stream_whose_client_has_gone_is_abandoned_once)
{
    for (const bool by_writing : {true, false}) {
        streaming_driver driver;
        if (by_writing) {
            driver.takes_answers = false;
            driver.tell(event::stream_data{"x"});
        } else {
            driver.tell(event::watch_client{});
            driver.hang_up();
            driver.wake_watcher();
        }
        BOOST_TEST(driver.abandoned == "the web server closed the connection");
        driver.abandoned.clear();
        driver.tell(event::stream_data{"y"});
        driver.tell(event::stream_ended{});
        BOOST_TEST(driver.abandoned.empty());
        BOOST_TEST(driver.done.back() == action::rest);
    }
}

BOOST_AUTO_TEST_CASE(a_stream_that_takes_all_of_the_budget_is_abandoned)
{
    streaming_driver driver;
    budget::share others(driver.resources.answers);
    others.grow(max_held_bytes - 4);
    driver.room = 0;
    driver.tell(event::stream_data{"1234"});
    BOOST_TEST(driver.abandoned.empty());

    driver.tell(event::stream_data{"5"});

    BOOST_TEST(driver.abandoned == "not enough memory for its stream");
    BOOST_TEST(driver.resources.answers.taken() == max_held_bytes - 4);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(connection_fsm_events_out_of_place)

namespace {

std::vector<std::pair<std::string, connection_event>> harmless_events()
{
    static response whole{200, {}, "stray"};
    static const response head{200, {}, ""};
    return {{"turn", event::turn{}},
            {"admitted", event::admitted{0}},
            {"answered", event::answered{whole}},
            {"stream_started", event::stream_started{head}},
            {"stream_data", event::stream_data{"stray"}},
            {"stream_ended", event::stream_ended{}},
            {"flush", event::flush{}},
            {"written", event::written{0}},
            {"write_blocked", event::write_blocked{}},
            {"writable", event::writable{}},
            {"client_readable", event::client_readable{}},
            {"client_is_silent", event::client_is_silent{}},
            {"peeked", event::peeked{"x"}},
            {"watch_client", event::watch_client{}},
            {"deadline_passed", event::deadline_passed{}}};
}

/// True for events with a meaning while the service has the request, or while an answer is being written.
bool concerns(std::string_view name, state in)
{
    const bool is_served = in == state::serving || in == state::streaming;
    if (name == "answered" || name == "stream_started")
        return in == state::serving;
    if (name == "stream_data" || name == "stream_ended")
        return in == state::streaming;
    if (name == "client_readable" || name == "client_is_silent" || name == "watch_client")
        return is_served;
    if (name == "written" || name == "write_blocked" || name == "writable")
        return in == state::streaming || in == state::answering;
    return false;
}

void bring_to(scripted_driver& driver, state wanted)
{
    switch (wanted) {
    case state::waiting:
        return;
    case state::receiving:
        return driver.send(whole_request(keep).substr(0, 30));
    case state::serving:
        return driver.send(whole_request(keep));
    case state::streaming:
        driver.send(whole_request(keep));
        return driver.begin_stream();
    case state::answering:
        driver.send(whole_request(keep));
        driver.room = 0;
        return driver.answer("answer");
    case state::skipping:
        driver.refusal = response{404, {}, "no"};
        return driver.send(begin_record(keep) + params_records({{"CONTENT_LENGTH", "9"}}));
    case state::lingering:
        driver.refusal = response{404, {}, "no"};
        return driver.send(begin_record(close_it) + params_records({{"CONTENT_LENGTH", "9"}}));
    case state::closed:
        return driver.hang_up();
    }
}

constexpr auto all_states = {state::waiting,   state::receiving, state::serving,   state::streaming,
                             state::answering, state::skipping,  state::lingering, state::closed};

}  // namespace

BOOST_AUTO_TEST_CASE(an_event_that_means_nothing_in_a_state_changes_nothing)
{
    for (const state in : all_states)
        for (auto& [name, what] : harmless_events()) {
            if (concerns(name, in))
                continue;
            BOOST_TEST_CONTEXT(name << " in " << in)
            {
                scripted_driver driver;
                bring_to(driver, in);
                BOOST_REQUIRE(driver.fsm.current() == in);
                const std::string sent = driver.sent;
                const auto deadline = driver.fsm.deadline();

                const connection_step next = driver.fsm.resume(connection_event(what), driver.now);

                BOOST_TEST(next.what == action::rest);
                BOOST_TEST(!next.with);
                BOOST_TEST(driver.fsm.current() == in);
                BOOST_TEST((driver.fsm.deadline() == deadline));
                BOOST_TEST(driver.sent == sent);
            }
        }
}

BOOST_AUTO_TEST_CASE(bytes_are_not_looked_at_while_the_service_has_the_request_or_behind_the_end)
{
    for (const state in : {state::serving, state::streaming, state::answering, state::closed}) {
        scripted_driver driver;
        bring_to(driver, in);
        const connection_step next = driver.fsm.resume(event::received{"\7garbage"}, driver.now);
        BOOST_TEST(next.what == action::rest);
        BOOST_TEST(driver.fsm.current() == in);
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_the_connection_ends_every_state_and_gives_all_back)
{
    for (const state in : all_states)
        for (const bool by_writing : {false, true})
            BOOST_TEST_CONTEXT(in << (by_writing ? " by writing" : " by reading"))
            {
                scripted_driver driver;
                bring_to(driver, in);
                driver.tell(by_writing ? connection_event(event::write_failed{}) : event::peer_closed{});
                BOOST_TEST(driver.is_closed);
                BOOST_TEST(driver.fsm.current() == state::closed);
                const bool is_abandoned = in == state::serving || in == state::streaming;
                BOOST_TEST(driver.abandoned == (is_abandoned ? "the web server closed the connection" : ""));
                BOOST_TEST(driver.resources.requests.taken() == 0U);
                BOOST_TEST(driver.resources.answers.taken() == 0U);
                BOOST_TEST(!driver.fsm.deadline());
                BOOST_TEST(driver.fsm.unsent(0).empty());
                BOOST_TEST(!driver.fsm.is_busy());
            }
}

BOOST_AUTO_TEST_CASE(a_second_answer_to_a_request_is_not_sent)
{
    scripted_driver driver;
    driver.send(whole_request(keep));
    driver.answer("first");
    driver.answer("second");
    driver.send(whole_request(keep, "two", 2).substr(0, 20));
    driver.answer("third");

    BOOST_TEST(answers_in(driver.sent) == "1:200 first; ");
}

BOOST_AUTO_TEST_SUITE_END()
