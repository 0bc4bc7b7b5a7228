#include "wampfcgi/process/connect.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/socket.h>
#include <unistd.h>

namespace wampfcgi::process {
namespace {

auto soon()
{
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(30);
}

auto late()
{
    return std::chrono::steady_clock::now() + std::chrono::minutes(1);
}

class own_folder {
public:
    own_folder()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "connect.XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    ~own_folder() { std::filesystem::remove_all(path); }
    own_folder(const own_folder&) = delete;
    own_folder& operator=(const own_folder&) = delete;

    unix_address socket() const { return {path / "s.sock"}; }

    std::filesystem::path path;
};

std::string why_not(const listen_address& address)
{
    const auto connected = connect_to(address, soon());
    return connected ? "connected" : connected.error().text;
}

BOOST_AUTO_TEST_SUITE(connecting)

BOOST_AUTO_TEST_CASE(a_pool_is_reached_where_it_listens)
{
    const own_folder folder;
    for (const listen_address& address :
         {listen_address(folder.socket()), listen_address(tcp_address{"127.0.0.1", 0})}) {
        const auto listening = open_listener(address);
        BOOST_REQUIRE(listening.has_value());
        const auto where = parse_listen_address(describe(listening->fd()));
        BOOST_REQUIRE(where.has_value());

        BOOST_TEST(connect_to(*where, late()).has_value());
        BOOST_TEST(describe(*where) == describe(listening->fd()));
    }
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_the_system_says_why)
{
    const own_folder folder;
    const auto listening = open_listener(folder.socket());
    BOOST_REQUIRE(listening.has_value());
    ::close(listening->fd());

    BOOST_TEST(why_not(folder.socket()) == "Connection refused");
    BOOST_TEST(why_not(unix_address{folder.path / "none.sock"}) == "No such file or directory");
    BOOST_TEST(why_not(unix_address{std::string(108, 'a')}) == "the path is too long for a socket");
}

BOOST_AUTO_TEST_CASE(a_queue_that_is_full_is_waited_for_and_then_given_up)
{
    const own_folder folder;
    const auto listening = open_listener(folder.socket());
    BOOST_REQUIRE(listening.has_value());
    BOOST_REQUIRE(::listen(listening->fd(), 0) == 0);
    const auto first = connect_to(folder.socket(), late());
    BOOST_REQUIRE(first.has_value());

    BOOST_TEST(why_not(folder.socket()) == "Connection timed out");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_is_described_in_brackets)
{
    BOOST_TEST(describe(tcp_address{"::1", 9000}) == "[::1]:9000");
}

BOOST_AUTO_TEST_CASE(the_socket_of_the_unit_is_the_one_that_systemd_opens)
{
    std::ifstream unit(std::string(WAMPFCGI_SOURCE_DIR) + "/etc/wamp-fcgi.socket");
    std::stringstream text;
    text << unit.rdbuf();

    BOOST_TEST(text.str().find("\nListenStream=" + std::string(unit_socket) + "\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace wampfcgi::process
