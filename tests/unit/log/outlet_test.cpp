#include "log/outlet.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace wampfcgi;

namespace {

constexpr int smallest_pipe = 4096;

/// Two ends of a channel with further writers.
struct channel {
    ~channel()
    {
        ::close(reading);
        ::close(writing);
    }

    std::string path() const { return "/proc/self/fd/" + std::to_string(writing); }

    std::string read_all() const
    {
        std::string all;
        std::array<char, 65536> buffer{};
        ::fcntl(reading, F_SETFL, O_NONBLOCK);
        for (ssize_t n = 0; (n = ::read(reading, buffer.data(), buffer.size())) > 0;)
            all.append(buffer.data(), static_cast<std::size_t>(n));
        return all;
    }

    int reading = -1;
    int writing = -1;
};

struct pipe_ends : channel {
    explicit pipe_ends(int bytes = smallest_pipe)
    {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(::pipe(ends.data()) == 0);
        ::fcntl(ends[1], F_SETPIPE_SZ, bytes);
        reading = ends[0];
        writing = ends[1];
    }
};

struct socket_ends : channel {
    socket_ends()
    {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
        reading = ends[0];
        writing = ends[1];
    }
};

const std::string line(99, 'x');

/// Puts lines until one is lost, and returns their number.
std::size_t fill(log::outlet& to)
{
    std::size_t count = 0;
    while (to.put(line + '\n'))
        BOOST_REQUIRE(++count < 100'000);
    return count;
}

bool blocks(int fd)
{
    return (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}

void check_never_waits(const channel& between, const char* path)
{
    log::outlet to(between.writing, path);

    const std::size_t count = fill(to);
    BOOST_TEST(!to.put(line + '\n'));
    std::string seen = between.read_all();
    BOOST_TEST(to.put("after\n"));
    seen += between.read_all();

    std::string expected;
    for (std::size_t i = 0; i < count; ++i)
        expected += line + '\n';
    BOOST_TEST((seen == expected + "after\n"));
    BOOST_TEST(blocks(between.writing));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_pipe_that_nobody_reads_loses_whole_lines_and_is_never_waited_for)
{
    const pipe_ends pipe;
    check_never_waits(pipe, pipe.path().c_str());
}

BOOST_AUTO_TEST_CASE(a_pipe_that_cannot_be_opened_once_more_is_never_waited_for_either)
{
    check_never_waits(pipe_ends(), "/nowhere");
}

BOOST_AUTO_TEST_CASE(a_socket_that_nobody_reads_loses_whole_lines_and_is_never_waited_for)
{
    check_never_waits(socket_ends(), "/nowhere");
}

BOOST_AUTO_TEST_CASE(a_write_that_others_have_taken_the_room_from_is_ended)
{
    const pipe_ends pipe;
    log::outlet to(pipe.writing, "/nowhere");
    fill(to);

    BOOST_TEST(log::write_for_a_moment(pipe.writing, std::string(smallest_pipe, 'x')) == -1);
    BOOST_TEST(errno == EINTR);
}

BOOST_AUTO_TEST_CASE(a_line_longer_than_the_pipe_goes_on_where_it_was_cut_and_no_other_comes_between)
{
    const pipe_ends pipe(2 * smallest_pipe);
    for (const std::string& path : {pipe.path(), std::string("/nowhere")}) {
        log::outlet to(pipe.writing, path.c_str());
        const std::string longest = std::string(std::size_t{2} * smallest_pipe, 'a') + "b\n";

        BOOST_TEST(to.put(longest));
        BOOST_TEST(!to.put("lost\n"));
        std::string seen = pipe.read_all();
        BOOST_TEST(to.put("next\n"));

        BOOST_TEST((seen + pipe.read_all() == longest + "next\n"));
    }
}

BOOST_AUTO_TEST_CASE(a_reader_that_has_gone_costs_the_line_alone)
{
    pipe_ends pipe;
    ::signal(SIGPIPE, SIG_IGN);
    log::outlet to(pipe.writing, pipe.path().c_str());
    BOOST_TEST(to.put("one\n"));

    ::close(std::exchange(pipe.reading, -1));

    BOOST_TEST(!to.put("two\n"));
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_comes_to_lead_elsewhere_is_followed)
{
    const pipe_ends first;
    const pipe_ends second;
    log::outlet to(first.writing, first.path().c_str());
    to.put("one\n");

    ::dup2(second.writing, first.writing);
    to.put("two\n");

    BOOST_TEST(first.read_all() == "one\n");
    BOOST_TEST(second.read_all() == "two\n");
}

BOOST_AUTO_TEST_CASE(the_journals_stream_is_known_by_what_systemd_says_of_it)
{
    const socket_ends stream;
    struct stat found {};
    BOOST_REQUIRE(::fstat(stream.writing, &found) == 0);
    const std::string its_name = std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino);

    for (const bool same : {true, false}) {
        ::setenv("JOURNAL_STREAM", same ? its_name.c_str() : "1:1", 1);
        log::outlet to(stream.writing, "/nowhere");
        to.look();
        BOOST_TEST(to.is_journal() == same);
    }
    ::unsetenv("JOURNAL_STREAM");
}
