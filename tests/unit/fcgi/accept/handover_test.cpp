#include "fcgi/accept/handover.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

using namespace wampfcgi;
using namespace std::chrono_literals;

namespace {

/// One end to send, one to receive, as shared by the workers of a pool.
struct shared_socket {
    shared_socket() { BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()) == 0); }
    ~shared_socket()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    std::shared_ptr<fcgi::handover> worker() { return std::make_shared<fcgi::handover>(loop, ends[0], ends[1]); }

    boost::asio::io_context loop;
    std::array<int, 2> ends{};
};

/// A connection: what is written to `far` can be read from `near`, wherever that was handed over to.
struct connection {
    connection() { BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0); }
    ~connection() { ::close(ends[0]); }
    int far() const { return ends[0]; }
    int near() const { return ends[1]; }
    bool is_closed() const
    {
        char byte = 0;
        return ::recv(far(), &byte, 1, MSG_DONTWAIT) == 0;
    }

    std::array<int, 2> ends{};
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_connection_and_what_waits_in_it_go_to_the_worker_that_takes)
{
    shared_socket pool;
    connection given;
    BOOST_REQUIRE(::write(given.far(), "request", 7) == 7);
    std::string read;
    const auto taker = pool.worker();
    taker->start_taking([&](int fd) {
        std::array<char, 16> bytes{};
        read.assign(bytes.data(), static_cast<std::size_t>(::read(fd, bytes.data(), bytes.size())));
        ::close(fd);
        taker->stop_taking();
    });
    bool away = false;

    pool.worker()->give(given.near(), [&] { away = true; });
    pool.loop.run_for(5s);

    BOOST_TEST(away);
    BOOST_TEST(read == "request");
    BOOST_TEST(given.is_closed());
}

BOOST_AUTO_TEST_CASE(more_connections_than_the_socket_holds_wait_until_they_are_taken)
{
    constexpr std::size_t count = 600;
    shared_socket pool;
    std::vector<std::unique_ptr<connection>> all;
    std::size_t away = 0;
    std::size_t taken = 0;
    const auto giver = pool.worker();
    const auto taker = pool.worker();

    while (all.size() < count / 2) {
        all.push_back(std::make_unique<connection>());
        for (const int fd : {all.back()->near(), ::dup(all.back()->far())})
            giver->give(fd, [&] { ++away; });
    }
    BOOST_TEST(away < count);
    taker->start_taking([&](int fd) {
        ::close(fd);
        if (++taken == count)
            taker->stop_taking();
    });
    pool.loop.run_for(10s);

    BOOST_TEST(away == count);
    BOOST_TEST(taken == count);
}

BOOST_AUTO_TEST_CASE(a_connection_is_closed_where_nobody_can_take_it)
{
    shared_socket pool;
    connection without_pool;
    connection pool_that_ends;
    bool away = false;

    std::make_shared<fcgi::handover>(pool.loop, -1, -1)->give(without_pool.near(), [&] { away = true; });
    BOOST_TEST(away);
    BOOST_TEST(without_pool.is_closed());

    ::shutdown(pool.ends[0], SHUT_WR);
    pool.worker()->give(pool_that_ends.near(), [] {});
    BOOST_TEST(pool_that_ends.is_closed());
}

BOOST_AUTO_TEST_CASE(taking_ends_when_the_pool_does)
{
    shared_socket pool;
    const auto taker = pool.worker();
    taker->start_taking([](int) { BOOST_ERROR("taken"); });

    ::shutdown(pool.ends[0], SHUT_WR);
    pool.loop.run_for(5s);

    BOOST_TEST(pool.loop.stopped());
}
