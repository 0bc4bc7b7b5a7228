#include "wampfcgi/core/headers.hpp"

#include "support/request_builder.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace wampfcgi;

namespace {

std::string headers_of(const request& req)
{
    std::string all;
    std::string_view rest = req.pairs();
    while (const auto next = take_header(rest))
        all.append(next->name).append("=").append(next->value).append("\n");
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_name_has_one_spelling)
{
    for (const char* const given : {"X-GitHub-Event", "x-github-event", "X_GITHUB_EVENT", "x_GITHUB-event"})
        BOOST_TEST(header_name(given) == "X-Github-Event");
    BOOST_TEST(header_name("DNT") == "Dnt");
    BOOST_TEST(header_name("-A--2B") == "-A--2b");
    BOOST_TEST(header_name("") == "");
}

BOOST_AUTO_TEST_CASE(headers_are_variables_that_begin_with_http_and_the_two_of_the_body)
{
    const request req = request_builder{}
                            .variable("REQUEST_METHOD", "POST")
                            .variable("HTTP_X_GITHUB_EVENT", "push")
                            .variable("CONTENT_TYPE", "text/plain")
                            .variable("CONTENT_LENGTH", "4")
                            .variable("HTTPS", "on")
                            .variable("HTTP_", "no name")
                            .variable("HTTP", "none")
                            .variable("REDIRECT_HTTP_X", "none")
                            .variable("HTTP_X_EMPTY", "")
                            .build();
    BOOST_TEST(headers_of(req) == "X-Github-Event=push\nContent-Type=text/plain\nContent-Length=4\nX-Empty=\n");
}

BOOST_AUTO_TEST_CASE(an_empty_type_or_length_is_none_and_nginx_sends_no_second_one)
{
    const request req = request_builder{}
                            .variable("CONTENT_TYPE", "")
                            .variable("CONTENT_LENGTH", "")
                            .variable("HTTP_CONTENT_TYPE", "a/b")
                            .variable("HTTP_CONTENT_LENGTH", "4")
                            .build();
    BOOST_TEST(headers_of(req) == "");
}

BOOST_AUTO_TEST_CASE(a_length_that_caddy_does_not_know_is_none)
{
    BOOST_TEST(headers_of(request_builder{}.variable("CONTENT_LENGTH", "-1").build()) == "");
}

BOOST_AUTO_TEST_CASE(of_a_header_that_came_twice_the_first_is_found_and_both_are_there)
{
    const request req = request_builder{}.variable("HTTP_X_A", "1").variable("HTTP_X_A", "2").build();
    BOOST_TEST(find_header(req, "X-A").value() == "1");
    BOOST_TEST(!find_header(req, "X-B"));
    BOOST_TEST(headers_of(req) == "X-A=1\nX-A=2\n");
}
