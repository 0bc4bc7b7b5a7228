#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace wampfcgi;
using namespace wampfcgi::codec;
using namespace wampfcgi::codec::testing;

namespace {

std::string members(std::size_t count)
{
    std::string json = "{";
    for (std::size_t i = 0; i < count; ++i)
        json += "\"k" + std::to_string(1'000'000 + i) + "\":7,";
    json.back() = '}';
    return json;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(body_containers)

BOOST_AUTO_TEST_CASE(strings_have_the_shortest_header)
{
    struct row {
        std::size_t size;
        std::string header;
    };
    const row rows[] = {
        {31, "\xBF"s},        {32, "\xD9\x20"s},        {255, "\xD9\xFF"s},
        {256, "\xDA\x01\0"s}, {65535, "\xDA\xFF\xFF"s}, {65536, "\xDB\0\x01\0\0"s},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.size)
        {
            const auto text = std::string(row.size, 'a');

            BOOST_TEST(value_of("\"" + text + "\"") == row.header + text);
            BOOST_TEST(kwargs_of("{\"" + text + "\":1}") == "\x81" + row.header + text + "\x01");
        }
}

BOOST_AUTO_TEST_CASE(binaries_have_the_shortest_header)
{
    struct row {
        std::size_t groups;
        std::string header;
    };
    const row rows[] = {
        {85, "\xC4\xFF"s}, {86, "\xC5\x01\x02"s}, {21845, "\xC5\xFF\xFF"s}, {21846, "\xC6\0\x01\0\x02"s}};
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.groups)
    BOOST_TEST(value_of("\"\\u0000" + repeated("Zm9v", row.groups) + "\"") == row.header + repeated("foo", row.groups));
}

BOOST_AUTO_TEST_CASE(lists_have_the_shortest_header)
{
    struct row {
        std::size_t size;
        std::string header;
    };
    const row rows[] = {
        {0, "\x90"s}, {15, "\x9F"s}, {16, "\xDC\0\x10"s}, {65535, "\xDC\xFF\xFF"s}, {65536, "\xDD\0\x01\0\0"s},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.size)
        {
            const auto list = "[" + listed("7", row.size) + "]";
            const auto packed = row.header + std::string(row.size, '\x07');

            BOOST_TEST(args_of(list) == packed);
            BOOST_TEST(args_of("[[]," + list + ",[{}]," + list + "]") == "\x94\x90" + packed + "\x91\x80" + packed);
        }
}

BOOST_AUTO_TEST_CASE(maps_have_the_shortest_header)
{
    struct row {
        std::size_t size;
        std::string header;
    };
    const row rows[] = {{15, "\x8F"s}, {16, "\xDE\0\x10"s}, {65535, "\xDE\xFF\xFF"s}, {65536, "\xDF\0\x01\0\0"s}};
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.size)
        {
            const auto packed = kwargs_of(members(row.size));

            BOOST_TEST(packed.substr(0, row.header.size()) == row.header);
            BOOST_TEST(packed.size() == row.header.size() + row.size * 10);
            BOOST_TEST(packed.substr(row.header.size(), 10) == "\xA8k1000000\x07");
            BOOST_TEST(packed.ends_with("\xA8k1" + std::to_string(1'000'000 + row.size - 1).substr(1) + "\x07"));
        }
}

BOOST_AUTO_TEST_CASE(long_containers_nest_in_long_containers)
{
    const auto inner = listed("[" + listed("1", 16) + "]", 16);

    const auto packed = args_of("[[" + inner + "],[" + inner + "]]");

    const auto packed_inner = "\xDC\0\x10"s + repeated("\xDC\0\x10"s + std::string(16, '\x01'), 16);
    BOOST_TEST(packed == "\x92" + packed_inner + packed_inner);
}

