// The header section of an answer.
#include "fcgi/cgi/header.hpp"

#include "support/request_builder.hpp"
#include "wampfcgi/core/errc.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace wampfcgi;
using namespace wampfcgi::fcgi;

namespace {

std::string section_of(const response& what)
{
    std::string text;
    append_header_section(text, what, "1-2");
    return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_head_gets_the_length_of_a_body_that_it_does_not_get)
{
    response what{200, {{"A", "b"}}, "12345"};

    leave_body_out(request_builder{}.method("HEAD").build(), what);

    BOOST_TEST(what.body.empty());
    BOOST_TEST(section_of(what) == "Status: 200 OK\r\nA: b\r\nX-Request-Id: 1-2\r\nContent-Length: 5\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(others_get_the_body)
{
    for (const char* method : {"GET", "POST", "head", ""}) {
        response what{200, {}, "12345"};

        leave_body_out(request_builder{}.method(method).build(), what);

        BOOST_TEST(what.body == "12345");
        BOOST_TEST(section_of(what) == "Status: 200 OK\r\nX-Request-Id: 1-2\r\nContent-Length: 5\r\n\r\n");
    }
}

BOOST_AUTO_TEST_CASE(statuses_that_never_have_a_body_have_no_length)
{
    BOOST_TEST(section_of({204, {}, ""}) == "Status: 204 No Content\r\nX-Request-Id: 1-2\r\n\r\n");
    BOOST_TEST(section_of({304, {{"ETag", "x"}}, ""}) ==
               "Status: 304 Not Modified\r\nETag: x\r\nX-Request-Id: 1-2\r\n\r\n");
    BOOST_TEST(section_of({202, {}, ""}) == "Status: 202 Accepted\r\nX-Request-Id: 1-2\r\nContent-Length: 0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(every_status_that_is_answered_has_its_phrase)
{
    std::set<int> statuses{200, 202, 204, 304};
    for (const errc_info& row : errc_table)
        statuses.insert({row.status_crossbar, row.status_http});
    for (const int status : statuses) {
        std::string text;
        append_header_section(text, {status, {}, {}}, "1-2");
        BOOST_TEST(text.starts_with("Status: " + std::to_string(status) + " "));
        BOOST_TEST(text.find("Unknown") == std::string::npos);
    }
}
