#include "fcgi/records/record_scanner.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace wampfcgi::fcgi;

namespace {

using progress = record_scanner::progress;

enum type { begin = 1, abort_it = 2, end = 3, params = 4, body = 5, output = 6, data = 8, get_values = 9 };

std::string record(int type, std::string_view content, std::size_t padding = 0, unsigned id = 1, char version = 1)
{
    const auto byte = [](std::size_t value) { return static_cast<char>(value & 0xFFU); };
    return std::string{version,
                       static_cast<char>(type),
                       byte(id >> 8U),
                       byte(id),
                       byte(content.size() >> 8U),
                       byte(content.size()),
                       byte(padding),
                       0} +
           std::string(content) + std::string(padding, '\xEE');
}

std::string begin_record(unsigned id = 1, char role = 1, char flags = 1)
{
    return record(begin, std::string{0, role, flags, 0, 0, 0, 0, 0}, 0, id);
}

const std::string pair = "\1\3abcd";
const std::string plain = begin_record() + record(params, pair) + record(params, "") + record(body, "12345") +
                          record(body, "678") + record(body, "");
const std::string responder = begin_record().substr(8);
const std::string padded = record(begin, responder, 3) + record(params, pair, 2) + record(params, "", 255) +
                           record(body, "12345678", 1) + record(body, "", 8);

const std::string& variables_of(const std::string& whole)
{
    static const std::string plain_variables = begin_record() + record(params, pair) + record(params, "");
    static const std::string padded_variables =
        record(begin, responder, 3) + record(params, pair, 2) + record(params, "", 255);
    return whole == plain ? plain_variables : padded_variables;
}

/// The reports for `pieces`, each with the number of bytes consumed so far: "variables@22 complete@40".
std::string scan(record_scanner& scanner, const std::vector<std::string_view>& pieces)
{
    std::string text;
    std::size_t total = 0;
    for (std::string_view rest : pieces)
        while (!rest.empty()) {
            std::size_t consumed = 0;
            wampfcgi::request read;
            const progress made = scanner.feed(rest, consumed, nullptr, nullptr, &read);
            BOOST_REQUIRE(consumed > 0);
            BOOST_REQUIRE(consumed <= rest.size());
            total += consumed;
            rest.remove_prefix(consumed);
            if (made == progress::incomplete) {
                BOOST_REQUIRE(rest.empty());
                continue;
            }
            const bool has_variables = made == progress::params_complete || made == progress::params_read;
            text += has_variables                ? "variables"
                    : made == progress::complete ? "complete"
                    : made == progress::broken   ? "broken"
                    : made == progress::refused  ? "refused"
                                                 : "aborted";
            text += "@" + std::to_string(total) + " ";
            if (!has_variables)
                return text;
        }
    return text + "unfinished";
}

std::string scan(const std::vector<std::string_view>& pieces)
{
    record_scanner scanner(100);
    return scan(scanner, pieces);
}

std::string expected_of(const std::string& whole)
{
    return "variables@" + std::to_string(variables_of(whole).size()) + " complete@" + std::to_string(whole.size()) +
           " ";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_request_in_one_piece_ends_where_its_last_record_ends)
{
    for (const std::string& whole : {plain, padded}) {
        record_scanner scanner(100);
        BOOST_TEST(scan(scanner, {whole}) == expected_of(whole));
        BOOST_TEST(scanner.body_bytes() == 8U);
    }
}

BOOST_AUTO_TEST_CASE(variables_are_read_at_once_where_all_of_them_and_their_end_are_there)
{
    const std::string variables = "\x0E\4REQUEST_METHODPOST";
    const std::string first = begin_record();
    const std::string all = first + record(params, variables, 3) + record(params, "", 2) + record(body, "12");
    const std::size_t until = first.size() + record(params, variables, 3).size() + record(params, "", 2).size();
    for (std::size_t size = 0; size <= all.size(); ++size)
        BOOST_TEST_CONTEXT(size << " bytes")
        {
            record_scanner scanner(100);
            wampfcgi::request read;
            std::string text;
            std::size_t consumed = 0;

            const auto made = scanner.feed(std::string_view(all).substr(0, size), consumed, &text, nullptr, &read);

            const bool is_there = size >= until;
            BOOST_TEST((made == progress::params_read) == is_there);
            BOOST_TEST(consumed == (is_there ? until : size));
            BOOST_TEST(read.pairs() == (is_there ? variables : ""));
            BOOST_TEST(read.method() == (is_there ? "POST" : ""));
            if (is_there)
                BOOST_TEST(text == "");
        }
}

BOOST_AUTO_TEST_CASE(variables_in_two_records_are_passed_on)
{
    record_scanner scanner(100);
    wampfcgi::request read;
    std::string text;
    std::size_t consumed = 0;

    const auto made =
        scanner.feed(begin_record() + record(params, "\1\3a") + record(params, "bcd") + record(params, ""), consumed,
                     &text, nullptr, &read);

    BOOST_TEST((made == progress::params_complete));
    BOOST_TEST(text == pair);
    BOOST_TEST(read.pairs() == "");
}

BOOST_AUTO_TEST_CASE(a_request_byte_by_byte_ends_where_its_last_record_ends)
{
    for (const std::string& whole : {plain, padded}) {
        std::vector<std::string_view> bytes;
        for (std::size_t i = 0; i < whole.size(); ++i)
            bytes.push_back(std::string_view(whole).substr(i, 1));
        BOOST_TEST(scan(bytes) == expected_of(whole));
    }
}

BOOST_AUTO_TEST_CASE(a_request_split_anywhere_ends_where_its_last_record_ends)
{
    for (const std::string_view whole : {std::string_view(plain), std::string_view(padded)}) {
        const std::string expected = expected_of(std::string(whole));
        for (std::size_t first = 0; first <= whole.size(); ++first)
            for (std::size_t second = first; second <= whole.size(); second += 7)
                BOOST_TEST(scan({whole.substr(0, first), whole.substr(first, second - first), whole.substr(second)}) ==
                           expected);
    }
}

BOOST_AUTO_TEST_CASE(bytes_behind_a_request_are_left_alone)
{
    for (const std::string& whole : {plain, padded})
        for (const std::string& behind : {std::string("x"), plain, std::string(8, '\0')})
            BOOST_TEST(scan({whole + behind}) == expected_of(whole));
}

BOOST_AUTO_TEST_CASE(a_request_cut_anywhere_is_not_finished)
{
    for (std::size_t size = 0; size < padded.size(); ++size) {
        const std::string text = scan({std::string_view(padded).substr(0, size)});
        BOOST_TEST(text.ends_with("unfinished"));
        BOOST_TEST(text.starts_with("variables") == (size >= variables_of(padded).size()));
    }
}

BOOST_AUTO_TEST_CASE(a_request_without_variables_and_body_is_complete)
{
    const std::string bare = begin_record() + record(params, "") + record(body, "");
    BOOST_TEST(scan({bare}) == "variables@24 complete@32 ");
}

BOOST_AUTO_TEST_CASE(body_bytes_count_content_alone)
{
    record_scanner scanner(100);
    const std::string start = begin_record() + record(params, "");
    const std::string large(65'535, 'x');
    scan(scanner, {start, record(body, large, 255), record(body, large), record(body, "x")});
    BOOST_TEST(scanner.body_bytes() == 131'071U);
}

BOOST_AUTO_TEST_CASE(what_no_responder_is_sent_breaks_the_request)
{
    struct row {
        std::string_view name;
        std::string bytes;
        std::string_view why;
    };
    const std::string started = begin_record();
    const std::string with_variables = started + record(params, "");
    const std::vector<row> rows{
        {"another protocol", "GET / HTTP/1.1\r\n", "a FastCGI record of an unknown version"},
        {"version 0", record(begin, responder, 0, 1, 0), "a FastCGI record of an unknown version"},
        {"version 2 later", started + record(params, "a", 0, 1, 2), "a FastCGI record of an unknown version"},
        {"short begin", record(begin, std::string(7, '\0')), "a BEGIN_REQUEST record of the wrong length"},
        {"long begin", record(begin, std::string(9, '\0')), "a BEGIN_REQUEST record of the wrong length"},
        {"second begin", started + begin_record(), "a second BEGIN_REQUEST for one request"},
        {"long management record", record(get_values, std::string(1025, 'x'), 0, 0),
         "a management record of more than 1 KiB"},
        {"body before variables", started + record(body, "a"), "a FastCGI record that is not allowed there"},
        {"end of body before variables", started + record(body, ""), "a FastCGI record that is not allowed there"},
        {"variables after their end", with_variables + record(params, "a"),
         "a FastCGI record that is not allowed there"},
        {"second end of variables", with_variables + record(params, ""), "a FastCGI record that is not allowed there"},
        {"end", started + record(end, std::string(8, '\0')), "a FastCGI record that is not allowed there"},
        {"output", with_variables + record(output, "a"), "a FastCGI record that is not allowed there"},
        {"data", with_variables + record(data, "a"), "a FastCGI record that is not allowed there"},
        {"type 0", started + record(0, "a"), "a FastCGI record that is not allowed there"},
        {"type 12", started + record(12, "a"), "a FastCGI record that is not allowed there"},
        {"type 255", started + record(255, "a"), "a FastCGI record that is not allowed there"},
        {"zero byte in a variable", started + record(params, std::string("\1\3ab\0d", 6)),
         "a zero byte in a CGI variable"},
        {"variables that end in the middle of one", started + record(params, "\1\4abcd") + record(params, ""),
         "CGI variables that end in the middle of one"},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            record_scanner scanner(100);
            BOOST_TEST(scan(scanner, {each.bytes}).find("broken@") != std::string::npos);
            BOOST_TEST(scanner.why() == each.why);
        }
}

BOOST_AUTO_TEST_CASE(records_of_a_request_that_is_not_active_are_ignored)
{
    const std::string strays =
        record(params, "x", 3, 2) + record(body, "", 0, 257) + record(abort_it, "", 0, 2) + record(99, "x", 0, 9);
    const std::string before = begin_record() + record(params, pair);
    const std::string after = record(params, "") + record(body, "12") + record(body, "");
    record_scanner scanner(100);
    std::string variables;
    std::string content;
    std::size_t consumed = 0;

    scanner.feed(strays + before, consumed, &variables);
    BOOST_TEST(!scanner.is_idle());
    scanner.feed(strays + after, consumed, &variables);
    const progress made = scanner.feed(after.substr(8) + strays, consumed, &variables, &content);

    BOOST_TEST((made == progress::complete));
    BOOST_TEST(variables == pair);
    BOOST_TEST(content == "12");
    BOOST_TEST(scanner.has_strays());
    BOOST_TEST(scanner.take_replies() == "");
}

BOOST_AUTO_TEST_CASE(variables_and_body_are_given_apart_and_without_padding_however_they_are_cut)
{
    for (std::size_t most = 1; most < 20; ++most) {
        record_scanner scanner(100);
        std::string variables;
        std::string content;
        std::string_view rest = padded;
        while (!rest.empty()) {
            std::size_t consumed = 0;
            scanner.feed(rest.substr(0, most), consumed, &variables, &content);
            rest.remove_prefix(consumed);
        }
        BOOST_TEST(variables == pair);
        BOOST_TEST(content == "12345678");
        BOOST_TEST(!scanner.has_strays());
    }
}

BOOST_AUTO_TEST_CASE(a_request_that_begins_within_another_is_told_that_there_is_one_at_a_time)
{
    const std::string other = begin_record(2) + record(params, "", 0, 2) + record(body, "", 0, 2);
    const std::string first = begin_record() + record(params, "");
    record_scanner scanner(100);

    BOOST_TEST(scan(scanner, {first, other, record(body, "")}) == "variables@24 complete@64 ");

    BOOST_TEST(scanner.take_replies() == record(end, std::string("\0\0\0\0\1\0\0\0", 8), 0, 2));
    BOOST_TEST(scanner.take_replies() == "");
    BOOST_TEST(scanner.request_id() == 1U);
}

BOOST_AUTO_TEST_CASE(another_role_is_refused_and_the_next_request_is_followed)
{
    for (const char role : {'\0', '\2', '\3', '\x7F'}) {
        record_scanner scanner(100);
        BOOST_TEST(scan(scanner, {begin_record(1, role, 0)}) == "refused@16 ");
        BOOST_TEST(scanner.take_replies() == record(end, std::string("\0\0\0\0\3\0\0\0", 8)));
        BOOST_TEST(!scanner.keeps_connection());
        BOOST_TEST(!scanner.take_begun());
        BOOST_TEST(scanner.is_idle());

        scan(scanner, {record(params, "") + plain});

        BOOST_TEST(scanner.take_begun());
        BOOST_TEST(scanner.keeps_connection());
        BOOST_TEST(scanner.body_bytes() == 8U);
    }
}

BOOST_AUTO_TEST_CASE(management_records_are_answered_at_any_time)
{
    const std::string asked = "\x0E" + std::string(1, '\0') + "FCGI_MAX_CONNS" + "\x0F" + std::string(1, '\0') +
                              "FCGI_MPXS_CONNS" + "\3" + std::string(1, '\0') + "FOO";
    const std::string told = "\x0E\3"
                             "FCGI_MAX_CONNS100\x0F\1"
                             "FCGI_MPXS_CONNS0";
    record_scanner scanner(100);

    scan(scanner, {record(get_values, asked, 5, 0), begin_record(), record(200, "whatever", 0, 0)});

    BOOST_TEST(scanner.take_replies() ==
               record(10, told, 0, 0) + record(11, std::string("\xC8\0\0\0\0\0\0\0", 8), 0, 0));
    BOOST_TEST(scanner.has_strays());
    BOOST_TEST(!scanner.is_idle());
}

BOOST_AUTO_TEST_CASE(a_request_that_was_given_up_is_followed_to_its_end_or_to_the_next)
{
    const std::string start = begin_record(1) + record(params, "");
    for (const answer_end had : {answer_end::request, answer_end::output})
        for (const std::string& rest : {record(body, "123") + record(body, ""), record(abort_it, "")}) {
            record_scanner scanner(100);
            std::string variables;
            std::size_t consumed = 0;
            scanner.feed(start, consumed);
            scanner.give_up(had);

            BOOST_TEST((scanner.feed(rest, consumed, &variables, &variables) == progress::complete));

            BOOST_TEST(variables == "");
            BOOST_TEST(scanner.is_idle());
            BOOST_TEST(scanner.take_replies() ==
                       (had == answer_end::request ? "" : end_request(1, protocol_status::request_complete)));
        }
    for (const unsigned id : {1U, 2U}) {
        record_scanner scanner(100);
        std::string variables;
        std::size_t consumed = 0;
        scanner.feed(start, consumed);
        BOOST_TEST(scanner.take_begun());
        scanner.give_up(answer_end::output);

        scanner.feed(record(body, "123") + begin_record(id) + record(params, pair, 0, id), consumed, &variables,
                     &variables);

        BOOST_TEST(variables == pair);
        BOOST_TEST(scanner.take_begun());
        BOOST_TEST(scanner.request_id() == id);
    }
}

BOOST_AUTO_TEST_CASE(a_request_of_any_id_is_followed)
{
    for (const unsigned id : {1U, 255U, 256U, 65'535U}) {
        const std::string whole = begin_record(id) + record(params, "", 0, id) + record(body, "", 0, id);
        BOOST_TEST(scan({whole}) == "variables@24 complete@32 ");
    }
}

BOOST_AUTO_TEST_CASE(an_abort_is_reported_at_any_point_between_records_and_confirmed)
{
    const std::string abort_record = record(abort_it, "");
    const std::vector<std::pair<std::string, std::string_view>> rows{
        {begin_record(), "aborted@24 "},
        {begin_record() + record(params, ""), "variables@24 aborted@32 "},
        {begin_record() + record(params, "") + record(body, "x"), "variables@24 aborted@41 "}};
    for (const auto& [before, expected] : rows) {
        record_scanner scanner(100);
        BOOST_TEST(scan(scanner, {before + abort_record}) == expected);
        BOOST_TEST(scanner.take_replies() == record(end, std::string(8, '\0')));
        BOOST_TEST(scanner.is_idle());
    }
}

BOOST_AUTO_TEST_CASE(variables_are_limited_to_256_kib_over_all_records)
{
    const std::string eighth =
        std::string("\1\x80\0\x7F\xFA", 5) + std::string(params_checker::most_bytes / 8 - 5, 'x');
    std::string most = begin_record();
    for (int i = 0; i < 8; ++i)
        most += record(params, eighth);

    BOOST_TEST(scan({most + record(params, "")}).starts_with("variables@"));
    BOOST_TEST(scan({most + record(params, "x") + record(params, "")}).starts_with("broken@"));
}
