// A session whose router is the test: RawSocket over a Unix socket, in the same event loop.
#include "wampfcgi/wamp/session.hpp"

#include "support/session_contract.hpp"
#include "wamp/session/messages.hpp"
#include "wamp/transport/rawsocket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::wamp;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

namespace asio = boost::asio;

constexpr auto call_code = static_cast<std::uint64_t>(message_code::call);
constexpr auto publish_code = static_cast<std::uint64_t>(message_code::publish);
constexpr auto subscribe_code = static_cast<std::uint64_t>(message_code::subscribe);
constexpr auto unsubscribe_code = static_cast<std::uint64_t>(message_code::unsubscribe);

/// Lets one session join any realm, and answers its calls when told to.
class tiny_router {
public:
    tiny_router() : listener_(loop, path()), peer_(loop)
    {
        listener_.async_accept(peer_, [this](auto error) {
            if (!error)
                greet();
        });
    }
    ~tiny_router() { std::filesystem::remove_all(folder_); }

    std::string path() const { return folder_ + "/router"; }

    void run_until(const std::function<bool()>& done)
    {
        const auto deadline = std::chrono::steady_clock::now() + 30s;
        while (!done() && std::chrono::steady_clock::now() < deadline)
            loop.run_one_for(1s);
        BOOST_TEST(done());
    }

    /// Sends a message followed by a PING, and waits for the PONG, so that the session has processed the message.
    void send(const std::string& message)
    {
        const std::size_t pongs_before = pongs_;
        write(rawsocket::frame_type::message, message);
        write(rawsocket::frame_type::ping, "x");
        run_until([&] { return pongs_ > pongs_before; });
    }

    struct request {
        std::string id;  // as received
        std::uint64_t code;
        std::string uri;
    };
    std::vector<request> requests;
    std::vector<std::string> unsubscribed;  // the router's ids, as received
    asio::io_context loop;

private:
    static std::string make_folder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "session_XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        return name;
    }

    void greet()
    {
        asio::async_read(peer_, asio::buffer(handshake_), [this](auto error, std::size_t) {
            if (error)
                return;
            asio::write(peer_, asio::buffer(handshake_));  // offers the longest messages and the requested serializer
            read();
        });
    }

    void read()
    {
        const auto [place, room] = reader_.prepare();
        peer_.async_read_some(asio::buffer(place, room), [this](auto error, std::size_t bytes) {
            if (error)
                return;
            reader_.commit(bytes);
            while (const auto frame = reader_.next())
                take(*frame);
            read();
        });
    }

    void take(const rawsocket::frame& frame)
    {
        if (frame.type == rawsocket::frame_type::pong)
            ++pongs_;
        if (frame.type != rawsocket::frame_type::message)
            return;
        const auto message = split_message(frame.payload);
        if (message->code == 1)  // HELLO
            write(rawsocket::frame_type::message, "\x93\x02\x01\x80"sv);
        if (message->code == unsubscribe_code)
            unsubscribed.emplace_back(message->fields[2]);
        if (message->code == call_code || message->code == publish_code || message->code == subscribe_code)
            requests.push_back(
                {std::string(message->fields[1]), message->code, std::string(as_string(message->fields[3]).value())});
    }

    void write(rawsocket::frame_type type, std::string_view payload)
    {
        const auto header = rawsocket::frame_header(type, payload.size());
        asio::write(peer_, std::array{asio::buffer(header), asio::buffer(payload.data(), payload.size())});
    }

    std::string folder_ = make_folder();
    asio::local::stream_protocol::acceptor listener_;
    asio::local::stream_protocol::socket peer_;
    std::array<char, 4> handshake_{};
    rawsocket::frame_reader reader_;
    std::size_t pongs_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_session_with_a_router_keeps_to_the_contract)
{
    tiny_router router;
    router_settings where;
    where.urls.push_back({router_url::transport_kind::rawsocket_unix, "", 0, router.path(), "unix:"});
    wamp::session session(router.loop, where, "realm1", "backend");
    session.play({.caller = true, .publisher = true, .subscriber = true});
    const auto subscription_id = [](std::size_t index) { return std::string(1, static_cast<char>(0x40U + index)); };
    session.start();

    check_session_contract(
        {session,
         [&](std::size_t count) {
             router.run_until([&] { return router.requests.size() >= count; });
             std::vector<std::string> uris;
             for (const auto& each : router.requests)
                 uris.push_back(each.uri);
             return uris;
         },
         [&](std::size_t index, const std::string& args) {
             router.send("\x94\x32" + router.requests.at(index).id + "\x80" + args);
         },
         [&](std::size_t index, const std::string& args) {
             router.send("\x94\x32" + router.requests.at(index).id + "\x81\xA8" + "progress\xC3" + args);
         },
         [&](std::size_t index) { router.send("\x93\x11" + router.requests.at(index).id + "\x2A"); },
         [&](std::size_t index, const std::string& uri) {
             router.send("\x95\x08" + std::string(1, static_cast<char>(router.requests.at(index).code)) +
                         router.requests.at(index).id + "\x80" + static_cast<char>(0xA0U | uri.size()) + uri);
         },
         [&](std::size_t index) { router.send("\x93\x21" + router.requests.at(index).id + subscription_id(index)); },
         [&](std::size_t index, const std::string& args) {
             router.send("\x95\x24" + subscription_id(index) + "\x07\x80" + args);
         }});
    const std::vector<std::string> ended{subscription_id(12), subscription_id(13), subscription_id(10)};
    BOOST_TEST(router.unsubscribed == ended, boost::test_tools::per_element());
    bool stopped = false;
    session.stop([&] { stopped = true; });
    router.run_until([&] { return stopped; });
}
