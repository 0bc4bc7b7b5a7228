#include "wamp/transport/rawsocket.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

using namespace wampfcgi::wamp::rawsocket;
using namespace std::string_view_literals;

namespace {

using reply_bytes = std::array<char, 4>;

std::string frame_bytes(frame_type type, std::string_view payload)
{
    const auto header = frame_header(type, payload.size());
    return std::string(header.data(), header.size()) + std::string(payload);
}

/// The frames as "type:payload", separated by spaces.
std::string take_all(frame_reader& reader)
{
    std::string text;
    while (const auto next = reader.next())
        text += std::to_string(static_cast<int>(next->type)) + ":" + std::string(next->payload) + " ";
    return text;
}

std::string feed(frame_reader& reader, std::string_view bytes)
{
    std::string text;
    while (!bytes.empty()) {
        const auto [space, size] = reader.prepare();
        BOOST_REQUIRE(size > 0);
        const std::size_t piece = std::min(size, bytes.size());
        std::memcpy(space, bytes.data(), piece);
        reader.commit(piece);
        bytes.remove_prefix(piece);
        text += take_all(reader);
    }
    return text;
}

const std::string three_frames =
    frame_bytes(frame_type::message, "hello") + frame_bytes(frame_type::ping, "") + frame_bytes(frame_type::pong, "xy");
constexpr std::string_view three_frames_text = "0:hello 1: 2:xy ";

}  // namespace

