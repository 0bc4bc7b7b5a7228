// The sample is documentation: it must parse, show every key, and change nothing.
#include "builders.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
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

std::string trimmed(const std::string& line)
{
    const std::size_t begin = line.find_first_not_of(' ');
    return begin == line.npos ? std::string{} : line.substr(begin);
}

// The text between two marks; the first occurrence counts.
std::string between(const std::string& text, std::string_view before, std::string_view behind)
{
    const std::size_t begin = text.find(before);
    BOOST_TEST_REQUIRE(begin != text.npos);
    const std::size_t end = text.find(behind, begin + before.size());
    BOOST_TEST_REQUIRE(end != text.npos);
    return text.substr(begin + before.size(), end - begin - before.size());
}

// The keys of a section, taken from the message about an unknown one.
std::vector<std::string> keys_of_section(const std::string& text)
{
    const mistakes found = mistakes_in(text);
    BOOST_TEST_REQUIRE(found.size() == 1U);
    std::vector<std::string> keys;
    std::istringstream list{between(found[0], "one of ", ", got ")};
    for (std::string key; list >> key;)
        keys.push_back(key.ends_with(',') ? key.substr(0, key.size() - 1) : key);
    return keys;
}

// The sample with one line uncommented.
struct variant_row {
    std::string line;
    std::string text;
};

// One variant for each commented line with a key.
std::vector<variant_row> uncommented_one_by_one()
{
    const auto lines = lines_of(sample());
    std::vector<variant_row> variants;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string line = trimmed(lines[i]);
        if (!line.starts_with("// \"") || line.find("\": ") == line.npos || !line.ends_with(','))
            continue;
        auto changed = lines;
        changed[i] = line.substr(3);
        if (changed[i].starts_with("\"urls\""))
            std::erase_if(changed, [](const std::string& other) { return trimmed(other).starts_with("\"url\""); });
        variants.push_back({line, joined(changed)});
    }
    return variants;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sample_file)

BOOST_AUTO_TEST_CASE(what_it_has_in_use_is_what_holds_without_it)
{
    const std::string services = R"({
        "/": {"type": "caller", "realm": "realm1", "role": "anonymous"},
        "publish": {"type": "publisher", "realm": "realm1", "role": "anonymous"},
        "events": {"type": "events", "realm": "realm1", "role": "anonymous",
                   "options": {"topics": ["com.example.news", "com.example.orders."]}},
        "hook": {"type": "webhook", "realm": "realm1", "role": "anonymous", "options": {"topic": "com.example.hook"}},
        "status": {"type": "status"},
        "console": {"type": "console"}})";
    const settings least = settings_in(R"({"router": {"url": "rs://127.0.0.1:8081"}, "paths": )" + services + '}');

    settings shown = settings_in(sample());

    shown.warnings = least.warnings;  // have line numbers
    BOOST_TEST((shown == least));
}

BOOST_AUTO_TEST_CASE(each_commented_key_may_be_uncommented)
{
    const auto variants = uncommented_one_by_one();

    BOOST_TEST(variants.size() == 35U);
    for (const auto& variant : variants) {
        const auto any_file = [](const std::string& path) {
            if (path.ends_with(".crt"))
                return file_content{pem_samples::certificate};
            return file_content{path.ends_with("client.key") ? pem_samples::key : std::string(64, '0')};
        };
        const auto parsed = parse_text(variant.text, any_file);
        BOOST_TEST_CONTEXT(variant.line)
        {
            BOOST_TEST(std::holds_alternative<settings>(parsed));
        }
    }
}

BOOST_AUTO_TEST_CASE(every_key_of_every_section_is_in_it)
{
    const std::string shown = sample();
    for (const std::string& text :
         {with_top(R"("x": 1)"), with_top(R"("log": {"x": 1})"), with_top(R"("store": {"url": "redis://h", "x": 1})"),
          with_top(R"("store": {"sentinel": {"urls": ["redis://h"], "master": "m", "x": 1}})"),
          with_router_members(R"("x": 1)"), with_router_members(R"("tls": {"x": 1})"),
          with_login(R"({"authmethod": "anonymous", "x": 1})"), with_options(R"("x": 1)"),
          with_options(R"("keys": {"a": {"secret": "s", "x": 1}})"),
          with_service(R"({"type": "caller", "realm": "r", "role": "f", "x": 1})"), with_webhook(R"(, "x": 1)"),
          with_verify(R"(, "x": 1)"), with_verify(R"(, "parts": {"signature": "v1", "x": 1})"),
          with_service(R"({"type": "publisher", "realm": "r", "role": "f", "options": {"x": 1}})"),
          with_service(R"({"type": "events", "realm": "r", "role": "f", "options": {"topics": [], "x": 1}})"),
          with_service(R"({"type": "status", "options": {"x": 1}})"), with_service(R"({"type": "console", "x": 1})"),
          with_service(R"({"type": "console", "options": {"x": 1}})")})
        for (const std::string& key : keys_of_section(text))
            BOOST_TEST_CONTEXT(key)
            {
                BOOST_TEST(shown.find('"' + key + "\": ") != std::string::npos);
            }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
