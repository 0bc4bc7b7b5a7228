#include "fcgi/accept/shared_listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace wampfcgi::fcgi;
using namespace std::chrono_literals;

namespace {

/// A listening Unix socket with a name chosen by the kernel.
struct listening_socket {
    listening_socket()
    {
        sockaddr_un any{};
        any.sun_family = AF_UNIX;
        BOOST_REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof(sa_family_t)) == 0);
        BOOST_REQUIRE(::listen(fd, 10) == 0);
        BOOST_REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    }

    int connect() const
    {
        const int client = ::socket(AF_UNIX, SOCK_STREAM, 0);
        BOOST_REQUIRE(::connect(client, reinterpret_cast<const sockaddr*>(&address), size) == 0);
        return client;
    }

    int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    socklen_t size = sizeof address;
};

/// A thread, and whether it sleeps.
class sleeper {
public:
    template <class Work>
    explicit sleeper(Work work)
        : thread_([this, work] {
              id_ = ::gettid();
              work();
          })
    {}

    void join() { thread_.join(); }

    void wait_until_asleep() const
    {
        for (char state = 0; state != 'S'; std::this_thread::sleep_for(1ms)) {
            if (id_ == 0)
                continue;
            std::ifstream stat("/proc/self/task/" + std::to_string(id_) + "/stat");
            std::string number, name;
            stat >> number >> name >> state;
        }
    }

private:
    std::atomic<int> id_{0};
    std::thread thread_;
};

/// Another process that waits, as a thread.
class other_process {
public:
    explicit other_process(int fd) : fd_(::dup(fd))
    {
        epoll_event wanted{};
        wanted.events = EPOLLIN | EPOLLEXCLUSIVE;
        BOOST_REQUIRE(::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd_, &wanted) == 0);
        waiting_.emplace([this] {
            epoll_event got{};
            events_ = ::epoll_wait(epoll_, &got, 1, 500);
        });
        waiting_->wait_until_asleep();
    }
    ~other_process()
    {
        ::close(fd_);
        ::close(epoll_);
    }
    other_process(const other_process&) = delete;
    other_process& operator=(const other_process&) = delete;

    bool was_woken()
    {
        waiting_->join();
        return events_ > 0;
    }

private:
    int fd_;
    int epoll_ = ::epoll_create1(0);
    int events_ = 0;
    std::optional<sleeper> waiting_;
};

/// Returns true when another process, which began to wait later, is woken too.
bool other_is_woken_too(bool as_well)
{
    listening_socket socket;
    boost::asio::io_context loop;
    shared_listener listener(loop, socket.fd);
    bool woken = false;
    listener.wait(as_well, [&](boost::system::error_code error) {
        woken = !error;
        loop.stop();
    });
    sleeper first([&] { loop.run(); });
    first.wait_until_asleep();
    other_process other(socket.fd);

    const int client = socket.connect();
    first.join();
    const bool other_was_woken = other.was_woken();
    ::close(client);
    BOOST_TEST(woken);
    return other_was_woken;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_connection_wakes_one_process_or_another_as_well_where_that_is_wanted)
{
    BOOST_TEST(!other_is_woken_too(false));
    BOOST_TEST(other_is_woken_too(true));
}

BOOST_AUTO_TEST_CASE(who_comes_last_leaves_a_connection_to_another_process_and_takes_one_alone)
{
    listening_socket socket;
    boost::asio::io_context loop;
    shared_listener listener(loop, socket.fd);
    bool woken = false;
    listener.wait(false, [&](boost::system::error_code error) { woken = !error; });
    std::optional<sleeper> first;
    first.emplace([&] { loop.run_for(500ms); });
    first->wait_until_asleep();
    std::optional<other_process> other;
    other.emplace(socket.fd);
    listener.come_last();

    const int for_other = socket.connect();
    BOOST_TEST(other->was_woken());
    first->join();
    BOOST_TEST(!woken);

    other.reset();
    const int for_this = socket.connect();
    loop.restart();
    loop.run_for(1s);
    BOOST_TEST(woken);
    ::close(for_other);
    ::close(for_this);
}

// An epoll descriptor does not support EPOLLEXCLUSIVE, just as in some sandboxes.
BOOST_AUTO_TEST_CASE(a_descriptor_that_all_have_to_be_woken_for_is_waited_for_all_the_same)
{
    listening_socket socket;
    const int client = socket.connect();
    const int epoll = ::epoll_create1(0);
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    BOOST_REQUIRE(::epoll_ctl(epoll, EPOLL_CTL_ADD, socket.fd, &wanted) == 0);
    boost::asio::io_context loop;
    shared_listener listener(loop, epoll);
    bool told = false;
    listener.wait(false, [&](boost::system::error_code error) { told = !error; });
    loop.run_for(1s);
    BOOST_TEST(told);
    ::close(client);
    ::close(socket.fd);
}

BOOST_AUTO_TEST_CASE(what_is_not_waited_for_does_not_keep_the_loop_busy)
{
    listening_socket socket;
    boost::asio::io_context loop;
    shared_listener listener(loop, socket.fd);
    int told = 0;
    listener.wait(false, [&](boost::system::error_code error) { told += error ? 0 : 1; });
    const int client = socket.connect();
    BOOST_TEST(loop.run_for(1s) == 1U);
    BOOST_TEST(told == 1);

    loop.restart();
    listener.step_back();
    BOOST_TEST(loop.run_for(50ms) == 0U);

    loop.restart();
    listener.wait(false, [&](boost::system::error_code error) { told += error ? 0 : 1; });
    loop.run_for(1s);
    BOOST_TEST(told == 2);
    ::close(client);
}
