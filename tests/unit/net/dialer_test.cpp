#include "wampfcgi/net/dialer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
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
