// The limit on the bytes of arguments, and where parsing stops beyond it.
#include "support.hpp"
#include "wampfcgi/codec/body.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace wampfcgi;
using namespace wampfcgi::codec;
using namespace wampfcgi::codec::testing;

namespace {

constexpr std::size_t most = 1000;

/// The error of parsing within `most` bytes; internal_error when there is none.
errc refusal_within_most(const std::string& body)
{
    const auto parsed = parse_body(body, most);
    return parsed ? errc::internal_error : parsed.error().code;
}

bool fits(const std::string& body)
{
    return refusal_within_most(body) == errc::internal_error;
}

/// A list with `count` copies of an item.
std::string list_of(std::string_view item, std::size_t count)
{
    std::string list = "[" + std::string(item);
    while (--count != 0)
        list += "," + std::string(item);
    return list + "]";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(size_of_a_body)

BOOST_AUTO_TEST_CASE(arguments_of_exactly_the_most_bytes_are_read_and_one_more_is_too_large)
{
    struct row {
        std::string_view name;
        std::string at_the_limit;
        std::string beyond;
    };
    const std::string key_and_list = "{\"k\":" + list_of("1", most - 6) + "}";
    const row rows[] = {
        {"integers", with_args(list_of("1", most - 3)), with_args(list_of("1", most + 2))},
        {"long integers", with_args(list_of("65536", 199)), with_args(list_of("65536", 202))},
        {"doubles", with_args(list_of("1.5", 110)), with_args(list_of("1.5", 113))},
        {"lists", with_args(list_of("[]", most - 3)), with_args(list_of("[]", most + 2))},
        {"kwargs", with_kwargs(key_and_list), with_kwargs("{\"k\":" + list_of("1", most + 2) + "}")},
        {"keys", with_kwargs("{\"" + std::string(500, 'k') + "\":" + list_of("1", 400) + "}"),
         with_kwargs("{\"" + std::string(500, 'k') + "\":" + list_of("1", 600) + "}")},
        {"binary values", with_args("[\"\\u0000" + std::string(1200, 'A') + "\"]"),
         with_args("[\"\\u0000" + std::string(1400, 'A') + "\"]")},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.name)
        {
            BOOST_TEST(fits(row.at_the_limit));
            BOOST_TEST(parse_body(row.at_the_limit, most).value().arguments.args.size() <= most);
            BOOST_TEST(refusal_within_most(row.beyond) == errc::body_too_large);
        }
}

BOOST_AUTO_TEST_CASE(nothing_is_read_behind_what_is_too_large)
{
    const std::string long_text(10 * most, 'x');
    const std::string long_list = list_of("1", 2 * most);

    BOOST_TEST(refusal_within_most(with_args(long_list.substr(0, long_list.size() - 1) + ",no JSON]")) ==
               errc::body_too_large);
    BOOST_TEST(refusal_within_most(with_args("[\"" + long_text + "\", no JSON]")) == errc::body_too_large);
    BOOST_TEST(refusal_within_most(with_args("[\"\\n" + long_text + "\\n")) == errc::body_too_large);
    BOOST_TEST(refusal_within_most(with_kwargs("{\"k\":{\"" + long_text + "\":no JSON")) == errc::body_too_large);
    BOOST_TEST(parse_body(with_args(long_list), most).error().detail ==
               "byte 2024: the arguments are larger than the router takes in one message");
}

BOOST_AUTO_TEST_CASE(what_takes_no_room_in_the_call_does_not_count)
{
    const std::string space(10 * most, ' ');
    std::string escapes;
    for (int i = 0; i < 900; ++i)
        escapes += "\\u0041";

    BOOST_TEST(fits(with_args("[" + space + "1" + space + "]")));
    BOOST_TEST(fits(with_args("[\"" + escapes + "\"]")));
    BOOST_TEST(fits(with_args("[0." + std::string(10 * most, '1') + "]")));
    BOOST_TEST(fits("{\"ignored\":" + list_of("\"x\"", 10 * most) + ",\"procedure\":\"p\"}"));
    BOOST_TEST(fits("{\"procedure\":\"p\",\"args\":" + list_of("1", 900) + ",\"kwargs\":{\"k\":" + list_of("1", 900) +
                    "},\"args\":" + list_of("1", 900) + "}"));
}

BOOST_AUTO_TEST_CASE(members_that_a_later_one_replaces_do_not_count)
{
    std::string members;
    for (int i = 0; i < 200; ++i)
        members += "\"a\":" + list_of("1", 400) + ",\"b" + std::to_string(i % 10) + "\":{\"c\":1,\"c\":2},";
    const std::string expected = parse_body(with_kwargs("{" + members + "\"z\":[3]}")).value().arguments.kwargs;
    BOOST_REQUIRE(expected.size() < most);

    BOOST_TEST((parse_body(with_kwargs("{" + members + "\"z\":[3]}"), most).value().arguments.kwargs == expected));
    BOOST_TEST(fits(with_kwargs("{\"o\":[[{" + members + "\"z\":[3]}]]}")));
    BOOST_TEST(fits(with_kwargs("{" + members + "\"z\":{" + members + "\"z\":3},\"z\":[3]}")));
    BOOST_TEST(refusal_within_most(with_kwargs("{" + members + "\"z\":" + list_of("1", 400 * most) + "}")) ==
               errc::body_too_large);
}

BOOST_AUTO_TEST_SUITE_END()
