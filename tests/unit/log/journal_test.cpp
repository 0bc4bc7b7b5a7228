#include "log/sink.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace wampfcgi;

namespace {

/// A socket that takes datagrams as journald does, in a folder of its own.
struct fake_journal {
    fake_journal()
    {
        BOOST_REQUIRE(::mkdtemp(folder.data()) != nullptr);
        path = folder + "/socket";
        listen();
    }
    ~fake_journal()
    {
        ::close(fd);
        std::filesystem::remove_all(folder);
    }

    void listen()
    {
        fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
        sockaddr_un here{};
        here.sun_family = AF_UNIX;
        path.copy(here.sun_path, sizeof here.sun_path - 1);
        BOOST_REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0);
    }

    void restart()
    {
        ::close(fd);
        std::filesystem::remove(path);
        listen();
    }

    std::string received() const
    {
        std::array<char, 4096> bytes{};
        const ssize_t got = ::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
        return {bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
    }

    std::string folder = "/tmp/wamp-fcgi-journal-XXXXXX";
    std::string path;
    int fd = -1;
};

const log::fields nothing;
const log::record line{log_level::notice, "hello", nothing, {}, 1};

}  // namespace

BOOST_AUTO_TEST_CASE(each_line_is_a_datagram_to_the_journal_even_after_it_was_restarted)
{
    fake_journal journal;
    auto opened = log::open_journal_sink(journal.path, {});
    BOOST_REQUIRE(opened.index() == 0U);
    const auto& sink = std::get<0>(opened);
    const std::string expected = log::journal_entry(line, log_format::text);

    sink->put(line);
    BOOST_TEST(journal.received() == expected);
    journal.restart();
    sink->put(line);
    BOOST_TEST(journal.received() == expected);
}

BOOST_AUTO_TEST_CASE(a_journal_that_is_not_there_is_told)
{
    const auto opened = log::open_journal_sink("/nowhere/socket", {});

    BOOST_REQUIRE(opened.index() == 1U);
    BOOST_TEST(std::get<1>(opened) == "the journal cannot be reached: No such file or directory");
}
