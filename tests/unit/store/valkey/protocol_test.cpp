#include "store/valkey/protocol.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace wampfcgi::store;
using kind = valkey_reply::kind;

BOOST_AUTO_TEST_CASE(a_command_may_have_any_bytes)
{
    using namespace std::string_view_literals;
    BOOST_TEST(valkey_command({"GET", "a\r\n\0b"sv}) == "*2\r\n$3\r\nGET\r\n$5\r\na\r\n\0b\r\n"sv);
}

BOOST_AUTO_TEST_CASE(replies_are_found_however_they_are_cut)
{
    const std::string_view bytes = "+OK\r\n-ERR no\r\n:-7\r\n$-1\r\n*-1\r\n*2\r\n$3\r\na\nb\r\n*1\r\n:1\r\n";
    valkey_reader reader;
    std::string found;
    for (const char each : bytes) {
        reader.feed({&each, 1});
        while (const auto reply = reader.next()) {
            found += std::to_string(static_cast<int>(reply->what)) + reply->text + " ";
            if (reply->what == kind::array) {
                BOOST_TEST(reply->elements.at(0).text == "a\nb");
                BOOST_TEST(reply->elements.at(1).elements.at(0).integer == 1);
            }
        }
    }
    BOOST_TEST(found == "1OK 2ERR no 3 0 0 5 ");
    BOOST_TEST(reader.fault().empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_reply_is_a_fault)
{
    for (const std::string_view bytes :
         {"HTTP/1.1\r\n", "*1025\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n", ":x\r\n",
          "$-2\r\n", "*2\r\n+a\r\n*5000\r\n"}) {
        valkey_reader reader;
        reader.feed(bytes);
        while (reader.next())
            continue;
        BOOST_TEST(!reader.fault().empty(), bytes);
        BOOST_TEST(!reader.next().has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_reply_nests_seven_levels_deep_at_most)
{
    const auto nested = [](int levels) {
        std::string bytes;
        for (int i = 0; i < levels; ++i)
            bytes += "*1\r\n";
        return bytes + ":1\r\n";
    };
    valkey_reader at_the_limit, beyond;
    at_the_limit.feed(nested(7));
    beyond.feed(nested(8));

    BOOST_TEST(at_the_limit.next().has_value());
    BOOST_TEST(!beyond.next().has_value());
    BOOST_TEST(!beyond.fault().empty());
}

BOOST_AUTO_TEST_CASE(a_reply_without_end_is_a_fault)
{
    valkey_reader reader;
    reader.feed("$2000000\r\n");
    const std::string piece(100'000, 'x');
    for (int i = 0; i < 10 && reader.fault().empty(); ++i) {
        reader.feed(piece);
        BOOST_TEST(!reader.next().has_value());
    }
    reader.feed(piece);
    BOOST_TEST(!reader.next().has_value());
    BOOST_TEST(reader.fault() == "a reply of more than 1048576 bytes");
}