BOOST_AUTO_TEST_CASE(of_members_with_equal_names_the_last_counts_at_every_level)
{
    struct row {
        std::string_view json;
        std::string msgpack;
    };
    const row rows[] = {
        {R"({"a":1,"a":2})", "\x81\xA1"
                             "a\x02"s},
        {R"({"a":1,"a":2,"a":3})", "\x81\xA1"
                                   "a\x03"s},
        {R"({"a":1,"b":2,"a":3})", "\x82\xA1"
                                   "b\x02\xA1"
                                   "a\x03"s},
        {R"({"a":1,"\u0061":2})", "\x81\xA1"
                                  "a\x02"s},
        {R"({"":1,"":2})", "\x81\xA0\x02"s},
        {R"({"a":1,"A":2})", "\x82\xA1"
                             "a\x01\xA1"
                             "A\x02"s},
        {R"({"a":1,"a\u0000":2})", "\x82\xA1"
                                   "a\x01\xA2"
                                   "a\0\x02"s},
        {R"({"a":[],"a":{}})", "\x81\xA1"
                               "a\x80"s},
        {R"({"a":[[]],"b":[],"a":[]})", "\x82\xA1"
                                        "b\x90\xA1"
                                        "a\x90"s},
        {R"({"x":{"a":1,"a":2}})", "\x81\xA1x\x81\xA1"
                                   "a\x02"s},
        {R"({"x":[{"a":1,"a":2},[]],"y":{}})", "\x82\xA1x\x92\x81\xA1"
                                               "a\x02\x90\xA1y\x80"s},
        {R"({"x":{"a":1,"a":2},"x":{"a":3,"a":4,"a":5}})", "\x81\xA1x\x81\xA1"
                                                           "a\x05"s},
        {R"({"a":{"a":{"a":1,"a":2},"a":3},"a":{"a":{"a":4},"a":{"a":5,"a":6}}})", "\x81\xA1"
                                                                                   "a\x81\xA1"
                                                                                   "a\x81\xA1"
                                                                                   "a\x06"s},
        {R"({"a":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16],"a":1})", "\x81\xA1"
                                                                    "a\x01"s},
        {R"({"a":1,"b":{"a":2},"c":{"a":3}})", "\x83\xA1"
                                               "a\x01\xA1"
                                               "b\x81\xA1"
                                               "a\x02\xA1"
                                               "c\x81\xA1"
                                               "a\x03"s},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.json)
        {
            BOOST_TEST(kwargs_of(row.json) == row.msgpack);
            BOOST_TEST(args_of("[" + std::string(row.json) + "]") == "\x91" + row.msgpack);
        }
}

BOOST_AUTO_TEST_CASE(duplicates_do_not_count_for_the_header)
{
    auto fifteen = members(15);
    fifteen.back() = ',';

    const auto packed = kwargs_of(fifteen + "\"k1000003\":8}");

    BOOST_TEST(packed.front() == '\x8F');
    BOOST_TEST(packed.size() == 1 + 15 * 10);
    BOOST_TEST(packed.ends_with("\xA8k1000003\x08"));
}

BOOST_AUTO_TEST_CASE(keys_whose_hashes_collide_are_different_keys)
{
    const std::string a = "aaaaaaaabbbbbbbb", b = "flxtqkotQdFVEJnB", c = "pfhiajhb7@X]Gr6z";
    BOOST_WARN(std::hash<std::string_view>{}(a) == std::hash<std::string_view>{}(b));  // true for libstdc++
    BOOST_WARN(std::hash<std::string_view>{}(a) == std::hash<std::string_view>{}(c));
    const auto member = [](const std::string& name, int value) { return "\"" + name + "\":" + std::to_string(value); };

    const auto apart = kwargs_of("{" + member(c, 1) + "," + member(a, 2) + "," + member(b, 3) + "}");
    const auto twice = kwargs_of("{" + member(c, 1) + "," + member(a, 2) + "," + member(c, 3) + "," + member(b, 4) +
                                 "," + member(a, 5) + "}");

    BOOST_TEST(apart == "\x83\xB0" + c + "\x01\xB0" + a + "\x02\xB0" + b + "\x03");
    BOOST_TEST(twice == "\x83\xB0" + c + "\x03\xB0" + b + "\x04\xB0" + a + "\x05");
}

BOOST_AUTO_TEST_CASE(the_members_of_all_objects_together_are_limited)
{
    // procedure, kwargs, and its members, each an object with one member
    const auto body_with = [](std::size_t members) {
        std::string objects;
        for (std::size_t i = 0; i < (members - 2) / 2; ++i)
            objects.append(i == 0 ? "" : ",").append("\"").append(std::to_string(i)).append(R"(":{"":0})");
        return with_kwargs("{" + objects + "}");
    };
    BOOST_TEST(parse_body(body_with(max_body_members)).has_value());
    BOOST_TEST(refusal_of(body_with(max_body_members + 2)) == errc::body_too_large);
}

BOOST_AUTO_TEST_CASE(many_duplicates_nested_in_duplicates_leave_the_last)
{
    const auto flat = listed("\"a\":1", 50'000);
    std::string nested = flat;
    for (int level = 0; level < 100; ++level)
        nested = "\"a\":1,\"a\":{" + nested + "}";

    const auto packed = kwargs_of("{" + nested + "}");

    BOOST_TEST(packed == repeated("\x81\xA1"
                                  "a",
                                  101) +
                             "\x01");
}

BOOST_AUTO_TEST_CASE(values_that_take_more_bytes_than_in_the_body_leave_room_for_those_after_them)
{
    const std::string numbers = "[" + listed("1.5", 1000) + "]";  // 4 bytes each, and 9 in MessagePack

    constexpr std::size_t most_bytes = std::size_t{1} << 62U;  // more than any memory

    const auto parsed = parse_body(R"({"args":)" + numbers + R"(,"kwargs":{"a":1},"procedure":"p"})", most_bytes);

    BOOST_REQUIRE(parsed);
    BOOST_TEST(parsed->arguments.args == args_of(numbers));
    BOOST_TEST(parsed->arguments.kwargs == kwargs_of(R"({"a":1})"));
}

BOOST_AUTO_TEST_SUITE_END()
