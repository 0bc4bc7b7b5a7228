#include "builders.hpp"

#include <boost/test/unit_test.hpp>
#include <boost/version.hpp>

namespace wampfcgi::config::test {
namespace {

constexpr faulty_row no_json[] = {
    {as_it_is, "", "f:1: expected an object, got the end of the file"},
    {as_it_is, R"({"router": {"url": "rs://h:1"})",
     R"(f:1: expected "}" for the "{" in line 1, got the end of the file)"},
    {as_it_is, R"({"router": [1, 2)", R"(f:1: expected "]" for the "[" in line 1, got the end of the file)"},
    {as_it_is, R"({"router": /* never)", R"(f:1: expected "*/" for the "/*" in line 1, got the end of the file)"},
    {as_it_is, R"({"a": tru})",
     "f:1: expected JSON, got a syntax error at column 7: a value is missing there, or a string without quotes"},
    {as_it_is, "{\"a\": \"x\n\"}",
     "f:1: expected JSON, got the end of the line inside a value at column 9: a string is not closed"},
    {as_it_is, R"({"a" 1})", "f:1: expected JSON, got a syntax error at column 6: a colon is missing before it"},
    {as_it_is, "{} {}", "f:1: expected the end of the file, got more at column 4"},
    {as_it_is, "{}\n x", "f:2: expected the end of the file, got more at column 2"},
    {as_it_is, R"({"a": "\ud800"})",
     "f:1: expected JSON, got a syntax error at column 14: an invalid escape in a string"},
    {as_it_is, "{\"a\": /* \n x */ ; }",
     "f:2: expected JSON, got a syntax error at column 7: a value is missing there, or a string without quotes"},
    {as_it_is, R"({"a": 1 "b": 2})",
     "f:1: expected JSON, got a syntax error at column 9: a comma is missing before it"},
    {as_it_is, "{\"a\": [1] // ,\n \"b\": 2}",
     "f:2: expected JSON, got a syntax error at column 2: a comma is missing before it"},
    {as_it_is, R"([1 2])", "f:1: expected JSON, got a syntax error at column 4: a comma is missing before it"},
    {as_it_is, R"(["," "b"])", "f:1: expected JSON, got a syntax error at column 6: a comma is missing before it"},
    {as_it_is, R"(["\", " "b"])", "f:1: expected JSON, got a syntax error at column 9: a comma is missing before it"},
    {as_it_is, R"({"a": [1})", "f:1: expected JSON, got a syntax error at column 9: a \"]\" is missing before it"},
    {as_it_is, R"([{"a": 1])", "f:1: expected JSON, got a syntax error at column 9: a \"}\" is missing before it"},
    {as_it_is, R"({a: 1})",
     "f:1: expected JSON, got a syntax error at column 2: a key in double quotes is missing there"},
    {as_it_is, R"({"a": 1,, "b": 2})",
     "f:1: expected JSON, got a syntax error at column 9: a key in double quotes is missing there"},
    {as_it_is, R"({"a": 'b'})", "f:1: expected JSON, got a syntax error at column 7: strings need double quotes"},
    {as_it_is, "{\"a\": \"\t\"}",
     "f:1: expected JSON, got a syntax error at column 8: a control character in a string"},
    {as_it_is, "x",
     "f:1: expected JSON, got a syntax error at column 1: a value is missing there, or a string without quotes"},
#if BOOST_VERSION <= 108100  // the parser of later versions takes it for infinite, like 1e400
    {as_it_is, R"({"a": 1e99999999999})", "f:1: expected a number that fits a double, got a larger one"},
#endif
    {as_it_is, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]", "f:1: expected at most 32 nested lists and objects, got more"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(faulty_syntax)

BOOST_AUTO_TEST_CASE(a_text_that_is_no_json_is_one_mistake_with_its_line)
{
    check_rows(no_json);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
