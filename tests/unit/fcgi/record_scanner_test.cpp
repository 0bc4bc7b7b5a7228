#include "fcgi/record_scanner.hpp"

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

std::string begin_record(unsigned id = 1)
{
    return record(begin, std::string("\0\1\1\0\0\0\0\0", 8), 0, id);
}

const std::string plain = begin_record() + record(params, "abcdef") + record(params, "") + record(body, "12345") +
                          record(body, "678") + record(body, "");
const std::string padded = record(begin, std::string(8, '\0'), 3) + record(params, "abcdef", 2) +
                           record(params, "", 255) + record(body, "12345678", 1) + record(body, "", 8);

const std::string& variables_of(const std::string& whole)
{
    static const std::string plain_variables = begin_record() + record(params, "abcdef") + record(params, "");
    static const std::string padded_variables =
        record(begin, std::string(8, '\0'), 3) + record(params, "abcdef", 2) + record(params, "", 255);
    return whole == plain ? plain_variables : padded_variables;
}

/// What feeding `pieces` reports, with the number of bytes consumed until then: "variables@22 complete@40".
std::string scan(record_scanner& scanner, const std::vector<std::string_view>& pieces)
{
    std::string text;
    std::size_t total = 0;
    for (std::string_view rest : pieces)
        while (!rest.empty()) {
            std::size_t consumed = 0;
            const progress made = scanner.feed(rest, consumed);
            BOOST_REQUIRE(consumed > 0);
            BOOST_REQUIRE(consumed <= rest.size());
            total += consumed;
            rest.remove_prefix(consumed);
            if (made == progress::incomplete) {
                BOOST_REQUIRE(rest.empty());
                continue;
            }
            text += made == progress::params_complete ? "variables"
                    : made == progress::complete      ? "complete"
                    : made == progress::broken        ? "broken"
                                                      : "aborted";
            text += "@" + std::to_string(total) + " ";
            if (made != progress::params_complete)
                return text;
        }
    return text + "unfinished";
}

std::string scan(const std::vector<std::string_view>& pieces)
{
    record_scanner scanner;
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
        record_scanner scanner;
        BOOST_TEST(scan(scanner, {whole}) == expected_of(whole));
        BOOST_TEST(scanner.body_bytes() == 8U);
    }
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
    record_scanner scanner;
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
    };
    const std::string started = begin_record();
    const std::string with_variables = started + record(params, "");
    const std::vector<row> rows{
        {"another protocol", "GET / HTTP/1.1\r\n"},
        {"version 0", record(begin, std::string(8, '\0'), 0, 1, 0)},
        {"version 2 later", started + record(params, "a", 0, 1, 2)},
        {"no begin", record(params, "a")},
        {"begin with id 0", begin_record(0)},
        {"short begin", record(begin, std::string(7, '\0'))},
        {"long begin", record(begin, std::string(9, '\0'))},
        {"record of another request", started + record(params, "a", 0, 2)},
        {"record of another high id", started + record(params, "a", 0, 257)},
        {"management record first", record(get_values, "", 0, 0)},
        {"management record later", started + record(get_values, "", 0, 0)},
        {"body before variables", started + record(body, "a")},
        {"end of body before variables", started + record(body, "")},
        {"variables after their end", with_variables + record(params, "a")},
        {"second end of variables", with_variables + record(params, "")},
        {"end", started + record(end, std::string(8, '\0'))},
        {"output", with_variables + record(output, "a")},
        {"data", with_variables + record(data, "a")},
        {"type 0", started + record(0, "a")},
        {"type 12", started + record(12, "a")},
        {"type 255", started + record(255, "a")},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            BOOST_TEST(scan({each.bytes}).find("broken@") != std::string::npos);
        }
}

BOOST_AUTO_TEST_CASE(a_request_that_begins_within_another_supersedes_it_and_is_not_consumed)
{
    const std::string first = begin_record() + record(params, "a");
    const std::string both = first + begin_record(2);
    record_scanner scanner;
    std::size_t consumed = 0;

    const progress made = scanner.feed(both, consumed);

    BOOST_TEST((made == progress::superseded));
    BOOST_TEST(consumed == first.size());
}

BOOST_AUTO_TEST_CASE(a_request_that_begins_within_another_in_two_pieces_breaks_it)
{
    const std::string both = begin_record() + begin_record(2);
    record_scanner scanner;
    std::size_t consumed = 0;
    scanner.feed(std::string_view(both).substr(0, 20), consumed);

    const progress made = scanner.feed(std::string_view(both).substr(20), consumed);

    BOOST_TEST((made == progress::broken));
}

BOOST_AUTO_TEST_CASE(a_request_of_any_id_is_followed)
{
    for (const unsigned id : {1U, 255U, 256U, 65'535U}) {
        const std::string whole = begin_record(id) + record(params, "", 0, id) + record(body, "", 0, id);
        BOOST_TEST(scan({whole}) == "variables@24 complete@32 ");
    }
}

BOOST_AUTO_TEST_CASE(an_abort_is_reported_at_any_point_between_records)
{
    const std::string abort_record = record(abort_it, "");
    BOOST_TEST(scan({begin_record() + abort_record}) == "aborted@24 ");
    BOOST_TEST(scan({begin_record() + record(params, "") + abort_record}) == "variables@24 aborted@32 ");
    BOOST_TEST(scan({begin_record() + record(params, "") + record(body, "x") + abort_record}) ==
               "variables@24 aborted@41 ");
}

BOOST_AUTO_TEST_CASE(variables_are_limited_to_256_kib_over_all_records)
{
    const std::string quarter(record_scanner::max_params_bytes / 8, 'x');
    std::string most = begin_record();
    for (int i = 0; i < 8; ++i)
        most += record(params, quarter);

    BOOST_TEST(scan({most + record(params, "")}).starts_with("variables@"));
    BOOST_TEST(scan({most + record(params, "x") + record(params, "")}).starts_with("broken@"));
}
