// The sample is documentation: it must parse, show every key, and tell the ranges and defaults that hold.
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

// The comment above the uncommented line of `key`.
std::string comment_of(const std::string& key)
{
    std::string comment;
    for (const std::string& line : lines_of(sample())) {
        const std::string text = trimmed(line);
        if (text.starts_with("// "))
            comment += text.substr(2);
        else if (text.starts_with('"' + key + '"'))
            return comment;
        else
            comment.clear();
    }
    return {};
}

std::string with_events_option(const std::string& member)
{
    return with_service(R"({"type": "events", "realm": "r", "role": "f", "options": {"topics": ["a."], )" + member +
                        "}}");
}

void check_default_log(const log_settings& shown)
{
    const log_settings defaults;
    BOOST_TEST((shown.target == defaults.target));
    BOOST_TEST(shown.file == defaults.file);
    BOOST_TEST((shown.format == defaults.format));
    BOOST_TEST((shown.level == defaults.level));
    BOOST_TEST(shown.access == defaults.access);
    BOOST_TEST((shown.slow == defaults.slow));
    BOOST_TEST((shown.timestamps == defaults.timestamps));
}

void check_default_options(const service_options& shown)
{
    const service_options defaults;
    BOOST_TEST(shown.keys.empty());
    BOOST_TEST(shown.post_body_limit == defaults.post_body_limit);
    BOOST_TEST((shown.timestamp_delta_limit == defaults.timestamp_delta_limit));
    BOOST_TEST(shown.replay_protection == defaults.replay_protection);
    BOOST_TEST((shown.require_ip == defaults.require_ip));
    BOOST_TEST(shown.require_tls == defaults.require_tls);
    BOOST_TEST(!shown.rate);
    BOOST_TEST(shown.debug == defaults.debug);
    BOOST_TEST((shown.call_timeout == defaults.call_timeout));
    BOOST_TEST((shown.procedures == defaults.procedures));
    BOOST_TEST(shown.max_streams_per_address == defaults.max_streams_per_address);
    BOOST_TEST((shown.heartbeat == defaults.heartbeat));
    BOOST_TEST((shown.max_stream == defaults.max_stream));
    BOOST_TEST((shown.procedure == defaults.procedure));
    BOOST_TEST((shown.max_age == defaults.max_age));
    BOOST_TEST((shown.cache == defaults.cache));
    BOOST_TEST(shown.success_status == defaults.success_status);
    BOOST_TEST(shown.allowed_origins == defaults.allowed_origins, boost::test_tools::per_element());
    BOOST_TEST((shown.status_codes == defaults.status_codes));
    BOOST_TEST(shown.webhook.headers.empty());
    BOOST_TEST(shown.webhook.success_response == defaults.webhook.success_response);
    BOOST_TEST(shown.webhook.error_response == defaults.webhook.error_response);
    BOOST_TEST(shown.webhook.verify_by.empty());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sample_file)

BOOST_AUTO_TEST_CASE(its_live_keys_stand_at_the_defaults_of_the_settings)
{
    const settings defaults;

    const settings shown = settings_in(sample());

    BOOST_TEST(shown.mount == defaults.mount);
    BOOST_TEST(shown.max_in_flight == defaults.max_in_flight);
    BOOST_TEST(shown.max_streams == defaults.max_streams);
    BOOST_TEST(shown.max_requests == defaults.max_requests);
    BOOST_TEST((shown.shutdown_grace == defaults.shutdown_grace));
    BOOST_TEST(shown.state_dir == defaults.state_dir);
    BOOST_TEST(shown.replay_capacity == defaults.replay_capacity);
    BOOST_TEST(!shown.store);
    BOOST_TEST((shown.router.connect_timeout == defaults.router.connect_timeout));
    BOOST_TEST((shown.router.keepalive == defaults.router.keepalive));
    BOOST_TEST((shown.router.serializer == defaults.router.serializer));
    BOOST_TEST(shown.router.by_role.empty());
    BOOST_TEST_REQUIRE(shown.services.size() == 6U);
    check_default_log(shown.log);
    for (const service_settings& each : shown.services) {
        check_default_options(each.options);
        BOOST_TEST(each.options.topics.has_value() == (each.type == service_type::events));
    }
}

BOOST_AUTO_TEST_CASE(each_commented_key_may_be_uncommented)
{
    const auto variants = uncommented_one_by_one();

    BOOST_TEST(variants.size() == 32U);
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

BOOST_AUTO_TEST_CASE(the_default_in_a_comment_is_the_live_value)
{
    std::size_t compared = 0;
    for (const std::string& line : lines_of(sample())) {
        const std::string text = trimmed(line);
        if (!text.starts_with('"') || !text.ends_with(','))
            continue;
        const std::string comment = comment_of(between(text, "\"", "\": "));
        if (comment.find("Required") != comment.npos || comment.find("Default: none") != comment.npos)
            continue;
        BOOST_TEST_CONTEXT(line << comment)
        {
            BOOST_TEST(comment.ends_with(" Default: " + between(text, "\": ", ",") + '.'));
        }
        ++compared;
    }
    BOOST_TEST(compared == 27U);
}

BOOST_AUTO_TEST_CASE(the_range_in_a_comment_is_the_one_that_the_mistake_names)
{
    const std::vector<std::pair<std::string, std::string>> numbers{
        {"max_in_flight", with_top(R"("max_in_flight": {})")},
        {"max_streams", with_top(R"("max_streams": {})")},
        {"max_requests", with_top(R"("max_requests": {})")},
        {"shutdown_grace", with_top(R"("shutdown_grace": {})")},
        {"replay_capacity", with_top(R"("replay_capacity": {})")},
        {"connect_timeout", with_router_members(R"("connect_timeout": {})")},
        {"keepalive", with_router_members(R"("keepalive": {})")},
        {"post_body_limit", with_options(R"("post_body_limit": {})")},
        {"timestamp_delta_limit", with_options(R"("timestamp_delta_limit": {})")},
        {"call_timeout", with_options(R"("call_timeout": {})")},
        {"max_streams_per_address", with_events_option(R"("max_streams_per_address": {})")},
        {"heartbeat", with_events_option(R"("heartbeat": {})")},
        {"max_stream_seconds", with_events_option(R"("max_stream_seconds": {})")}};
    for (const auto& [key, text] : numbers) {
        const auto range = between(mistakes_in(text).at(0), " in ", ", got ");
        BOOST_TEST_CONTEXT(key)
        {
            BOOST_TEST(comment_of(key).find(": " + range + '.') != std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
