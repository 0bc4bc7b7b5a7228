#include "wamp/transport/frame_queue.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

using namespace wampfcgi;
using namespace wampfcgi::wamp::rawsocket;

namespace {

constexpr std::size_t long_bytes = frame_queue::long_payload_bytes;

std::string frame_of(std::string_view payload, frame_type type = frame_type::message)
{
    const auto header = frame_header(type, payload.size());
    return std::string(header.data(), header.size()).append(payload);
}

/// The pieces of the next write, joined.
std::string next_write(frame_queue& queue)
{
    std::string bytes;
    queue.begin_write();
    for (std::size_t i = 0; i < queue.being_written(); ++i)
        bytes += queue.piece(i);
    queue.end_write();
    return bytes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(short_frames_are_written_from_one_piece)
{
    frame_queue queue(nullptr);

    queue.add(frame_type::message, "first");
    queue.add(frame_type::pong, "");
    queue.add(frame_type::message, "second");

    BOOST_TEST(queue.pieces() == 1U);
    BOOST_TEST((next_write(queue) == frame_of("first") + frame_of("", frame_type::pong) + frame_of("second")));
    BOOST_TEST(queue.pieces() == 0U);
}

BOOST_AUTO_TEST_CASE(the_memory_of_a_long_payload_is_taken_and_that_of_a_short_one_is_left)
{
    frame_queue queue(nullptr);
    std::string longest_copied(long_bytes - 1, 'a');
    std::string shortest_taken(long_bytes, 'b');
    const void* const copied = longest_copied.data();
    const void* const taken = shortest_taken.data();

    queue.add(frame_type::message, std::move(longest_copied));
    queue.add(frame_type::message, std::move(shortest_taken));

    BOOST_TEST(longest_copied.data() == copied);  // NOLINT(bugprone-use-after-move): that is what is promised
    BOOST_TEST(queue.piece(queue.pieces() - 1).data() == taken);
    BOOST_TEST(
        (next_write(queue) == frame_of(std::string(long_bytes - 1, 'a')) + frame_of(std::string(long_bytes, 'b'))));
}

BOOST_AUTO_TEST_CASE(a_message_in_pieces_is_one_frame_and_its_arguments_are_written_from_where_they_are)
{
    frame_queue queue(nullptr);
    payload arguments{std::string(long_bytes, 'a'), std::string(100, 'k')};
    const void* const args = arguments.args.data();
    const std::string expected = frame_of("before") + frame_of("head" + arguments.args + arguments.kwargs) +
                                 frame_of("after") + frame_of("head" + std::string(10, 'a'));

    queue.add(frame_type::message, "before");
    queue.add("head", std::move(arguments));
    queue.add(frame_type::message, "after");
    queue.add("head", {std::string(10, 'a'), ""});

    BOOST_REQUIRE(queue.pieces() == 4U);
    BOOST_TEST(queue.piece(1).data() == args);
    BOOST_TEST(queue.piece(2).starts_with(std::string(100, 'k') + frame_of("after")));
    BOOST_TEST(queue.bytes() == expected.size());
    BOOST_TEST((next_write(queue) == expected));
}

BOOST_AUTO_TEST_CASE(what_is_being_written_stays_as_it_is)
{
    frame_queue queue(nullptr);
    queue.add(frame_type::message, "first");
    queue.begin_write();
    const std::string_view first = queue.piece(0);

    queue.add(frame_type::message, "second");

    BOOST_TEST(queue.being_written() == 1U);
    BOOST_TEST(first == frame_of("first"));
    BOOST_TEST(queue.piece(0).data() == static_cast<const void*>(first.data()));
    queue.end_write();
    BOOST_TEST(queue.being_written() == 0U);
    BOOST_TEST(next_write(queue) == frame_of("second"));
}

BOOST_AUTO_TEST_CASE(a_write_has_at_most_so_many_pieces_and_the_rest_follows_in_order)
{
    frame_queue queue(nullptr);
    std::string all;
    for (char c = 'a'; c <= 'z'; ++c) {
        queue.add(frame_type::message, std::string(long_bytes, c));
        all += frame_of(std::string(long_bytes, c));
    }
    std::string written;

    while (queue.pieces() > 0) {
        written += next_write(queue);
        BOOST_TEST(queue.being_written() == 0U);
    }

    BOOST_TEST((written == all));
    for (int i = 0; i < 20; ++i)
        queue.add(frame_type::message, std::string(long_bytes, 'x'));
    BOOST_TEST(queue.begin_write() == frame_queue::max_pieces);
}

BOOST_AUTO_TEST_CASE(bytes_are_counted_until_they_are_written_or_the_queue_is_gone)
{
    bridge::cell total;
    {
        frame_queue queue(&total);
        queue.add(frame_type::message, "12345");
        queue.begin_write();
        queue.add(frame_type::message, std::string(long_bytes, 'x'));
        BOOST_TEST(queue.bytes() == 2 * header_bytes + 5 + long_bytes);

        queue.end_write();

        BOOST_TEST(queue.bytes() == header_bytes + long_bytes);
        BOOST_TEST(total.value() == header_bytes + long_bytes);
    }
    BOOST_TEST(total.value() == 0U);
}

BOOST_AUTO_TEST_CASE(a_short_frame_takes_the_memory_of_the_last_one_that_was_written)
{
    frame_queue queue(nullptr);
    queue.add(frame_type::message, std::string(100, 'x'));
    const void* const memory = queue.piece(0).data();
    next_write(queue);

    queue.add(frame_type::message, "short");

    BOOST_TEST(queue.piece(0).data() == memory);
}
