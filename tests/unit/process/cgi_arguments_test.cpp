#include "wampfcgi/process/cgi_arguments.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace wampfcgi::process;

namespace {

std::string joined(const std::optional<std::vector<const char*>>& arguments)
{
    if (!arguments)
        return "(refused)";
    std::string text;
    for (const char* each : *arguments)
        text.append("<").append(each).append(">");
    return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_words_of_a_query_are_no_arguments_of_a_cgi_program)
{
    struct row {
        std::string_view name;
        std::vector<const char*> arguments;
        std::string_view query;
        std::string_view expected;
    };
    const std::vector<row> rows{
        {"no query", {"--config", "a"}, "", "<--config><a>"},
        {"query with =, which no server passes on", {"--config", "a"}, "x=1", "<--config><a>"},
        {"one word", {"x"}, "x", ""},
        {"an option", {"--version"}, "--version", ""},
        {"several words", {"a", "b", "c"}, "a+b+c", ""},
        {"decoded", {"a b", "--x"}, "a%20b+%2d-x", ""},
        {"escaped for a shell", {"a\\;b", "\\$x"}, "a;b+$x", ""},
        {"bad escapes", {"%zz%4"}, "%zz%4", ""},
        {"empty words", {"a", "", "b"}, "a++b", ""},
        {"empty words left out", {"a", "b"}, "a++b", ""},
        {"behind the administrator's", {"--config", "a", "x", "y"}, "x+y", "<--config><a>"},
        {"a wrapper that leaves them out", {"--config", "/etc/a"}, "x", "<--config></etc/a>"},
        {"a server that leaves them out", {}, "x", ""},
        {"a configuration of the client's", {"--config", "/tmp/x"}, "--config+/tmp/x", "(refused)"},
        {"a configuration behind the administrator's", {"--config", "a", "--config", "b"}, "--config+b", "(refused)"},
        {"words that did not come whole", {"--config", "/tmp/x"}, "--config+/tmp/x+y", "(refused)"},
        {"a query that came as one argument", {"--config /tmp/x"}, "--config+/tmp/x", "(refused)"},
        {"a query that came in other words", {"--config"}, "x%2B--config", "(refused)"},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            BOOST_TEST(joined(own_arguments(each.arguments, each.query)) == each.expected);
        }
}
