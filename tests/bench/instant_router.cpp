// Owns a router for measuring its client: RawSocket with MessagePack, answering every CALL and PUBLISH at once, at the
// least possible cost. All answers to one read go out in one write. It does not check what its only client is known to
// do right. Prints where it listens.
// usage: bench-router [SOCKET]      (a Unix socket; without, a loopback port)
//
// Procedures, by the last part of their URI: echo returns its arguments; big returns as many bytes of text as its
// argument says; sleep returns its arguments after that many seconds; any other returns 5.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

using clock_type = std::chrono::steady_clock;

constexpr std::size_t header_bytes = 4;
constexpr std::size_t read_bytes = 256 * 1024;
constexpr unsigned most_fix_items = 15;

enum code : std::uint8_t { hello = 1, goodbye = 6, publish = 16, call = 48 };
enum frame_type : std::uint8_t { message = 0, ping = 1, pong = 2 };

using namespace std::string_view_literals;
constexpr std::string_view handshake_reply = "\x7F\xF2\0\0"sv;  // accepts 16 MiB, speaks MessagePack
// [WELCOME, 1, {"roles": {"dealer": {}, "broker": {}}, "authrole": "anonymous"}]
constexpr std::string_view welcome = "\x93\x02\x01\x82\xA5roles\x82\xA6"
                                     "dealer\x80\xA6"
                                     "broker\x80\xA8"
                                     "authrole\xA9"
                                     "anonymous"sv;
constexpr std::string_view goodbye_reply = "\x93\x06\x80\xBAwamp.close.goodbye_and_out"sv;

[[noreturn]] void fail(const char* what)
{
    std::perror(what);
    std::exit(1);
}

std::size_t big_endian(std::string_view bytes)
{
    std::size_t value = 0;
    for (const char each : bytes)
        value = value << 8 | static_cast<std::uint8_t>(each);
    return value;
}

/// Takes MessagePack values off the front of a message.
class values {
public:
    explicit values(std::string_view bytes) : rest_(bytes) {}

    std::string_view rest() const { return rest_; }

    std::size_t array_header()
    {
        const std::uint8_t first = lead();
        if (first == 0xDC)
            return number(2);
        return first == 0xDD ? number(4) : first & 0x0FU;
    }

    std::size_t integer()
    {
        const std::uint8_t first = lead();
        return first < 0x80 ? first : number(std::size_t{1} << (first & 3U));
    }

    std::string_view text()
    {
        const std::uint8_t first = lead();
        return cut(first < 0xC0 ? first & 0x1FU : number(std::size_t{1} << (first - 0xD9U)));
    }

    /// Skips a map with scalars, such as CALL's options.
    void skip_small_map()
    {
        for (unsigned left = 2 * (lead() & 0x0FU); left > 0; --left) {
            const std::uint8_t first = static_cast<std::uint8_t>(rest_.front());
            const bool is_text = (first & 0xE0U) == 0xA0;
            if (is_text)
                text();
            else if (first >= 0xCC && first <= 0xD3)
                integer();
            else
                lead();
        }
    }

    /// The next integer, still packed.
    std::string_view integer_as_is()
    {
        const std::string_view from = rest_;
        integer();
        return from.substr(0, from.size() - rest_.size());
    }

private:
    std::string_view cut(std::size_t bytes)
    {
        const auto piece = rest_.substr(0, bytes);
        rest_.remove_prefix(piece.size());
        return piece;
    }

    std::size_t number(std::size_t bytes) { return big_endian(cut(bytes)); }

    std::uint8_t lead() { return static_cast<std::uint8_t>(cut(1).front()); }

    std::string_view rest_;
};

void append_frame(std::string& out, std::string_view head, std::string_view tail = {}, frame_type type = message)
{
    const std::size_t size = head.size() + tail.size();
    const char header[] = {static_cast<char>(type), static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                           static_cast<char>(size)};
    out.append(header, sizeof header).append(head).append(tail);
}

