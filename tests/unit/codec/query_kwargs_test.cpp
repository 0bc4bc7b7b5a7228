// Keyword arguments from query parameters.
#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::codec;
using namespace wampfcgi::codec::testing;

namespace {

using parameters = std::vector<std::pair<std::string, std::string>>;

}  // namespace

BOOST_AUTO_TEST_CASE(values_are_strings_in_the_order_of_the_query_and_a_name_given_twice_is_a_list)
{
    struct row {
        parameters given;
        std::string kwargs;
    };
    for (const row& row : {row{{}, "{}"}, row{{{"b", "2"}, {"a", "true"}}, R"({"b":"2","a":"true"})"},
                           row{{{"a", "1"}, {"b", "x"}, {"a", ""}, {"a", "1"}}, R"({"a":["1","","1"],"b":"x"})"},
                           row{{{"", "x"}}, R"({"":"x"})"}, row{{{"größe", "☃ \"\\"}}, R"({"größe":"☃ \"\\"})"},
                           row{{{"__http", "x"}, {"_HTTP", "y"}}, R"({"__http":"x","_HTTP":"y"})"}})
        BOOST_TEST_CONTEXT(row.kwargs)
    BOOST_TEST(query_kwargs(row.given).value() == kwargs_of(row.kwargs));
}

BOOST_AUTO_TEST_CASE(thousands_of_names_and_values_keep_their_order)
{
    parameters given;
    std::string list, others;
    for (int i = 0; i < 5000; ++i) {
        const std::string number = std::to_string(i);
        given.emplace_back("same", number);
        given.emplace_back(number, "x");
        list += (i == 0 ? "\"" : ",\"") + number + '"';
        others += ",\"" + number + "\":\"x\"";
    }

    BOOST_TEST(query_kwargs(given).value() == kwargs_of("{\"same\":[" + list + "]" + others + "}"));
}

BOOST_AUTO_TEST_CASE(the_reserved_member_is_refused)
{
    BOOST_TEST(query_kwargs(parameters{{"a", "1"}, {"_http", "x"}}).error().code == errc::arguments_invalid);
}

BOOST_AUTO_TEST_CASE(arguments_one_byte_over_what_the_router_takes_are_refused)
{
    const parameters given{{"a", "12345"}};  // a map header, and two strings with a header each

    BOOST_TEST(query_kwargs(given, 9).has_value());
    BOOST_TEST(query_kwargs(given, 8).error().code == errc::body_too_large);
    BOOST_TEST(query_kwargs(given, 8).error().detail == "arguments of 9 bytes, the router takes 8");
}
