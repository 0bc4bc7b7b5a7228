// Parsing the query string.
#include "wampfcgi/checks/signature.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::checks;
using namespace std::string_literals;

namespace {

/// The parameters of a query, and what their views point into.
struct parsed {
    explicit parsed(std::string_view text) : query(text) {}
    parsed(const parsed&) = delete;
    parsed& operator=(const parsed&) = delete;

    std::string query;
    std::string decoded;
    const query_parameters given = parse_query(query, decoded);
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_five_parameters_are_read_and_others_ignored)
{
    const parsed query("x=0&signature=e&nonce=d&seq=c&timestamp=b&key=a&y");

    const auto& given = query.given;

    BOOST_TEST(given.key.value() == "a");
    BOOST_TEST(given.timestamp.value() == "b");
    BOOST_TEST(given.seq.value() == "c");
    BOOST_TEST(given.nonce.value() == "d");
    BOOST_TEST(given.signature.value() == "e");
}

BOOST_AUTO_TEST_CASE(a_parameter_is_absent_unless_it_is_named)
{
    for (const char* query : {"", "&", "&&", "=", "=a", "?key=a", "Key=a", "KEY=a", "keys=a", "ke=a", "key%3Da",
                              "x;key=a", "x=key=a", "key+=a", " key=a"})
        BOOST_TEST_CONTEXT(query)
    BOOST_TEST(!parsed(query).given.key.has_value());
}

BOOST_AUTO_TEST_CASE(values_are_form_decoded)
{
    struct row {
        const char* query;
        std::string key;
    };
    for (const row& row : {row{"key", ""},
                           row{"key=", ""},
                           row{"key&key=a", ""},
                           row{"key=a=b", "a=b"},
                           row{"key==", "="},
                           row{"key=a;b", "a;b"},
                           row{"key=a&", "a"},
                           row{"&&key=a&&", "a"},
                           row{"key=a+b", "a b"},
                           row{"key=a%2Bb%2bc", "a+b+c"},
                           row{"key=%26%3D", "&="},
                           row{"key=gr%C3%B6%c3%9fe", "größe"},
                           row{"key=größe", "größe"},
                           row{"key=a%00b", "a\0b"s},
                           row{"key=%ff", "\xff"},
                           row{"key=%252B", "%2B"},
                           row{"k%65y=a", "a"},
                           row{"%6B%65%79=a", "a"},
                           row{"key=a&key=b", "a"},
                           row{"key=a&k%65y=b", "a"},
                           row{"key=%", "%"},
                           row{"key=%4", "%4"},
                           row{"key=%4&x", "%4"},
                           row{"key=%zz", "%zz"},
                           row{"key=%4z", "%4z"},
                           row{"key=%z4", "%z4"},
                           row{"key=%%41", "%A"},
                           row{"key=%u0041", "%u0041"},
                           row{"key=% 41", "% 41"},
                           row{"key=%+1", "% 1"},
                           row{"key=%-1", "%-1"}})
        BOOST_TEST_CONTEXT(row.query)
        {
            const parsed query(row.query);

            BOOST_TEST_REQUIRE(query.given.key.has_value());
            BOOST_TEST(*query.given.key == row.key);
        }
}

BOOST_AUTO_TEST_CASE(every_parameter_counts_the_first_time_it_is_given)
{
    const parsed query(
        "key=a1&timestamp=b1&seq=c1&nonce=d1&signature=e1&key=a2&timestamp=b2&seq=c2&nonce=d2&signature=e2");

    const auto& given = query.given;

    BOOST_TEST(given.key.value() == "a1");
    BOOST_TEST(given.timestamp.value() == "b1");
    BOOST_TEST(given.seq.value() == "c1");
    BOOST_TEST(given.nonce.value() == "d1");
    BOOST_TEST(given.signature.value() == "e1");
}

BOOST_AUTO_TEST_CASE(decoded_values_stay_valid_while_others_are_decoded)
{
    const std::string longer(100, 'z');
    const parsed query("key=%61" + longer + "&timestamp=%62" + longer + "&seq=%63&nonce=d&signature=%65" + longer);

    BOOST_TEST(query.given.key.value() == "a" + longer);
    BOOST_TEST(query.given.timestamp.value() == "b" + longer);
    BOOST_TEST(query.given.seq.value() == "c");
    BOOST_TEST(query.given.nonce.value() == "d");
    BOOST_TEST(query.given.signature.value() == "e" + longer);
}

BOOST_AUTO_TEST_CASE(the_parameters_that_sign_nothing_are_listed_as_sent)
{
    struct row {
        const char* query;
        parameter_list others;
    };
    for (const row& row :
         {row{"", {}}, row{"&&", {}}, row{"a=1&b=2", {{"a", "1"}, {"b", "2"}}},
          row{"b=2&a=1&b=1", {{"b", "2"}, {"a", "1"}, {"b", "1"}}},
          row{"a&b=&=c&=", {{"a", ""}, {"b", ""}, {"", "c"}, {"", ""}}},
          row{"key=k&a=1&timestamp=t&seq=s&b=2&nonce=n&signature=x", {{"a", "1"}, {"b", "2"}}},
          row{"key=1&key=2&k%65y=3&Key=4&keys=5", {{"Key", "4"}, {"keys", "5"}}},
          row{"gr%C3%B6%c3%9fe=a+b%2Bc", {{"größe", "a b+c"}}},
          row{"a=b=c&d%3De=f%26g", {{"a", "b=c"}, {"d=e", "f&g"}}}, row{"a=%zz&b=%", {{"a", "%zz"}, {"b", "%"}}}})
        BOOST_TEST_CONTEXT(row.query)
        {
            const auto others = other_parameters(row.query);

            BOOST_TEST_REQUIRE(others.has_value());
            BOOST_TEST((*others == row.others));
        }
}

BOOST_AUTO_TEST_CASE(a_parameter_with_u_0000_or_without_utf_8_is_refused_by_its_name_where_that_is_plain)
{
    struct row {
        std::string query, parameter, detail;
    };
    for (const row& row :
         {row{"a=1&user_id=%00", "user_id", "value of a parameter contains U+0000"},
          row{"a.b-c=x%00y", "a.b-c", "value of a parameter contains U+0000"},
          row{"a=%ff", "a", "value of a parameter is not UTF-8"},
          row{"a=%C3", "a", "value of a parameter is not UTF-8"},
          row{"%00=a", "query", "name of a parameter contains U+0000"},
          row{"a%00=a", "query", "name of a parameter contains U+0000"},
          row{"%ff=a", "query", "name of a parameter is not UTF-8"},
          row{"=%00", "query", "value of a parameter contains U+0000"},
          row{"a%22b=%00", "query", "value of a parameter contains U+0000"},
          row{std::string(64, 'x') + "=%00", std::string(64, 'x'), "value of a parameter contains U+0000"},
          row{std::string(65, 'x') + "=%00", "query", "value of a parameter contains U+0000"}})
        BOOST_TEST_CONTEXT(row.query)
        {
            const auto others = other_parameters(row.query);

            BOOST_TEST_REQUIRE(others.has_error());
            BOOST_TEST((others.error().code == errc::parameter_invalid));
            BOOST_TEST(others.error().parameter == row.parameter);
            BOOST_TEST(others.error().detail == row.detail);
        }
    BOOST_TEST(other_parameters("key=%00&nonce=%ff").has_value());
}
