#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::codec;
using namespace wampfcgi::codec::testing;

namespace {

std::string with_options(std::string_view json)
{
    return R"({"topic":"t","options":)" + std::string(json) + "}";
}

/// The options of the PUBLISH without `acknowledge`, as JSON; "refused" when they are refused.
std::string options_of(std::string_view json, sender from = sender::holder_of_a_key)
{
    const auto parsed = parse_publication(with_options(json), from);
    if (!parsed) {
        BOOST_TEST(parsed.error().code == errc::options_invalid);
        return "refused";
    }
    const std::string text = result_body({{}, parsed->options}).value();
    const std::string begin = R"({"kwargs":{"acknowledge":true)";
    BOOST_REQUIRE(text.starts_with(begin));
    return text.substr(begin.size(), text.size() - begin.size() - 2);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(publication_body)

BOOST_AUTO_TEST_CASE(topic_args_and_kwargs_are_read_and_procedure_means_nothing)
{
    const auto parsed =
        parse_publication(R"({"procedure":1,"topic":"com.news","args":[1],"kwargs":{"options":{"retain":2}}})",
                          sender::anybody)
            .value();

    BOOST_TEST(parsed.topic == "com.news");
    BOOST_TEST(parsed.arguments.args == "\x91\x01"s);
    BOOST_TEST(parsed.arguments.kwargs == "\x81\xA7options\x81\xA6retain\x02"s);
    BOOST_TEST(parsed.options == "\x81\xAB"
                                 "acknowledge\xC3"s);
}

BOOST_AUTO_TEST_CASE(what_no_publication_is_made_of_is_refused)
{
    struct row {
        std::string_view body;
        errc code;
    };
    const std::vector<row> rows{
        {"{\xFF}", errc::body_not_utf8},
        {"{", errc::body_not_json},
        {"[]", errc::body_not_object},
        {R"({"procedure":"p"})", errc::topic_missing},
        {R"({"topic":null})", errc::topic_invalid},
        {R"({"topic":"a..b"})", errc::topic_invalid},
        {R"({"topic":"t","args":1})", errc::arguments_invalid},
        {R"({"topic":"t","kwargs":{"_http":1}})", errc::arguments_invalid},
        {R"({"topic":"t","options":[1]})", errc::options_invalid},
        {R"({"topic":"t","options":"x"})", errc::options_invalid},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.body)
        {
            const auto parsed = parse_publication(each.body, sender::anybody);
            BOOST_TEST((parsed ? errc::internal_error : parsed.error().code) == each.code);
        }
}

BOOST_AUTO_TEST_CASE(options_that_are_null_or_empty_or_unknown_ask_for_nothing)
{
    for (const std::string_view json : {"null", "[]", "{}", R"({"acknowledge":false,"x":1})", R"({"exclude":null})"})
        BOOST_TEST_CONTEXT(json) BOOST_TEST(options_of(json) == "");
}

BOOST_AUTO_TEST_CASE(known_options_are_taken_over_and_a_lone_value_becomes_a_list)
{
    BOOST_TEST(options_of(R"({"exclude_me":false,"retain":true})") == R"(,"exclude_me":false,"retain":true)");
    BOOST_TEST(options_of(R"({"exclude":1,"eligible":[2,9007199254740992]})") ==
               R"(,"exclude":[1],"eligible":[2,9007199254740992])");
    BOOST_TEST(
        options_of(R"({"exclude_authid":"a","exclude_authrole":["b"],"eligible_authid":[],"eligible_authrole":"c"})") ==
        R"(,"exclude_authid":["a"],"exclude_authrole":["b"],"eligible_authid":[],"eligible_authrole":["c"])");
}

BOOST_AUTO_TEST_CASE(an_option_of_another_type_is_refused)
{
    for (const std::string_view json :
         {R"({"exclude_me":1})", R"({"retain":"true"})", R"({"exclude":"1"})", R"({"exclude":[1,"2"]})",
          R"({"exclude":0})", R"({"eligible":-1})", R"({"eligible":9007199254740993})", R"({"eligible":1.5})",
          R"({"exclude_authid":1})", R"({"exclude_authrole":[null]})", R"({"eligible_authid":{}})",
          R"({"eligible_authrole":[["x"]]})", R"({"forward_for":{}})", R"({"forward_for":[1]})",
          R"({"forward_for":[{"session":"x"}]})", R"({"forward_for":[{"authid":null}]})"})
        BOOST_TEST_CONTEXT(json) BOOST_TEST(options_of(json) == "refused");
}

BOOST_AUTO_TEST_CASE(forward_for_is_believed_of_signed_requests_alone)
{
    const std::string_view json = R"({"forward_for":[{"session":1,"authid":"a","authrole":"b","x":null}]})";
    BOOST_TEST(options_of(json) == R"(,"forward_for":[{"session":1,"authid":"a","authrole":"b","x":null}])");
    BOOST_TEST(options_of(json, sender::anybody) == "");
    BOOST_TEST(options_of(R"({"forward_for":1})", sender::anybody) == "");
}

BOOST_AUTO_TEST_CASE(of_an_option_given_twice_the_last_counts)
{
    BOOST_TEST(options_of(R"({"retain":1,"retain":true})") == R"(,"retain":true)");
}

BOOST_AUTO_TEST_SUITE_END()
