// The line numbers of mistakes.
#include "builders.hpp"

#include "config/tree.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace wampfcgi::config::test {
namespace {

constexpr std::string_view several_mistakes = R"(// a comment
{
  "router": {
    "url": "rs://localhost",
    "connect_timeout":
      0,
    "urll": 1
  },
  /* a comment that goes on
     in the next line */ "mont": "/wamp",
  "paths": {
    "call": {
      "type": "caller",
      "realm": "r",
      "options": {
        "require_ip": [
          "127.0.0.1",
          "127.0.0.256"
        ],
        "debug": 1
      },
      "options": {}
    }
  }
}
)";

const mistakes all_of_them{
    R"(f:4: router.url: expected a port behind the host, as in rs://HOST:PORT, got "rs://localhost")",
    "f:6: router.connect_timeout: expected 1..300, got 0",
    "f:7: router.urll: unknown key, expected one of url, urls, serializer, connect_timeout, keepalive, proxy, "
    "credentials, tls, "
    R"(got "urll" (did you mean "url"?))",
    "f:10: mont: unknown key, expected one of router, paths, mount, max_in_flight, max_streams, max_requests, "
    "shutdown_grace, state_dir, store, replay_capacity, limits, log, $schema, "
    R"(got "mont" (did you mean "mount"?))",
    "f:12: paths.call.role: expected a string, got nothing (it is required)",
    R"(f:18: paths.call.options.require_ip[1]: expected an IPv4 or IPv6 address or network, got "127.0.0.256")",
    "f:20: paths.call.options.debug: expected true or false, got 1",
    "f:22: paths.call.options: expected the key once, got it again (first in line 15)",
};

std::string with_line_ends(std::string_view text, std::string_view line_end)
{
    std::string out;
    for (const char c : text)
        out += c == '\n' ? std::string{line_end} : std::string{c};
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lines)

BOOST_AUTO_TEST_CASE(every_mistake_is_reported_in_the_order_of_the_lines)
{
    BOOST_TEST(mistakes_in(several_mistakes) == all_of_them, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(carriage_returns_do_not_count)
{
    BOOST_TEST(mistakes_in(with_line_ends(several_mistakes, "\r\n")) == all_of_them, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_does_not_count)
{
    BOOST_TEST(mistakes_in("\xEF\xBB\xBF" + std::string{several_mistakes}) == all_of_them,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_token_at_the_end_of_a_line_belongs_to_this_line)
{
    const auto tree = read_tree("[\n1\n,\ntrue\n,\nnull\n,\n\"x\"\n,\n-1.5e3\n,\n[\n]\n]");

    const node& list = std::get<node>(tree);
    BOOST_TEST(list.line == 1U);
    BOOST_TEST_REQUIRE(list.items.size() == 6U);
    for (std::size_t i = 0; i < 6; ++i)
        BOOST_TEST(list.items[i].line == 2 * (i + 1));
    BOOST_TEST(list.items[4].text == "-1.5e3");
}

BOOST_AUTO_TEST_CASE(white_space_and_comments_between_any_two_tokens_keep_the_lines)
{
    const std::vector<std::string> tokens{"{", "\"a\"", ":",     "[", "1",     ",", "true", ",",
                                          "]", ",",     "\"b\"", ":", "\"x\"", ",", "}"};
    const std::vector<std::string> fillers{"", " ", "\n", "\r\n", "// * / \"x\n", "/**/", "/* *\n / */", "/*\n\n*/"};
    for (const std::string& one : fillers)
        for (const std::string& other : fillers) {
            const std::string filler = one + other;
            const auto step = static_cast<std::size_t>(std::count(filler.begin(), filler.end(), '\n'));
            std::string text = filler;
            for (const std::string& token : tokens)
                text += token + filler;
            const auto line_of = [step](std::size_t token) { return 1 + step * (token + 1); };

            const auto tree = read_tree(text);

            BOOST_TEST_CONTEXT(text)
            {
                const node& root = std::get<node>(tree);
                BOOST_TEST(root.line == line_of(0));
                BOOST_TEST(root.members.at(0).line == line_of(1));
                BOOST_TEST(root.members.at(0).value.line == line_of(3));
                BOOST_TEST(root.members.at(0).value.items.at(0).line == line_of(4));
                BOOST_TEST(root.members.at(0).value.items.at(1).line == line_of(6));
                BOOST_TEST(root.members.at(1).line == line_of(10));
                BOOST_TEST(root.members.at(1).value.line == line_of(12));
            }
        }
}

BOOST_AUTO_TEST_CASE(a_syntax_error_is_reported_alone_with_its_line)
{
    const std::string text = "{\n  \"router\": 5,\n  // a comment\n  \"paths\" 6\n}\n";

    const auto found = mistakes_in(text);

    BOOST_TEST(found == mistakes{"f:4: expected JSON, got a syntax error at column 11: a colon is missing before it"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_end_too_early_names_the_bracket_that_is_open)
{
    const auto found = mistakes_in("{\n  \"router\": {\n    \"urls\": [\n  ],\n\n");

    BOOST_TEST(found == mistakes{R"(f:5: expected "}" for the "{" in line 2, got the end of the file)"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_end_in_a_comment_names_the_line_in_which_it_began)
{
    const auto found = mistakes_in("{\n/* a\nb\n/*");

    BOOST_TEST(found == mistakes{R"(f:4: expected "*/" for the "/*" in line 2, got the end of the file)"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_are_refused_even_in_a_comment)
{
    BOOST_TEST(mistakes_in("{\n// gr\xFC\xDF\n}") == mistakes{"f:2: expected UTF-8, got another byte at column 6"},
               boost::test_tools::per_element());
    BOOST_TEST(mistakes_in("{\"\xC0\x80\": 1}") == mistakes{"f:1: expected UTF-8, got another byte at column 3"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(other_languages_are_shown_as_they_are)
{
    const auto found = mistakes_in(with_options(R"("debug": "größer \u0085 日本 😀")"));

    BOOST_TEST(found == mistakes{R"(f:1: paths.call.options.debug: expected true or false, )"
                                 R"(got "größer \u0085 日本 😀")"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nothing_of_a_secret_is_in_any_message)
{
    for (const char* const value :
         {R"("s3cret)", "s3cret", R"("s3cret" "x")", R"(["s3cret"])", R"({"s3cret2": "s3cret"})"})
        for (const std::string_view key : {"secret", "secret_file"}) {
            const std::string member = std::string{"\""}.append(key).append("\": ") + value;
            for (const std::string& text :
                 {with_options("\"key\": \"k\", " + member), with_login("{\"authmethod\": \"ticket\", " + member + '}'),
                  with_login("{\"authmethod\": \"anonymous\", " + member + '}'), with_login(value)})
                for (const std::string& mistake : mistakes_in(text))
                    BOOST_TEST(mistake.find("s3cret\"") == std::string::npos);
        }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
