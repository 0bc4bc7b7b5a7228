// What answers in the JSON serializer become for the calls that wait for them.
#include "wamp/messages.hpp"
#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/codec/transcode.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::wamp;

namespace {

/// A RESULT for the request 5 whose Arguments nest `levels` deep.
std::string nested_result(unsigned levels)
{
    return "[50,5,{}," + std::string(levels, '[') + std::string(levels, ']') + "]";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_json_answer_that_cannot_be_held_is_invalid_for_its_call_alone)
{
    struct row {
        std::string_view name;
        std::string json;
        std::uint64_t request_id;
        std::string_view reason;
    };
    const std::vector<row> rows{
        {"integer", "[50,5,{},[18446744073709551616]]", 5, "RESULT is malformed or nests too deep"},
        {"surrogate", R"([ 50, 9007199254740992, {}, ["\ud800"]])", 9007199254740992,
         "RESULT is malformed or nests too deep"},
        {"depth", nested_result(codec::max_depth + 1), 5, "RESULT is malformed or nests too deep"},
        {"error", R"([8, 48, 123, {}, "a.b", [1e999]])", 123, "ERROR is malformed or nests too deep"},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            const auto bytes = codec::message_from_json(each.json);
            BOOST_REQUIRE(bytes.has_value());

            const auto message = split_message(*bytes);
            BOOST_REQUIRE(message.has_value());
            const auto answered = read_call_answer(*message);

            BOOST_TEST(!message->whole);
            BOOST_REQUIRE(answered.has_value());
            BOOST_TEST(answered->request_id == each.request_id);
            const auto* why = std::get_if<failure>(&answered->how);
            BOOST_REQUIRE(why != nullptr);
            BOOST_TEST((why->code == errc::result_invalid));
            BOOST_TEST(why->detail == each.reason);
        }
}

BOOST_AUTO_TEST_CASE(a_json_result_may_nest_as_deep_as_a_messagepack_one)
{
    const auto bytes = codec::message_from_json(nested_result(codec::max_depth));
    BOOST_REQUIRE(bytes.has_value());

    const auto answered = read_call_answer(split_message(*bytes).value());

    BOOST_REQUIRE(answered.has_value());
    const auto* returned = std::get_if<payload>(&answered->how);
    BOOST_REQUIRE(returned != nullptr);
    BOOST_TEST(returned->args == std::string(codec::max_depth - 1, '\x91') + '\x90');
}