std::string text_header(std::size_t bytes)
{
    return {'\xDB', static_cast<char>(bytes >> 24), static_cast<char>(bytes >> 16), static_cast<char>(bytes >> 8),
            static_cast<char>(bytes)};
}

struct connection {
    int fd;
    std::string in;
    std::size_t got = 0;  // filled bytes of `in`
    std::string out;
    std::size_t sent = 0;
    bool shaken = false;
    bool waits_to_write = false;
};

class router {
public:
    explicit router(int listener) : listener_(listener), epoll_(::epoll_create1(0)) { watch(listener, EPOLLIN); }

    void run()
    {
        std::array<epoll_event, 64> ready;
        while (true) {
            const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), until_next_wake());
            for (int i = 0; i < count; ++i)
                take(ready[static_cast<std::size_t>(i)]);
            wake_sleepers();
        }
    }

private:
    void watch(int fd, std::uint32_t events, int how = EPOLL_CTL_ADD)
    {
        epoll_event wanted{};
        wanted.events = events;
        wanted.data.fd = fd;
        ::epoll_ctl(epoll_, how, fd, &wanted);
    }

    void take(const epoll_event& what)
    {
        const int fd = what.data.fd;
        if (fd == listener_) {
            accept();
            return;
        }
        connection& peer = *peers_.at(fd);
        const bool lives = (what.events & EPOLLOUT) == 0 ? read(peer) : write(peer);
        if (lives)
            return;
        ::close(fd);
        peers_.erase(fd);
    }

    void accept()
    {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
        if (fd < 0)
            return;
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        peers_[fd] =
            std::make_unique<connection>(connection{fd, std::string(read_bytes, '\0'), 0, {}, 0, false, false});
        watch(fd, EPOLLIN);
    }

    bool read(connection& peer)
    {
        if (peer.in.size() - peer.got < read_bytes / 2)
            peer.in.resize(2 * peer.in.size());
        const ssize_t bytes = ::recv(peer.fd, peer.in.data() + peer.got, peer.in.size() - peer.got, 0);
        if (bytes <= 0)
            return bytes < 0 && errno == EAGAIN;
        peer.got += static_cast<std::size_t>(bytes);
        std::string_view rest(peer.in.data(), peer.got);
        if (!peer.shaken && rest.size() >= header_bytes) {
            peer.shaken = true;
            peer.out += handshake_reply;
            rest.remove_prefix(header_bytes);
        }
        while (rest.size() >= header_bytes) {
            const std::size_t size = header_bytes + big_endian(rest.substr(1, 3));
            if (rest.size() < size)
                break;
            answer(peer, static_cast<std::uint8_t>(rest.front()), rest.substr(header_bytes, size - header_bytes));
            rest.remove_prefix(size);
        }
        std::memmove(peer.in.data(), rest.data(), rest.size());
        peer.got = rest.size();
        return peer.waits_to_write || write(peer);
    }

    void answer(connection& peer, std::uint8_t type, std::string_view bytes)
    {
        if (type == ping)
            append_frame(peer.out, bytes, {}, pong);
        if (type != message)
            return;
        values fields(bytes);
        const std::size_t count = fields.array_header();
        switch (fields.integer()) {
        case hello:
            return append_frame(peer.out, welcome);
        case goodbye:
            return append_frame(peer.out, goodbye_reply);
        case publish:
            head_.assign("\x93\x11");  // [PUBLISHED, PUBLISH.Request|id, Publication|id]
            return append_frame(peer.out, head_.append(fields.integer_as_is()), "\x07");
        case call:
            return answer_call(peer, fields, count);
        default:
            return;
        }
    }

    void answer_call(connection& peer, values fields, std::size_t count)
    {
        // [RESULT, CALL.Request|id, Details|dict, Arguments|list, ...]: CALL has one more field before the arguments.
        head_.assign("\x94\x32");
        head_ += fields.integer_as_is();
        head_ += '\x80';
        fields.skip_small_map();
        const std::string_view procedure = fields.text();
        const std::string_view arguments = fields.rest();
        const bool sleeps = procedure.ends_with(".sleep");
        if (sleeps || procedure.ends_with(".echo")) {
            head_.front() = static_cast<char>(0x90U | (count - 1));
            if (!sleeps)
                return append_frame(peer.out, head_, arguments);
            values listed(arguments);
            listed.array_header();
            sleepers_.emplace(clock_type::now() + std::chrono::seconds(listed.integer()),
                              sleeper{peer.fd, head_.append(arguments)});
            return;
        }
        if (procedure.ends_with(".big")) {
            values listed(arguments);
            listed.array_header();
            const std::size_t bytes = listed.integer();
            large_.resize(std::max(large_.size(), bytes), 'x');
            head_.append("\x91").append(text_header(bytes));
            return append_frame(peer.out, head_, std::string_view(large_).substr(0, bytes));
        }
        append_frame(peer.out, head_, "\x91\x05");
    }

    bool write(connection& peer)
    {
        while (peer.sent < peer.out.size()) {
            const ssize_t bytes = ::send(peer.fd, peer.out.data() + peer.sent, peer.out.size() - peer.sent, 0);
            if (bytes < 0 && errno != EAGAIN)
                return false;
            if (bytes < 0) {
                if (!std::exchange(peer.waits_to_write, true))
                    watch(peer.fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
                return true;
            }
            peer.sent += static_cast<std::size_t>(bytes);
        }
        peer.out.clear();
        peer.sent = 0;
        if (std::exchange(peer.waits_to_write, false))
            watch(peer.fd, EPOLLIN, EPOLL_CTL_MOD);
        return true;
    }

    int until_next_wake() const
    {
        if (sleepers_.empty())
            return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(sleepers_.begin()->first - clock_type::now());
        return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }

    void wake_sleepers()
    {
        if (sleepers_.empty())
            return;
        const auto now = clock_type::now();
        while (!sleepers_.empty() && sleepers_.begin()->first <= now) {
            const auto woken = sleepers_.extract(sleepers_.begin());
            const auto found = peers_.find(woken.mapped().fd);
            if (found == peers_.end())
                continue;
            append_frame(found->second->out, woken.mapped().reply);
        }
        for (const auto& [fd, peer] : peers_)
            if (!peer->waits_to_write)
                write(*peer);
    }

    struct sleeper {
        int fd;
        std::string reply;
    };

    int listener_;
    int epoll_;
    std::unordered_map<int, std::unique_ptr<connection>> peers_;
    std::multimap<clock_type::time_point, sleeper> sleepers_;
    std::string head_;   // of the current RESULT
    std::string large_;  // the result of big
};

int listen_at(const char* path)
{
    const int fd = ::socket(path != nullptr ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_un local{};
    sockaddr_in loopback{};
    local.sun_family = AF_UNIX;
    loopback.sin_family = AF_INET;
    loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (path != nullptr)
        std::strncpy(local.sun_path, path, sizeof local.sun_path - 1);
    const auto* address =
        path != nullptr ? reinterpret_cast<const sockaddr*>(&local) : reinterpret_cast<const sockaddr*>(&loopback);
    socklen_t size = path != nullptr ? sizeof local : sizeof loopback;
    if (fd < 0 || ::bind(fd, address, size) != 0 || ::listen(fd, SOMAXCONN) != 0)
        fail("bench-router: cannot listen");
    if (path == nullptr && ::getsockname(fd, reinterpret_cast<sockaddr*>(&loopback), &size) != 0)
        fail("bench-router: getsockname");
    if (path != nullptr)
        std::printf("listening unix:%s\n", path);
    else
        std::printf("listening rs://127.0.0.1:%u\n", static_cast<unsigned>(ntohs(loopback.sin_port)));
    std::fflush(stdout);
    return fd;
}

}  // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    router(listen_at(argc > 1 ? argv[1] : nullptr)).run();
}
