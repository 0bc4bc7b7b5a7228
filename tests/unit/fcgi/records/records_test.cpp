#include "fcgi/records/records.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace wampfcgi::fcgi;
using namespace std::string_literals;

namespace {

constexpr std::size_t most = 1000;

std::string result_of(std::string_view content)
{
    return "\1\x0A\0\0\0"s + static_cast<char>(content.size()) + "\0\0"s + std::string(content);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_end_of_a_request_names_it_and_why)
{
    BOOST_TEST(end_request(0x1234, protocol_status::cannot_multiplex) == "\1\3\x12\x34\0\x08\0\0\0\0\0\0\1\0\0\0"s);
    BOOST_TEST(end_request(1, protocol_status::request_complete) == "\1\3\0\1\0\x08\0\0\0\0\0\0\0\0\0\0"s);
}

BOOST_AUTO_TEST_CASE(an_unknown_type_is_named)
{
    BOOST_TEST(unknown_type(200) == "\1\x0B\0\0\0\x08\0\0\xC8\0\0\0\0\0\0\0"s);
}

BOOST_AUTO_TEST_CASE(the_values_that_are_known_are_told_once_each)
{
    const std::string conns = "\x0E\4FCGI_MAX_CONNS1000";
    const std::string reqs = "\x0D\4"
                             "FCGI_MAX_REQS1000";
    const std::string mpxs = "\x0F\1"
                             "FCGI_MPXS_CONNS0";
    const std::string ask_reqs = "\x0D\0FCGI_MAX_REQS"s;
    const std::string ask_mpxs = "\x80\0\0\x0F\0FCGI_MPXS_CONNS"s;

    BOOST_TEST(values_result("", most) == result_of(""));
    BOOST_TEST(values_result("\x0E\0FCGI_MAX_CONNS"s, most) == result_of(conns));
    BOOST_TEST(values_result(ask_mpxs + ask_reqs, most) == result_of(mpxs + reqs));
    BOOST_TEST(values_result(ask_reqs + ask_reqs, most) == result_of(reqs));
    BOOST_TEST(values_result("\3\2FOO--"s + ask_reqs, most) == result_of(reqs));
}

BOOST_AUTO_TEST_CASE(what_asks_for_values_in_a_malformed_way_is_not_answered)
{
    for (const std::string& asked : {"\x0E"s, "\x0E\0FCGI_MAX_CONN"s, "\x80\0\0"s, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s,
                                     "\0\0"s, "\x0E\1FCGI_MAX_CONNS"s})
        BOOST_TEST(values_result(asked, most) == result_of(""));
}

BOOST_AUTO_TEST_CASE(variables_are_put_into_records_of_a_request)
{
    const std::string begins = "\1\1\0\1\0\x08\0\0\0\1\0\0\0\0\0\0"s;
    const std::string ends = "\1\4\0\1\0\0\0\0"s;
    const std::string full(65'535, 'x');
    const std::string full_record = "\1\4\0\1\xFF\xFF\0\0"s + full;
    BOOST_TEST(request_with("") == begins + ends);
    BOOST_TEST(request_with("\1\1ab") == begins + "\1\4\0\1\0\4\0\0\1\1ab"s + ends);
    BOOST_TEST((request_with(full) == begins + full_record + ends));
    BOOST_TEST((request_with(full + "y") == begins + full_record + "\1\4\0\1\0\1\0\0y"s + ends));
}

BOOST_AUTO_TEST_CASE(an_abort_is_known_by_version_type_and_request)
{
    BOOST_TEST(is_abort("\1\2\1\2"s, 0x102));
    BOOST_TEST(is_abort("\1\2\1\2\0\0\0\0"s, 0x102));
    for (const std::string& other : {"\1\2\1"s, "\2\2\1\2"s, "\1\1\1\2"s, "\1\2\1\3"s, "\1\2\0\2"s, ""s})
        BOOST_TEST(!is_abort(other, 0x102));
}
