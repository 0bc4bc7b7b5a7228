#include "wampfcgi/net/dialer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

using namespace wampfcgi;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

namespace {

struct dialling {
    void dial(const net::destination& where)
    {
        dialer->dial(where, [this](net::dialer::outcome how) { outcome.emplace(std::move(how)); });
    }

    std::string failure() const { return std::get<net::dialer::failed>(outcome.value()).reason; }

    boost::asio::io_context loop;
    tls_settings tls;
    std::shared_ptr<net::dialer> dialer =
        std::make_shared<net::dialer>(loop, net::dial_options{"the server", 5s, 30s, tls});
    std::optional<net::dialer::outcome> outcome;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_server_that_listens_is_connected_to)
{
    dialling made;
    tcp::acceptor server(made.loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));

    made.dial({"127.0.0.1", server.local_endpoint().port()});
    made.loop.run();

    BOOST_TEST(std::get<net::plain_stream>(made.outcome.value()).is_open());
}

BOOST_AUTO_TEST_CASE(a_socket_that_is_not_there_is_said)
{
    dialling made;

    made.dial({"", 0, "/nowhere"});
    BOOST_TEST(!made.outcome);  // never from within dial()
    made.loop.run();

    BOOST_TEST(made.failure() == "connecting: No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_dialler_that_was_stopped_says_nothing)
{
    dialling made;

    made.dial({"", 0, "/nowhere"});
    made.dialer->stop();
    made.loop.run();

    BOOST_TEST(!made.outcome);
}

namespace {

/// A proxy that takes a request of CONNECT, and answers with `answer` in one piece.
struct fake_proxy {
    fake_proxy(boost::asio::io_context& loop, std::string wanted_answer)
        : acceptor(loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
          peer(loop),
          answer(std::move(wanted_answer))
    {
        acceptor.async_accept(peer, [this](auto) {
            boost::asio::async_read_until(peer, boost::asio::dynamic_buffer(request), "\r\n\r\n", [this](auto, auto) {
                boost::asio::write(peer, boost::asio::buffer(answer));
                if (closes)
                    peer.close();
            });
        });
    }

    net::destination on_the_way_to(std::string host, std::uint16_t port)
    {
        net::destination where{std::move(host), port};
        where.proxy = proxy_url{"127.0.0.1", acceptor.local_endpoint().port(), ""};
        return where;
    }

    tcp::acceptor acceptor;
    tcp::socket peer;
    std::string answer;
    std::string request;
    bool closes = false;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_proxy_is_asked_for_a_tunnel_to_a_name_that_only_it_knows)
{
    dialling made;
    fake_proxy proxy(made.loop, "HTTP/1.1 200 Connection established\r\n\r\n");

    made.dial(proxy.on_the_way_to("router.invalid", 443));
    made.loop.run();

    BOOST_TEST(std::get<net::plain_stream>(made.outcome.value()).is_open());
    BOOST_TEST(proxy.request.starts_with("CONNECT router.invalid:443 HTTP/1.1\r\nHost: router.invalid:443\r\n"));
}

BOOST_AUTO_TEST_CASE(bytes_behind_the_answer_of_a_proxy_are_those_of_the_server)
{
    dialling made;
    const std::string head = "HTTP/1.1 200 OK\r\nA: " + std::string(3000, 'a') + "\r\n\r\n";
    fake_proxy proxy(made.loop, head + "server");

    made.dial(proxy.on_the_way_to("h", 1));
    made.loop.run();

    std::string said(6, ' ');
    boost::asio::read(std::get<net::plain_stream>(made.outcome.value()), boost::asio::buffer(said));
    BOOST_TEST(said == "server");
}

BOOST_AUTO_TEST_CASE(what_a_proxy_does_instead_is_said)
{
    const struct row {
        std::string answer;
        std::string failure;
    } rows[] = {
        {"HTTP/1.1 403 Forbidden\r\n\r\n", R"(the proxy refused the tunnel with HTTP status 403 "Forbidden")"},
        {"", "the proxy closed the connection without an answer"},
        {"HTTP/1.1 ", R"(the proxy closed the connection in the middle of its answer, at "HTTP/1.1 ")"},
        {"220 mail.example.com", R"(the proxy's answer is not HTTP/1.1: "220 mail.exa")"},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.answer)
        {
            dialling made;
            fake_proxy proxy(made.loop, each.answer);
            proxy.closes = true;

            made.dial(proxy.on_the_way_to("h", 1));
            made.loop.run();

            BOOST_TEST(made.failure() == each.failure);
        }
}

BOOST_AUTO_TEST_CASE(a_proxy_that_is_not_there_is_said)
{
    dialling made;
    net::destination where{"h", 1};
    {
        const tcp::acceptor closed_soon(made.loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
        where.proxy = proxy_url{"127.0.0.1", closed_soon.local_endpoint().port(), ""};
    }

    made.dial(where);
    made.loop.run();

    BOOST_TEST(made.failure() == "connecting to the proxy: Connection refused");
}

BOOST_AUTO_TEST_CASE(a_dialler_that_is_stopped_while_the_proxy_is_silent_says_nothing)
{
    dialling made;
    fake_proxy proxy(made.loop, "");

    made.dial(proxy.on_the_way_to("h", 1));
    while (proxy.request.empty())
        made.loop.run_one();
    made.dialer->stop();
    proxy.peer.close();
    made.loop.run();

    BOOST_TEST(!made.outcome);
}
