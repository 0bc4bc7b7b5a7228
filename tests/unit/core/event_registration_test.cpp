// Descriptors registered with a real epoll as Asio does it. Calls of epoll_ctl() here are redirected like Asio's.
#include "wampfcgi/core/event_registration.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <optional>

#include <sys/epoll.h>
#include <unistd.h>

using namespace wampfcgi;

namespace {

struct watched_pipe {
    watched_pipe() { BOOST_REQUIRE(::pipe(ends.data()) == 0); }
    ~watched_pipe()
    {
        ::close(ends[0]);
        ::close(ends[1]);
        ::close(epoll);
    }
    watched_pipe(const watched_pipe&) = delete;
    watched_pipe& operator=(const watched_pipe&) = delete;

    /// As Asio does it before it waits.
    void control(int operation)
    {
        epoll_event wanted{};
        wanted.events = EPOLLIN | EPOLLET;
        wanted.data.fd = 17;
        BOOST_TEST(::epoll_ctl(epoll, operation, reading_end(), &wanted) == 0);
    }

    void write() { BOOST_REQUIRE(::write(ends[1], "x", 1) == 1); }

    int reading_end() const { return ends[0]; }

    /// The number of events that a wait of no time finds.
    int events()
    {
        epoll_event found{};
        const int count = ::epoll_wait(epoll, &found, 1, 0);
        if (count == 1)
            BOOST_TEST(int{found.data.fd} == 17);
        return count;
    }

    std::array<int, 2> ends{-1, -1};
    int epoll = ::epoll_create1(EPOLL_CLOEXEC);
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_kept_registration_reports_what_was_not_read_again_and_again)
{
    watched_pipe pipe;
    const event_registration kept(pipe.reading_end(), EPOLLIN);
    pipe.control(EPOLL_CTL_ADD);
    pipe.write();

    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(pipe.events() == 1);
        pipe.control(EPOLL_CTL_MOD);
    }
}

BOOST_AUTO_TEST_CASE(a_registration_may_begin_with_a_later_wait)
{
    watched_pipe pipe;
    pipe.control(EPOLL_CTL_ADD);
    pipe.write();
    BOOST_TEST(pipe.events() == 1);
    BOOST_TEST(pipe.events() == 0);

    const event_registration kept(pipe.reading_end(), EPOLLIN);

    BOOST_TEST(pipe.events() == 0);
    pipe.control(EPOLL_CTL_MOD);
    BOOST_TEST(pipe.events() == 1);
    BOOST_TEST(pipe.events() == 1);
}

BOOST_AUTO_TEST_CASE(a_restored_descriptor_is_registered_as_asio_wants_it)
{
    watched_pipe pipe;
    event_registration kept(pipe.reading_end(), EPOLLIN);
    pipe.control(EPOLL_CTL_ADD);
    pipe.write();
    BOOST_TEST(pipe.events() == 1);

    kept.restore();

    BOOST_TEST(pipe.events() == 1);
    BOOST_TEST(pipe.events() == 0);
    pipe.write();
    BOOST_TEST(pipe.events() == 1);
}

BOOST_AUTO_TEST_CASE(an_exclusive_registration_survives_that_asio_registers_again)
{
    watched_pipe pipe;
    const event_registration kept(pipe.reading_end(), EPOLLIN | EPOLLEXCLUSIVE);
    pipe.control(EPOLL_CTL_ADD);
    pipe.control(EPOLL_CTL_MOD);  // the kernel would refuse it
    pipe.write();

    BOOST_TEST(pipe.events() == 1);
    pipe.control(EPOLL_CTL_DEL);
    BOOST_TEST(pipe.events() == 0);
}

BOOST_AUTO_TEST_CASE(the_next_descriptor_of_the_same_number_is_asios_again)
{
    watched_pipe pipe;
    std::optional<event_registration> kept(std::in_place, pipe.reading_end(), EPOLLIN);
    pipe.control(EPOLL_CTL_ADD);
    pipe.control(EPOLL_CTL_DEL);
    kept.reset();

    pipe.control(EPOLL_CTL_ADD);
    pipe.write();

    BOOST_TEST(pipe.events() == 1);
    BOOST_TEST(pipe.events() == 0);
}
