#include "fcgi/spool.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <filesystem>
#include <iterator>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

using namespace wampfcgi::fcgi;

namespace {

/// What a reader of the descriptor gets until it finds the end, or `most` bytes.
std::string read_rest(spool& from, std::size_t most = 1 << 20)
{
    std::string text;
    std::array<char, 16> piece{};
    ssize_t got = 0;
    while (text.size() < most &&
           (got = ::read(from.fd(), piece.data(), std::min(piece.size(), most - text.size()))) > 0)
        text.append(piece.data(), static_cast<std::size_t>(got));
    return text;
}

bool is_open(int fd)
{
    return ::fcntl(fd, F_GETFD) != -1;
}

/// Descriptors of this process.
std::size_t descriptors()
{
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_appended_is_read_from_where_the_last_read_ended)
{
    spool bytes;

    BOOST_TEST(bytes.append("first "));
    BOOST_TEST(bytes.append("second"));
    BOOST_TEST(read_rest(bytes) == "first second");
    BOOST_TEST(read_rest(bytes) == "");
    BOOST_TEST(bytes.append(""));
    BOOST_TEST(bytes.append("third"));
    BOOST_TEST(read_rest(bytes) == "third");
}

BOOST_AUTO_TEST_CASE(only_what_is_large_or_being_read_has_a_descriptor)
{
    const std::size_t before = descriptors();
    spool bytes;
    BOOST_TEST(bytes.append(std::string(spool::most_without_file, 'x')));
    BOOST_TEST(descriptors() == before);

    BOOST_TEST(bytes.append("y"));
    BOOST_TEST(descriptors() == before + 1);
    BOOST_TEST(read_rest(bytes) == std::string(spool::most_without_file, 'x') + "y");
    bytes.close();
    BOOST_TEST(descriptors() == before);

    BOOST_TEST(bytes.append("z"));
    BOOST_TEST(read_rest(bytes) == "z");
    BOOST_TEST(descriptors() == before + 1);
}

BOOST_AUTO_TEST_CASE(a_spool_that_was_closed_is_empty)
{
    for (const std::size_t size : {std::size_t{3}, 2 * spool::most_without_file}) {
        spool bytes;
        bytes.append(std::string(size, 'x'));

        bytes.close();

        BOOST_TEST(bytes.append("new"));
        BOOST_TEST(read_rest(bytes) == "new");
    }
}

BOOST_AUTO_TEST_CASE(a_spool_closes_its_descriptor_once)
{
    int fd = -1;
    {
        spool bytes;
        bytes.close();
        fd = bytes.fd();
        BOOST_TEST(is_open(fd));
        bytes.close();
        BOOST_TEST(!is_open(fd));
        fd = ::dup(STDERR_FILENO);  // takes the number: a second close would hit it
        bytes.close();
    }
    BOOST_TEST(is_open(fd));
    ::close(fd);
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_somebody_else_has_closed_is_left_alone)
{
    int fd = -1;
    {
        spool bytes;
        bytes.append("x");
        ::close(bytes.fd());
        bytes.forget();
        fd = ::dup(STDERR_FILENO);
    }
    BOOST_TEST(is_open(fd));
    ::close(fd);
}

BOOST_AUTO_TEST_CASE(without_descriptors_what_is_small_is_still_taken_and_nothing_else)
{
    rlimit had{};
    ::getrlimit(RLIMIT_NOFILE, &had);
    rlimit none = had;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_NOFILE, &none);
    spool bytes;

    const bool took_little = bytes.append("x");
    const int fd = bytes.fd();
    const bool took_much = bytes.append(std::string(2 * spool::most_without_file, 'x'));

    ::setrlimit(RLIMIT_NOFILE, &had);
    BOOST_TEST(took_little);
    BOOST_TEST(fd == -1);
    BOOST_TEST(!took_much);
}
