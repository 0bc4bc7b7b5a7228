// A RawSocket channel whose router is the test, at the other end of a pair of sockets.
#include "wamp/transport/channel.hpp"

#include "wamp/transport/rawsocket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::wamp;
using namespace std::chrono_literals;

namespace {

namespace asio = boost::asio;
using local = asio::local::stream_protocol;

std::string frame_of(std::string_view payload)
{
    const auto header = rawsocket::frame_header(rawsocket::frame_type::message, payload.size());
    return std::string(header.data(), header.size()) + std::string(payload);
}

struct joined_channel {
    joined_channel()
    {
        local::socket ours(loop);
        asio::local::connect_pair(ours, peer);
        channel_options options;
        options.message = [this](std::string_view bytes, const std::function<message_memory()>&) {
            messages.emplace_back(bytes);
            if (then)
                std::exchange(then, nullptr)();
        };
        options.up = [this] { is_up = true; };
        options.down = [this](std::string why) { down = std::move(why); };
        channel = make_rawsocket_channel(plain_stream(loop, {AF_UNIX, 0}, ours.release()), options);
        channel->start();
        run_until([&] { return peer.available() == 4; });
        receive();
        send("\x7F\xF2" + std::string(2, '\0'));
        run_until([&] { return is_up; });
    }
    ~joined_channel() { channel->close(); }

    void run_until(const std::function<bool()>& done)
    {
        const auto deadline = std::chrono::steady_clock::now() + 30s;
        while (!done() && std::chrono::steady_clock::now() < deadline)
            loop.run_one_for(1s);
        BOOST_TEST(done());
    }

    void send(const std::string& bytes) { asio::write(peer, asio::buffer(bytes)); }

    /// What has arrived at the router.
    std::string receive()
    {
        std::string bytes(peer.available(), '\0');
        bytes.resize(peer.read_some(asio::buffer(bytes)));
        return bytes;
    }

    asio::io_context loop;
    local::socket peer{loop};
    std::shared_ptr<wamp::channel> channel;
    std::vector<std::string> messages;
    std::function<void()> then;
    bool is_up = false;
    std::optional<std::string> down;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_message_is_written_at_once_or_with_those_that_follow_in_the_turn)
{
    joined_channel made;

    made.channel->send("first", write_time::now);
    BOOST_TEST(made.receive() == frame_of("first"));

    made.channel->send("second", write_time::end_of_turn);
    made.channel->send("third", write_time::end_of_turn);
    BOOST_TEST(made.peer.available() == 0U);
    made.loop.poll();
    BOOST_TEST(made.receive() == frame_of("second") + frame_of("third"));

    made.channel->send("fourth", write_time::end_of_turn);
    made.channel->send("fifth", write_time::now);
    BOOST_TEST(made.receive() == frame_of("fourth") + frame_of("fifth"));
    made.loop.poll();
    BOOST_TEST(made.peer.available() == 0U);
}

BOOST_AUTO_TEST_CASE(a_small_message_leaves_its_memory_to_the_caller)
{
    joined_channel made;
    std::string small(100, 'x');
    std::string large(100'000, 'x');
    const void* const memory = small.data();

    made.channel->send(std::move(small), write_time::end_of_turn);
    made.channel->send(std::move(large), write_time::end_of_turn);

    small.assign("another");  // NOLINT(bugprone-use-after-move): that is what is promised
    BOOST_TEST(static_cast<const void*>(small.data()) == memory);
    BOOST_TEST(large.size() == 0U);  // NOLINT(bugprone-use-after-move)
}

BOOST_AUTO_TEST_CASE(a_message_in_pieces_arrives_as_one_and_has_the_limits_of_one)
{
    joined_channel made;
    const std::size_t most = made.channel->longest_message();

    BOOST_TEST((made.channel->send("head ", {std::string(most - 9, 'a'), "12345"}, write_time::now) ==
                send_result::too_large));
    BOOST_TEST(
        (made.channel->send("head ", {std::string(100'000, 'a'), "12345"}, write_time::now) == send_result::queued));
    BOOST_TEST((made.channel->send("after", write_time::end_of_turn) == send_result::queued));
    const std::string expected = frame_of("head " + std::string(100'000, 'a') + "12345") + frame_of("after");
    std::string arrived;
    made.run_until([&] {
        if (made.peer.available() > 0)
            arrived += made.receive();
        return arrived.size() >= expected.size();
    });

    BOOST_TEST((arrived == expected));
}

BOOST_AUTO_TEST_CASE(messages_of_all_lengths_arrive_whole_at_a_router_that_reads_slowly)
{
    joined_channel made;
    std::string expected;
    std::string arrived;
    for (int round = 0; round < 40; ++round)
        for (const std::size_t length : {0U, 11U, 300U, 65'535U, 65'536U, 200'000U}) {
            const std::string message(length, static_cast<char>('a' + round % 26));
            expected += frame_of(message);
            BOOST_REQUIRE(
                (made.channel->send(std::string(message), round % 2 == 0 ? write_time::now : write_time::end_of_turn) ==
                 send_result::queued));
        }

    made.run_until([&] {
        if (made.peer.available() > 0)
            arrived += made.receive();
        return arrived.size() >= expected.size();
    });

    BOOST_TEST((arrived == expected));
}

BOOST_AUTO_TEST_CASE(messages_arrive_in_pieces_together_and_longer_than_a_read)
{
    joined_channel made;
    std::string bytes;
    std::vector<std::string> expected;
    for (const std::size_t length : {1U, 0U, 16U * 1024 - 4, 16U * 1024, 3U, 70'000U, 7U}) {
        expected.emplace_back(length, 'x');
        bytes += frame_of(expected.back());
    }
    for (const std::size_t piece :
         {std::size_t{7}, std::size_t{4}, std::size_t{16379}, std::size_t{16385}, bytes.size()})
        BOOST_TEST_CONTEXT("pieces of " << piece)
        {
            made.messages.clear();

            for (std::size_t sent = 0; sent < bytes.size(); sent += piece) {
                made.send(bytes.substr(sent, piece));
                made.loop.poll();
            }
            made.run_until([&] { return made.messages.size() == expected.size(); });

            BOOST_TEST((made.messages == expected));
        }
}

BOOST_AUTO_TEST_CASE(a_message_that_arrives_while_another_is_handled_is_not_missed)
{
    joined_channel made;
    made.then = [&] { made.send(frame_of("second")); };

    made.send(frame_of("first"));

    made.run_until([&] { return made.messages.size() == 2; });
}

BOOST_AUTO_TEST_CASE(an_end_right_behind_a_message_is_noticed)
{
    joined_channel made;

    made.send(frame_of("last"));
    made.peer.close();

    made.run_until([&] { return made.down.has_value(); });
    BOOST_TEST(made.messages.size() == 1U);
    BOOST_TEST(made.down.value() == "the router closed the connection");
}

BOOST_AUTO_TEST_CASE(an_end_after_a_message_is_noticed_at_once)
{
    joined_channel made;
    made.send(frame_of("last"));
    made.run_until([&] { return made.messages.size() == 1; });
    made.loop.poll();

    made.peer.close();
    made.loop.poll();

    BOOST_TEST(made.down.has_value());
}
