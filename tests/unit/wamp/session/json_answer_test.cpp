// The outcomes of calls for answers in the JSON serializer.
#include "wamp/session/messages.hpp"
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

/// A RESULT for request 5 whose Arguments are nested `levels` deep.
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
        std::string_view fault;
    };
    const std::vector<row> rows{
        {"double", "[50,5,{},[1e999]]", 5, "byte 15: a double overflows"},
        {"NaN", "[50,5,{},[1,NaN]]", 5, "byte 12: NaN is not JSON"},
        {"infinity", "[50,5,{},[-Infinity]]", 5, "byte 11: Infinity is not JSON"},
        {"UTF-8", "[50,5,{},[\"\xFF\"]]", 5, "byte 11: ill-formed UTF-8"},
        {"cut", "[50,5,{},[1", 5, "byte 11: incomplete JSON"},
        {"text behind", "[50,5,{}]x", 5, "byte 9: text after the JSON value"},
        {"surrogate", R"([ 50, 9007199254740992, {}, ["\ud800"]])", 9007199254740992, "byte 36: syntax error"},
        {"depth", nested_result(codec::max_depth + 1), 5, "byte 137: it nests deeper than 128 levels"},
        {"error", R"([8, 48, 123, {}, "a.b", [1e999]])", 123, "byte 30: a double overflows"},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            const auto bytes = codec::message_from_json(each.json);
            BOOST_TEST(bytes.fault == each.fault);

            const auto message = split_message(bytes.bytes);
            BOOST_REQUIRE(message.has_value());
            const auto answered = read_answer(*message);

            BOOST_TEST(!message->whole);
            BOOST_REQUIRE(answered.has_value());
            BOOST_TEST(answered->request_id == each.request_id);
            const auto* why = std::get_if<failure>(&answered->how);
            BOOST_REQUIRE(why != nullptr);
            BOOST_TEST((why->code == errc::result_invalid));
        }
}

BOOST_AUTO_TEST_CASE(a_json_result_may_nest_as_deep_as_a_messagepack_one)
{
    const auto bytes = codec::message_from_json(nested_result(codec::max_depth));

    const auto answered = read_answer(split_message(bytes.bytes).value());

    BOOST_REQUIRE(answered.has_value());
    const auto* returned = std::get_if<payload_in_message>(&answered->how);
    BOOST_REQUIRE(returned != nullptr);
    BOOST_TEST(returned->at.args == std::string(codec::max_depth - 1, '\x91') + '\x90');
}
