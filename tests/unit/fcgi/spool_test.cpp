#include "fcgi/spool.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <unistd.h>

using namespace wampfcgi::fcgi;

namespace {

/// What a reader of the descriptor gets until it finds the end.
std::string read_rest(const spool& from)
{
    std::string text;
    std::array<char, 16> piece{};
    ssize_t got = 0;
    while ((got = ::read(from.fd(), piece.data(), piece.size())) > 0)
        text.append(piece.data(), static_cast<std::size_t>(got));
    return text;
}

bool is_open(int fd)
{
    return ::fcntl(fd, F_GETFD) != -1;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_appended_is_read_from_where_the_last_read_ended)
{
    spool bytes;
    BOOST_REQUIRE(bytes.open());

    BOOST_TEST(bytes.append("first "));
    BOOST_TEST(bytes.append("second"));
    BOOST_TEST(read_rest(bytes) == "first second");
    BOOST_TEST(read_rest(bytes) == "");
    BOOST_TEST(bytes.append(""));
    BOOST_TEST(bytes.append("third"));
    BOOST_TEST(read_rest(bytes) == "third");
}

BOOST_AUTO_TEST_CASE(a_spool_that_is_opened_again_is_empty_and_leaks_no_descriptor)
{
    spool bytes;
    BOOST_REQUIRE(bytes.open());
    bytes.append("old");
    const int first = bytes.fd();

    BOOST_REQUIRE(bytes.open());

    BOOST_TEST(bytes.fd() == first);  // the lowest free number again: the old one was closed before
    bytes.append("new");
    BOOST_TEST(read_rest(bytes) == "new");
}

BOOST_AUTO_TEST_CASE(a_spool_closes_its_descriptor_once)
{
    int fd = -1;
    {
        spool bytes;
        BOOST_TEST(bytes.fd() == -1);
        bytes.close();
        BOOST_REQUIRE(bytes.open());
        fd = bytes.fd();
        BOOST_TEST(is_open(fd));
        bytes.close();
        BOOST_TEST(!is_open(fd));
        BOOST_TEST(bytes.fd() == -1);
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
        BOOST_REQUIRE(bytes.open());
        bytes.append("x");
        ::close(bytes.fd());
        bytes.forget();
        fd = ::dup(STDERR_FILENO);
        BOOST_TEST(bytes.fd() == -1);
    }
    BOOST_TEST(is_open(fd));
    ::close(fd);
}

BOOST_AUTO_TEST_CASE(a_spool_that_is_not_open_takes_nothing)
{
    spool bytes;
    BOOST_TEST(!bytes.append("x"));
    BOOST_TEST(bytes.append(""));
}
