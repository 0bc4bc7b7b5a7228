// Owns a daemon that receives log lines as datagrams.
#pragma once

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace wampfcgi::test {

/// A datagram socket like those of journald and syslogd, in a temporary folder.
struct fake_daemon {
    fake_daemon()
    {
        BOOST_REQUIRE(::mkdtemp(folder.data()) != nullptr);
        path = folder + "/socket";
        listen();
    }
    ~fake_daemon()
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

    std::vector<std::string> all_received() const
    {
        std::vector<std::string> all;
        for (std::string each = received(); !each.empty(); each = received())
            all.push_back(std::move(each));
        return all;
    }

    std::string folder = "/tmp/wamp-fcgi-journal-XXXXXX";
    std::string path;
    int fd = -1;
};

}  // namespace wampfcgi::test
