#include "fcgi/records/answer_reader.hpp"
#include "fcgi/records/records.hpp"
#include "support/record_maker.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace wampfcgi::fcgi {
namespace {

using state = answer_reader::state;

const std::string whole_answer =
    make_record(record_type::standard_output, "Status: 200 OK\r\n", 1, 3) + make_record(record_type{7}, "a warning") +
    make_record(record_type::standard_output, "\r\nbody") + make_record(record_type::standard_output, "") +
    make_record(record_type::end_request, std::string(8, '\0'));

BOOST_AUTO_TEST_SUITE(answer_reading)

BOOST_AUTO_TEST_CASE(an_answer_is_read_in_whatever_pieces_it_comes)
{
    for (std::size_t size = 1; size <= whole_answer.size(); ++size) {
        answer_reader reader;
        auto reached = state::unfinished;
        for (std::size_t at = 0; at < whole_answer.size(); at += size) {
            BOOST_TEST((reached == state::unfinished));
            reached = reader.feed(std::string_view(whole_answer).substr(at, size));
        }

        BOOST_TEST((reached == state::whole));
        BOOST_TEST(reader.content() == "Status: 200 OK\r\n\r\nbody");
    }
}

BOOST_AUTO_TEST_CASE(what_no_program_sends_to_request_1_is_malformed)
{
    struct row {
        std::string_view name;
        std::string bytes;
    };
    for (const row& each : {
             row{"HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n"},
             row{"another version", '\2' + make_record(record_type::standard_output, "a").substr(1)},
             row{"another request", make_record(record_type::standard_output, "a", 2)},
             row{"a record for programs", make_record(record_type::params, "a")},
         })
        BOOST_TEST_CONTEXT(each.name)
        {
            answer_reader reader;
            BOOST_TEST((reader.feed(each.bytes) == state::malformed));
        }
}

BOOST_AUTO_TEST_CASE(an_answer_without_an_end_is_given_up)
{
    const std::string record = make_record(record_type::standard_output, std::string(65'535, 'a'));
    answer_reader reader;
    for (std::size_t bytes = 65'535; bytes <= answer_reader::most_bytes; bytes += 65'535)
        BOOST_REQUIRE((reader.feed(record) == state::unfinished));

    BOOST_TEST((reader.feed(record) == state::malformed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace wampfcgi::fcgi
