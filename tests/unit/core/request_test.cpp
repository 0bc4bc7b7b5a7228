#include "wampfcgi/core/request.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

using namespace wampfcgi;

namespace {

request a_request()
{
    request req;
    req.set(request::variable::method, "POST");
    req.set(request::variable::path_info, "/x");
    req.body_memory() += "body";
    return req;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_variable_that_was_not_sent_differs_from_an_empty_one)
{
    request req;
    req.set(request::variable::origin, "");

    BOOST_TEST(req.origin().value() == "");
    BOOST_TEST(!req.content_type());
    BOOST_TEST(req.query() == "");
    req.unset(request::variable::origin);
    BOOST_TEST(!req.origin());
}

BOOST_AUTO_TEST_CASE(the_body_is_what_comes_behind_the_variables)
{
    request req = a_request();
    BOOST_TEST(req.body() == "body");
    req.body_memory() += std::string(100'000, 'x');
    BOOST_TEST(req.body().size() == 100'004U);
    BOOST_TEST(req.method() == "POST");
    BOOST_TEST(req.path() == "/x");
}

BOOST_AUTO_TEST_CASE(values_stay_when_a_request_is_moved)
{
    request req = a_request();
    const request moved = std::move(req);
    BOOST_TEST(moved.method() == "POST");
    BOOST_TEST(moved.body() == "body");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_dropped_gives_its_memory_back_and_leaves_the_variables)
{
    for (const std::size_t bytes : {0U, 10U, 1'000'000U}) {
        request req = a_request();
        req.body_memory() += std::string(bytes, 'x');
        req.drop_body();
        BOOST_TEST(req.body().empty());
        BOOST_TEST(req.path_info() == "/x");
        BOOST_TEST(req.body_memory().capacity() < 2000U);
    }
}

BOOST_AUTO_TEST_CASE(a_variable_may_lie_anywhere_in_what_was_added)
{
    request req;
    req.set(request::variable::method, "PUT");
    const std::size_t start = req.add("xxQUERYxx");
    req.place(request::variable::query, start + 2, 5);
    BOOST_TEST(req.query() == "QUERY");
    BOOST_TEST(req.method() == "PUT");
}
