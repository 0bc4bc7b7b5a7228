// The sample is documentation: it must parse, show every key, and tell the ranges and defaults that hold.
#include "builders.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace wampfcgi::config::test {
namespace {

std::string sample()
{
    std::ifstream file{WAMPFCGI_SOURCE_DIR "/etc/config.json"};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string text;
    for (const std::string& line : lines)
        text += line + '\n';
    return text;
}

std::vector<std::string> matches(const std::string& text, const std::regex& pattern)
{
    std::vector<std::string> found;
    for (std::sregex_iterator one{text.begin(), text.end(), pattern}, end; one != end; ++one)
        found.push_back((*one)[1]);
    return found;
}

// The keys of a section, from the mistake that an unknown one is.
std::vector<std::string> keys_of_section(const std::string& text)
{
    const mistakes found = mistakes_in(text);
    const auto unknown = std::find_if(found.begin(), found.end(), [](const auto& one) {
        return one.find("f:1: ") == 0 && one.find("unknown key") != one.npos;
    });
    BOOST_TEST_REQUIRE((unknown != found.end()));
    const std::size_t begin = unknown->find("one of ") + 7;
    return matches(unknown->substr(begin, unknown->find(", got ") - begin), std::regex{R"(([^ ,]+))"});
}

// Every line that is a key in a comment, as a text with the comment marks of this line alone taken away.
struct variant_row {
    std::string line;
    std::string text;
};

std::vector<variant_row> uncommented_one_by_one()
{
    const std::regex commented_key{R"(^( *)// ("[^"]+": .*,)$)"};
    const auto lines = lines_of(sample());
    std::vector<variant_row> variants;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::smatch parts;
        if (!std::regex_match(lines[i], parts, commented_key))
            continue;
        auto changed = lines;
        changed[i] = parts[2];
        if (parts[2].str().starts_with("\"urls\""))
            std::erase_if(changed, [](const std::string& line) { return line.find("   \"url\"") != line.npos; });
        variants.push_back({lines[i], joined(changed)});
    }
    return variants;
}

// The comment above the live line of `key`.
std::string comment_of(const std::string& key)
{
    std::string comment;
    for (const std::string& line : lines_of(sample())) {
        const std::size_t begin = line.find_first_not_of(' ');
        const std::string text = begin == line.npos ? "" : line.substr(begin);
        if (text.starts_with("// "))
            comment += text.substr(2);
        else if (text.starts_with('"' + key + '"'))
            return comment;
        else
            comment.clear();
    }
    return {};
}

void check_default_options(const service_options& shown)
{
    const service_options defaults;
    BOOST_TEST((shown.key == defaults.key));
    BOOST_TEST((shown.secret == defaults.secret));
    BOOST_TEST(shown.post_body_limit == defaults.post_body_limit);
    BOOST_TEST((shown.timestamp_delta_limit == defaults.timestamp_delta_limit));
    BOOST_TEST((shown.require_ip == defaults.require_ip));
    BOOST_TEST(shown.require_tls == defaults.require_tls);
    BOOST_TEST(shown.debug == defaults.debug);
    BOOST_TEST((shown.call_timeout == defaults.call_timeout));
    BOOST_TEST((shown.procedures == defaults.procedures));
    BOOST_TEST(shown.allowed_origins == defaults.allowed_origins, boost::test_tools::per_element());
    BOOST_TEST((shown.status_codes == defaults.status_codes));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sample_file)

BOOST_AUTO_TEST_CASE(its_live_keys_stand_at_the_defaults_of_the_settings)
{
    const settings defaults;

    const settings shown = settings_in(sample());

    BOOST_TEST(shown.mount == defaults.mount);
    BOOST_TEST(shown.max_in_flight == defaults.max_in_flight);
    BOOST_TEST((shown.router.connect_timeout == defaults.router.connect_timeout));
    BOOST_TEST(shown.router.by_role.empty());
    BOOST_TEST_REQUIRE(shown.services.size() == 1U);
    check_default_options(shown.services[0].options);
}

BOOST_AUTO_TEST_CASE(each_commented_key_may_be_uncommented)
{
    const auto variants = uncommented_one_by_one();

    BOOST_TEST(variants.size() == 11U);
    for (const auto& variant : variants) {
        const auto secret_of_any_file = [](const std::string&, std::string&) { return std::string{"s3cret"}; };
        const auto parsed = parse(variant.text, "f", secret_of_any_file);
        BOOST_TEST_CONTEXT(variant.line)
        BOOST_TEST(std::holds_alternative<settings>(parsed));
    }
}

BOOST_AUTO_TEST_CASE(every_key_of_every_section_is_in_it)
{
    const auto shown = matches(sample(), std::regex{"\"([^\"]+)\": "});
    for (const std::string& text :
         {with_top(R"("x": 1)"), with_router_members(R"("x": 1)"), with_router_members(R"("tls": {"x": 1})"),
          with_login(R"({"authmethod": "anonymous", "x": 1})"), with_options(R"("x": 1)"),
          with_service(R"({"type": "caller", "realm": "r", "role": "f", "x": 1})")})
        for (const std::string& key : keys_of_section(text))
            BOOST_TEST_CONTEXT(key)
    BOOST_TEST((std::find(shown.begin(), shown.end(), key) != shown.end()));
}

BOOST_AUTO_TEST_CASE(the_default_in_a_comment_is_the_live_value)
{
    const std::regex live_scalar{R"x(^ *"([a-z_]+)": ([^{]+),$)x"};
    std::size_t compared = 0;
    for (const std::string& line : lines_of(sample())) {
        std::smatch parts;
        if (!std::regex_match(line, parts, live_scalar))
            continue;
        const std::string comment = comment_of(parts[1]);
        if (comment.find("Required") != comment.npos)
            continue;
        BOOST_TEST_CONTEXT(line << comment)
        BOOST_TEST(comment.ends_with(" Default: " + parts[2].str() + '.'));
        ++compared;
    }
    BOOST_TEST(compared == 10U);
}

BOOST_AUTO_TEST_CASE(the_range_in_a_comment_is_the_one_that_the_mistake_names)
{
    const std::vector<std::pair<std::string, std::string>> numbers{
        {"max_in_flight", with_top(R"("max_in_flight": {})")},
        {"connect_timeout", with_router_members(R"("connect_timeout": {})")},
        {"post_body_limit", with_options(R"("post_body_limit": {})")},
        {"timestamp_delta_limit", with_options(R"("timestamp_delta_limit": {})")},
        {"call_timeout", with_options(R"("call_timeout": {})")}};
    for (const auto& [key, text] : numbers) {
        const auto range = matches(mistakes_in(text).at(0), std::regex{R"( in (\d+\.\.\d+),)"}).at(0);
        BOOST_TEST_CONTEXT(key)
        BOOST_TEST(comment_of(key).find(": " + range + '.') != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
