// Owns the simplest possible FastCGI responder with libfcgi that asks a router, for comparison with wamp-fcgi: what is
// left between the two is the price of wamp-fcgi's checks. For each request it sends a constant CALL, in which only the
// request id changes, waits for the RESULT, and answers with its argument, a single digit. Each thread has a RawSocket
// connection of its own with MessagePack. It checks nothing, and can talk to bench-router only.
//
// It takes the router's URL, rs://ADDRESS:PORT or unix:PATH, from the configuration of wamp-fcgi that a web server
// gives it: --config FILE, or WAMP_FCGI_CONFIG in the environment.
#include "responder.hpp"

#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace {

using namespace std::string_view_literals;

constexpr auto handshake = "\x7F\xF2\0\0"sv;  // takes 16 MiB, speaks MessagePack
constexpr std::size_t header_bytes = 4;

// [HELLO, "realm1", {"roles": {"caller": {}}}]
constexpr auto hello = "\x93\x01\xA6"
                       "realm1\x81\xA5roles\x81\xA6"
                       "caller\x80"sv;
// [CALL, id, {}, "com.example.add2", [2, 3]]: the id always takes four bytes
constexpr auto call = "\x95\x30\xCE\0\0\0\0\x80\xB0"
                      "com.example.add2\x92\x02\x03"sv;
constexpr std::size_t id_at = header_bytes + 3;

std::string frame_of(std::string_view message)
{
    return std::string("\0\0\0"sv).append(1, static_cast<char>(message.size())).append(message);
}

[[noreturn]] void fail(const char* what)
{
    std::perror(what);
    std::exit(1);
}

/// The first "url" of a configuration, which is the router's.
std::string router_url(const char* config)
{
    std::ifstream file(config != nullptr ? config : "");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    constexpr auto before = R"("url": ")"sv;
    const std::size_t at = text.find(before);
    if (at == std::string::npos)
        fail("bench-asking-yardstick: no router in the configuration");
    const std::size_t from = at + before.size();
    return text.substr(from, text.find('"', from) - from);
}

int connect_to(const std::string& url)
{
    const bool is_local = url.starts_with("unix:");
    sockaddr_un local{};
    sockaddr_in loopback{};
    local.sun_family = AF_UNIX;
    loopback.sin_family = AF_INET;
    if (is_local) {
        url.copy(local.sun_path, sizeof local.sun_path - 1, std::strlen("unix:"));
    } else {
        const std::size_t host = std::strlen("rs://");
        const std::size_t colon = url.find(':', host);
        loopback.sin_port = htons(static_cast<std::uint16_t>(std::atoi(url.c_str() + colon + 1)));
        ::inet_pton(AF_INET, url.substr(host, colon - host).c_str(), &loopback.sin_addr);
    }
    const auto* address = is_local ? reinterpret_cast<sockaddr*>(&local) : reinterpret_cast<sockaddr*>(&loopback);
    const int fd = ::socket(is_local ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || ::connect(fd, address, is_local ? sizeof local : sizeof loopback) != 0)
        fail("bench-asking-yardstick: cannot connect to the router");
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/// A connection to the router, with a session.
class router_connection {
public:
    explicit router_connection(const std::string& url) : fd_(connect_to(url))
    {
        send(handshake);
        read_until(header_bytes);
        ask(frame_of(hello));
    }

    /// The router's answer to a message of ours. It is valid until the next one.
    std::string_view ask(std::string_view frame)
    {
        send(frame);
        read_until(header_bytes);
        const std::size_t bytes = static_cast<unsigned char>(in_[header_bytes - 1]);  // all its messages are short
        read_until(header_bytes + bytes);
        return {in_.data() + header_bytes, bytes};
    }

private:
    void send(std::string_view bytes)
    {
        got_ = 0;
        if (::send(fd_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
            fail("bench-asking-yardstick: cannot send to the router");
    }

    /// The router says nothing unasked, so the first read gets all of an answer, unless it comes in pieces.
    void read_until(std::size_t bytes)
    {
        while (got_ < bytes) {
            const ssize_t more = ::recv(fd_, in_.data() + got_, in_.size() - got_, 0);
            if (more <= 0)
                fail("bench-asking-yardstick: the router has closed the connection");
            got_ += static_cast<std::size_t>(more);
        }
    }

    int fd_;
    std::array<char, 256> in_;
    std::size_t got_ = 0;
};

/// The answer with the digit of the RESULT in its place.
class answer_from_router {
public:
    explicit answer_from_router(const bench::options& given) : router_(router_url(given.config)) {}

    const std::string& to(const FCGX_Request&)
    {
        const std::uint32_t id = htonl(++last_id_);
        std::memcpy(call_.data() + id_at, &id, sizeof id);
        const char result = router_.ask(call_).back();  // [RESULT, id, {}, [digit]]
        answer_[digit_at_] = static_cast<char>('0' + result);
        return answer_;
    }

private:
    router_connection router_;
    std::uint32_t last_id_ = 0;
    std::string call_ = frame_of(call);
    std::string answer_ = bench::answer_of(R"({"args":[?]})");
    std::size_t digit_at_ = answer_.size() - R"(?]})"sv.size();
};

}  // namespace

int main(int argc, char** argv)
{
    return bench::run_responder<answer_from_router>(argc, argv);
}
