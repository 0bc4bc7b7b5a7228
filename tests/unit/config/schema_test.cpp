// The schema defines the defaults: a file that states a default must equal one that omits it.
#include "builders.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::config::test {
namespace {

namespace json = boost::json;

json::value schema()
{
    std::ifstream file{WAMPFCGI_SOURCE_DIR "/etc/config.schema.json"};
    return json::parse(std::string{std::istreambuf_iterator<char>{file}, {}});
}

const std::string options_pointer = "/definitions/service/properties/options";

// An object of the schema, and a valid file with one. "@" is replaced by a test's addition.
struct place {
    std::string pointer;
    std::string file;

    std::string with(const std::string& members) const
    {
        std::string text = file;
        return text.replace(text.find('@'), 1, members);
    }
};

place service_with(const std::string& type, const std::string& options)
{
    const std::string session = type == "status" ? "" : R"("realm": "r", "role": "f", )";
    return {options_pointer,
            with_service(R"({"type": ")" + type + "\", " + session + R"("options": {)" + options + "@}}")};
}

// Keys that need another key are tested beside it.
const std::vector<place>& places()
{
    static const std::vector<place> all{
        {"", with_top(R"("state_dir": "/s" @)")},
        {"/properties/log", with_top(R"("log": {"timestamps": true @})")},
        {"/properties/limits", with_top(R"("limits": {"request_buffers": 1048576 @})")},
        {"/properties/router", with_router(R"({"url": "rs://h:1" @})")},
        {"/properties/store", with_top(R"("store": {"url": "redis://h" @})")},
        {"/definitions/service", with_service(R"({"type": "caller", "realm": "r", "role": "f" @})")},
        service_with("caller", R"("procedure": "a.b")"),
        service_with("caller", R"("procedure": "a.b", "methods": ["GET"])"),
        service_with("publisher", R"("topics": [])"),
        service_with("events", R"("topics": [])"),
        service_with("webhook", R"("topic": "a.b")"),
        service_with("status", R"("token_file": "/t")"),
        {options_pointer + "/properties/rate_limit", with_options(R"("rate_limit": {"requests": 1, "seconds": 1 @})")},
        {"/definitions/verification",
         with_webhook(R"(, "verify": {"header": "A", "secret": "s", "timestamp_header": "T" @})")}};
    return all;
}

std::variant<settings, mistakes> parsed(const std::string& text)
{
    return parse_text(text, [](const std::string&) { return file_content{"content"}; });
}

// Pairs of an object and a key with a default.
using key_set = std::set<std::pair<std::string, std::string>>;

void add_keys_with_defaults(const json::value& object, const std::string& pointer, key_set& to)
{
    for (const auto& [key, what] : object.at("properties").as_object())
        if (what.as_object().contains("default"))
            to.emplace(pointer, key);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(schema_file)

BOOST_AUTO_TEST_CASE(its_defaults_are_those_of_the_settings)
{
    const json::value all = schema();
    key_set wanted;
    key_set tried;

    for (const place& where : places()) {
        const json::value& object = where.pointer.empty() ? all : all.at_pointer(where.pointer);
        add_keys_with_defaults(object, where.pointer, wanted);
        const auto without = parsed(where.with(""));
        BOOST_TEST_REQUIRE(std::holds_alternative<settings>(without), where.file);
        for (const auto& [key, what] : object.at("properties").as_object()) {
            if (!what.as_object().contains("default"))
                continue;
            const auto with =
                parsed(where.with(", \"" + std::string{key} + "\": " + json::serialize(what.at("default"))));
            if (!std::holds_alternative<settings>(with))
                continue;  // not allowed here
            BOOST_TEST((std::get<settings>(with) == std::get<settings>(without)), where.file << ": " << key);
            tried.emplace(where.pointer, key);
        }
    }

    BOOST_TEST(wanted.size() > 30U);
    for (const auto& [pointer, key] : wanted)
        BOOST_TEST(tried.contains({pointer, key}), pointer << ": " << key);
}

BOOST_AUTO_TEST_CASE(every_object_with_a_default_is_looked_at)
{
    const json::value all = schema();
    const std::string text = json::serialize(all);
    std::size_t looked_at = 0;
    std::set<std::string> seen;
    for (const place& where : places()) {
        if (!seen.insert(where.pointer).second)
            continue;
        key_set keys;
        add_keys_with_defaults(where.pointer.empty() ? all : all.at_pointer(where.pointer), where.pointer, keys);
        looked_at += keys.size();
    }

    std::size_t defaults = 0;
    for (std::size_t at = text.find("\"default\":"); at != text.npos; at = text.find("\"default\":", at + 1))
        ++defaults;

    BOOST_TEST(looked_at == defaults);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
