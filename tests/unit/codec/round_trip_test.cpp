#include "support.hpp"
#include "wampfcgi/codec/transcode.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <random>

using namespace wampfcgi;
using namespace wampfcgi::codec;
using namespace wampfcgi::codec::testing;

namespace {

// Makes random values with everything in JSON; numbers and strings favour edge cases.
class document_maker {
public:
    explicit document_maker(std::uint64_t seed) : random_(seed) {}

    boost::json::value value(unsigned levels)
    {
        switch (random_() % (levels == 0 ? 6 : 9)) {
        case 0:
            return nullptr;
        case 1:
            return random_() % 2 == 0;
        case 2:
            return static_cast<std::int64_t>(random_()) >> random_() % 64;
        case 3:
            return random_() >> random_() % 64;
        case 4:
            return static_cast<double>(static_cast<std::int64_t>(random_() % 20'001) - 10'000) / 8;
        case 5:
            return boost::json::value(boost::json::string(text()));
        case 6:
            return object(levels - 1);
        default:
            return list(levels - 1);
        }
    }

    boost::json::array list(unsigned levels)
    {
        boost::json::array items;
        for (auto left = random_() % 20; left > 0; --left)
            items.push_back(value(levels));
        return items;
    }

    boost::json::object object(unsigned levels)
    {
        boost::json::object members;
        for (auto left = random_() % 20; left > 0; --left)
            members[text()] = value(levels);
        return members;
    }

private:
    std::string text()
    {
        constexpr std::array pieces{"a"sv,
                                    "\0"sv,
                                    "\n"sv,
                                    "\""sv,
                                    "\\"sv,
                                    "\x1F"sv,
                                    "\u00E9"sv,
                                    "\u20AC"sv,
                                    "\U0001F600"sv,
                                    "/"sv,
                                    "EP8A"sv,
                                    "\x7F"sv,
                                    "longer than a few bytes"sv};
        std::string made;
        for (auto left = random_() % 6; left > 0; --left)
            made += pieces[random_() % pieces.size()];
        return made;
    }

    std::mt19937_64 random_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(round_trip)

BOOST_AUTO_TEST_CASE(a_document_comes_back_with_the_same_meaning)
{
    for (std::uint64_t seed = 1; seed <= 150; ++seed)
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            document_maker make(seed);
            boost::json::object sent{{"args", make.list(4)}, {"kwargs", make.object(4)}};
            sent["args"].get_array().push_back(1);
            sent["kwargs"].get_object()["k"] = 1;
            auto body = sent;
            body["procedure"] = "com.myapp.echo";

            const auto parsed = parse_body(boost::json::serialize(body)).value();
            const auto answer = result_body(parsed.arguments).value();

            BOOST_TEST((boost::json::parse(answer) == sent));
            BOOST_TEST(value_length(parsed.arguments.args).value() == parsed.arguments.args.size());
            BOOST_TEST(value_length(parsed.arguments.kwargs).value() == parsed.arguments.kwargs.size());
        }
}

BOOST_AUTO_TEST_CASE(a_message_comes_back_with_the_same_bytes)
{
    for (std::uint64_t seed = 1; seed <= 150; ++seed)
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            document_maker make(seed);
            const boost::json::array sent{50, seed << seed % 54, make.object(1), make.list(4), make.object(4)};

            const auto packed = message_from_json(boost::json::serialize(sent)).bytes;
            const auto text = message_to_json(packed).value();

            BOOST_TEST((boost::json::parse(text) == sent));
            BOOST_TEST((message_from_json(text).bytes == packed));
        }
}

BOOST_AUTO_TEST_CASE(an_answer_as_written_comes_back_byte_for_byte)
{
    const std::string_view lists[] = {
        R"([null])",
        R"([0,-1,127,128,18446744073709551615,-9223372036854775808])",
        R"([0.0,-0.0,1.0,1e+22,0.1,5e-324,1.7976931348623157e+308])",
        R"(["","\u0000","\u0000EP8A","\u0000no base64","\"\\\b\f\n\r\t\u0001/"])",
        R"([[],{},[[]],{"":{}},{"\u0000EP8A":"k"},[{"a":[1,{"b":2}],"c":"d"}]])",
    };
    for (const auto list : lists)
        BOOST_TEST_CONTEXT(list)
    BOOST_TEST(result_body({args_of(list), ""}).value() == "{\"args\":" + std::string(list) + "}");
}

BOOST_AUTO_TEST_CASE(doubles_come_back_bit_for_bit_in_their_shortest_form)
{
    std::mt19937_64 random(7);
    std::string list = "[";
    for (int left = 50'000; left > 0;) {
        const auto value = std::bit_cast<double>(random());
        if (!std::isfinite(value))
            continue;
        char digits[32];
        const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        const auto literal = std::string(digits, end);
        list += literal + (literal.find_first_of(".e") == std::string::npos ? ".0," : ",");
        --left;
    }
    list.back() = ']';

    const auto packed = args_of(list);

    BOOST_TEST(packed.size() == 3 + 9 * 50'000);
    BOOST_TEST((result_body({packed, ""}).value() == "{\"args\":" + list + "}"));
    std::mt19937_64 again(7);
    std::size_t at = 3;
    while (at < packed.size()) {
        const auto bits = again();
        if (!std::isfinite(std::bit_cast<double>(bits)))
            continue;
        if (packed.compare(at, 9, "\xCB" + big_endian(bits, 8)) != 0)
            BOOST_FAIL("double at byte " << at << " changed");
        at += 9;
    }
}

BOOST_AUTO_TEST_CASE(doubles_with_17_digits_are_read_exactly)
{
    std::mt19937_64 random(11);
    for (int left = 20'000; left > 0; --left) {
        const auto bits = random() & 0x7FEF'FFFF'FFFF'FFFF;
        char digits[64];
        const auto end = std::to_chars(digits, digits + sizeof digits, std::bit_cast<double>(bits),
                                       std::chars_format::scientific, 16);

        const auto packed = value_of(std::string_view(digits, static_cast<std::size_t>(end.ptr - digits)));

        if (packed != "\xCB" + big_endian(bits, 8))
            BOOST_FAIL("double with bits " << bits << " changed");
    }
}

BOOST_AUTO_TEST_SUITE_END()