BOOST_AUTO_TEST_CASE(the_handshake_offers_the_longest_messages_and_msgpack)
{
    const reply_bytes expected{0x7F, static_cast<char>(0xF2), 0, 0};
    BOOST_TEST(handshake_request(msgpack_serializer) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_reply_says_the_most_bytes_of_a_message)
{
    for (unsigned code = 0; code < 15; ++code) {
        const auto got = read_handshake_reply({0x7F, static_cast<char>(code << 4U | 2U), 0, 0}, 2);
        BOOST_TEST(std::get<std::size_t>(got) == std::size_t{512} << code);
    }
    // 2^24 does not fit into a frame's length.
    BOOST_TEST(std::get<std::size_t>(read_handshake_reply({0x7F, static_cast<char>(0xF2), 0, 0}, 2)) == 16'777'215U);
}

BOOST_AUTO_TEST_CASE(every_refusal_of_the_handshake_has_its_words)
{
    struct row {
        reply_bytes reply;
        std::string_view reason;
    };
    const std::vector<row> rows{
        {{'H', 'T', 'T', 'P'}, "the router answered with HTTP (a WebSocket port needs ws:// or wss://)"},
        {{0, 0x52, 0, 0}, "the peer does not speak WAMP RawSocket"},
        {{0x7F, 0x00, 0, 0}, "the router refused the handshake with code 0"},
        {{0x7F, 0x10, 0, 0}, "the router does not support the serializer"},
        {{0x7F, 0x20, 0, 0}, "the router does not accept the maximum message length"},
        {{0x7F, 0x30, 0, 0}, "the router reports a use of reserved bits"},
        {{0x7F, 0x40, 0, 0}, "the router has reached its maximum number of connections"},
        {{0x7F, 0x50, 0, 0}, "the router refused the handshake with code 5"},
        {{0x7F, static_cast<char>(0xF0), 0, 0}, "the router refused the handshake with code 15"},
        {{0x7F, 0x51, 0, 0}, "the router answered with another serializer"},
        {{0x7F, 0x53, 0, 0}, "the router answered with another serializer"},
        {{0x7F, 0x52, 1, 0}, "the router's handshake uses reserved bytes"},
        {{0x7F, 0x52, 0, 1}, "the router's handshake uses reserved bytes"},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.reason)
        {
            BOOST_TEST(std::get<std::string>(read_handshake_reply(each.reply, msgpack_serializer)) == each.reason);
        }
}

BOOST_AUTO_TEST_CASE(a_frame_header_has_the_type_and_three_bytes_of_length)
{
    const reply_bytes message{0, 0x01, 0x02, 0x03};
    BOOST_TEST(frame_header(frame_type::message, 0x010203) == message, boost::test_tools::per_element());
    const reply_bytes pong{2, static_cast<char>(0xFF), static_cast<char>(0xFF), static_cast<char>(0xFF)};
    BOOST_TEST(frame_header(frame_type::pong, max_payload_bytes) == pong, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(frames_that_come_together_come_out_in_order)
{
    frame_reader reader;
    BOOST_TEST(feed(reader, three_frames) == three_frames_text);
    BOOST_TEST(!reader.broken());
}

BOOST_AUTO_TEST_CASE(frames_that_come_byte_by_byte_come_out_whole)
{
    frame_reader reader;
    std::string text;
    for (const char each : three_frames)
        text += feed(reader, {&each, 1});
    BOOST_TEST(text == three_frames_text);
}

BOOST_AUTO_TEST_CASE(frames_that_are_split_anywhere_come_out_whole)
{
    for (std::size_t first = 0; first <= three_frames.size(); ++first)
        for (std::size_t second = first; second <= three_frames.size(); ++second) {
            frame_reader reader;
            const std::string_view all = three_frames;
            std::string text = feed(reader, all.substr(0, first));
            text += feed(reader, all.substr(first, second - first));
            text += feed(reader, all.substr(second));
            BOOST_TEST(text == three_frames_text);
        }
}

BOOST_AUTO_TEST_CASE(frames_of_many_sizes_in_one_stream_come_out_unchanged)
{
    frame_reader reader;
    for (std::size_t size = 1; size < 300'000; size = size * 3 + 1) {
        const std::string payload(size, static_cast<char>('a' + size % 26));
        BOOST_TEST((feed(reader, frame_bytes(frame_type::message, payload)) == "0:" + payload + " "));
    }
}

BOOST_AUTO_TEST_CASE(the_largest_frame_comes_out_whole_and_its_memory_is_given_back)
{
    frame_reader reader;
    const std::string payload(max_payload_bytes, 'x');

    BOOST_TEST((feed(reader, frame_bytes(frame_type::message, payload)) == "0:" + payload + " "));

    BOOST_TEST(reader.prepare().second <= 64U * 1024);
    BOOST_TEST(feed(reader, three_frames) == three_frames_text);
}

BOOST_AUTO_TEST_CASE(the_memory_of_a_large_frame_can_be_taken_if_nothing_else_is_in_it)
{
    constexpr std::size_t large = 2U * 1024 * 1024;
    struct row {
        std::string_view name;
        std::size_t payload_bytes;
        std::string_view behind;
        bool is_taken;
    };
    for (const row& each : {row{"large", large, "", true}, row{"small", 1000, "", false},
                            row{"large with the beginning of another", large, "\0"sv, false}})
        BOOST_TEST_CONTEXT(each.name)
        {
            frame_reader reader;
            const std::string payload(each.payload_bytes, 'x');
            const std::string bytes = frame_bytes(frame_type::message, payload) + std::string(each.behind);
            std::size_t fed = 0;
            while (fed < bytes.size()) {
                const auto [space, size] = reader.prepare();
                const std::size_t piece = std::min(size, bytes.size() - fed);
                std::memcpy(space, bytes.data() + fed, piece);
                reader.commit(piece);
                fed += piece;
            }
            const auto found = reader.next();
            BOOST_REQUIRE(found.has_value());

            const auto memory = reader.take_memory();

            BOOST_TEST((memory != nullptr) == each.is_taken);
            BOOST_TEST((found->payload == payload));
            if (each.is_taken)
                BOOST_TEST(feed(reader, three_frames) == three_frames_text);
            if (each.is_taken)
                BOOST_TEST((found->payload == payload));
        }
}

BOOST_AUTO_TEST_CASE(a_reserved_type_breaks_the_stream_and_what_came_before_is_still_read)
{
    for (const int type : {3, 7, 8, 0x10, 0x80, 0xFF})
        BOOST_TEST_CONTEXT(type)
        {
            frame_reader reader;
            std::string bytes = three_frames;
            bytes += static_cast<char>(type);
            bytes += "\0\0\1x"sv;
            bytes += three_frames;

            BOOST_TEST(feed(reader, bytes) == three_frames_text);

            BOOST_TEST(reader.broken());
            BOOST_TEST(!reader.next());
        }
}

BOOST_AUTO_TEST_CASE(memory_grows_with_what_came_and_not_with_what_was_announced)
{
    frame_reader reader;
    feed(reader, "\0\xFF\xFF\xFF"sv);
    std::size_t came = 0;

    while (came < 4U * 1024 * 1024) {
        const auto [space, size] = reader.prepare();
        BOOST_TEST(size <= std::max<std::size_t>(64U * 1024, came + 64U * 1024));
        std::memset(space, 'x', size);
        reader.commit(size);
        came += size;
        BOOST_TEST(!reader.next());
    }
}

BOOST_AUTO_TEST_CASE(a_frame_stays_where_it_is_up_to_its_last_bytes)
{
    const std::string payload(1024 * 1024, 'p');
    const auto header = frame_header(frame_type::message, payload.size());
    const std::string whole = std::string(header.data(), header.size()) + payload;
    frame_reader reader;
    const char* place = nullptr;
    for (std::size_t fed = 0; fed < whole.size();) {
        BOOST_TEST(!reader.next());
        const auto [space, size] = reader.prepare();
        if (fed > 64U * 1024)
            BOOST_TEST((place == nullptr || place == space - fed));
        place = fed > 64U * 1024 ? space - fed : nullptr;
        const std::size_t bytes = std::min({size, whole.size() - fed, std::size_t{1000}});
        std::copy_n(whole.data() + fed, bytes, space);
        reader.commit(bytes);
        fed += bytes;
    }
    BOOST_TEST((reader.next()->payload == payload));
}
