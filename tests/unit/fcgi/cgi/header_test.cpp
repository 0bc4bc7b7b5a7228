#include "fcgi/cgi/header.hpp"

#include "wampfcgi/core/errc.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace wampfcgi;

BOOST_AUTO_TEST_CASE(every_status_that_is_answered_has_its_phrase)
{
    std::set<int> statuses{200, 202};
    for (const errc_info& row : errc_table)
        statuses.insert({row.status_crossbar, row.status_http});
    for (const int status : statuses) {
        std::string text;
        fcgi::append_header_section(text, {status, {}, {}});
        BOOST_TEST(text.starts_with("Status: " + std::to_string(status) + " "));
        BOOST_TEST(text.find("Unknown") == std::string::npos);
    }
}
