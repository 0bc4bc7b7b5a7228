// Owns a load of requests made all at once, straight to a FastCGI socket: each has its own connection, and none waits
// for another's answer. Prints, as JSON, how many were answered with 200, and how long all of it took.
// usage: bench-flood SOCKET COUNT BODY
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unordered_map>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

using clock_type = std::chrono::steady_clock;
using namespace std::string_view_literals;

constexpr std::chrono::seconds limit{30};

enum record_type : std::uint8_t { begin_request = 1, params = 4, standard_input = 5 };

std::string record(record_type type, std::string_view content)
{
    const char header[] = {
        1, static_cast<char>(type), 0, 1, static_cast<char>(content.size() >> 8), static_cast<char>(content.size()), 0,
        0};
    return std::string(header, sizeof header).append(content);
}

void add(std::string& to, std::string_view name, std::string_view value)
{
    to += static_cast<char>(name.size());
    to += static_cast<char>(value.size());
    to.append(name).append(value);
}

std::string request_with(std::string_view body)
{
    std::string variables;
    add(variables, "REQUEST_METHOD", "POST");
    add(variables, "SCRIPT_NAME", "/wamp");
    add(variables, "REMOTE_ADDR", "127.0.0.1");
    add(variables, "CONTENT_TYPE", "application/json");
    add(variables, "CONTENT_LENGTH", std::to_string(body.size()));
    return record(begin_request, "\0\1\0\0\0\0\0\0"sv) + record(params, variables) + record(params, {}) +
           record(standard_input, body) + record(standard_input, {});
}

[[noreturn]] void fail(const char* what)
{
    std::perror(what);
    std::exit(1);
}

int connect_to(const char* path)
{
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string_view(path).copy(address.sun_path, sizeof address.sun_path - 1);
    if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        fail("bench-flood: cannot connect");
    return fd;
}

void raise_descriptor_limit()
{
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 4)
        return 2;
    raise_descriptor_limit();
    const int count = std::atoi(argv[2]);
    const std::string request = request_with(argv[3]);
    const int epoll = ::epoll_create1(0);
    std::unordered_map<int, std::string> answers;

    const auto began = clock_type::now();
    for (int i = 0; i < count; ++i) {
        const int fd = connect_to(argv[1]);
        if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
            fail("bench-flood: cannot send");
        answers[fd];
        epoll_event wanted{};
        wanted.events = EPOLLIN;
        wanted.data.fd = fd;
        ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted);
    }
    const auto sent = clock_type::now();
    int good = 0;
    auto last = sent;
    std::array<epoll_event, 256> ready;
    std::array<char, 4096> piece;
    while (!answers.empty() && clock_type::now() - began < limit) {
        const int events = ::epoll_wait(epoll, ready.data(), static_cast<int>(ready.size()), 1000);
        for (int i = 0; i < events; ++i) {
            const int fd = ready[static_cast<std::size_t>(i)].data.fd;
            const ssize_t got = ::recv(fd, piece.data(), piece.size(), MSG_DONTWAIT);
            if (got < 0 && errno == EAGAIN)
                continue;
            std::string& answer = answers.at(fd);
            if (got > 0) {
                answer.append(piece.data(), static_cast<std::size_t>(got));
                continue;
            }
            good += answer.find("Status: 200 OK") != std::string::npos ? 1 : 0;
            last = clock_type::now();
            ::close(fd);
            answers.erase(fd);
        }
    }
    const auto seconds = [&](auto until) { return std::chrono::duration<double>(until - began).count(); };
    std::printf("{\"answered\": %d, \"seconds\": %.3f, \"sending\": %.3f}\n", good, seconds(last), seconds(sent));
}
