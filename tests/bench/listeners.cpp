// Owns many clients of server-sent event streams at once, each with its own connection.
// usage: bench-listeners PORT COUNT PATH
// Prints how long it took until all streams had begun. Then, for each line of standard input, prints what has arrived
// since the line before: the number of events, of missing and of repeated ones (by the number in their first argument),
// of ended streams, and the times of the first and last event by the monotonic clock. All as JSON.
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr int most_beginning = 100;  // at once
constexpr std::string_view first_argument = "\"args\":[";

double now()
{
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

[[noreturn]] void fail(const char* what)
{
    std::perror(what);
    std::exit(1);
}

struct counts {
    std::uint64_t events = 0;
    std::uint64_t missing = 0;
    std::uint64_t again = 0;
    std::uint64_t ended = 0;
    double first = 0;
    double last = 0;
};

/// One client. It speaks HTTP/1.0, so that no chunk headers interrupt a line.
class listener {
public:
    listener(std::uint16_t port, const std::string& request) : fd_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_port = htons(port);
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
            fail("bench-listeners: cannot connect");
        if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
            fail("bench-listeners: cannot send");
    }
    ~listener() { ::close(fd_); }
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;

    int fd() const { return fd_; }
    bool has_begun() const { return has_begun_; }

    /// Returns false at the end.
    bool take(std::string_view bytes, counts& of)
    {
        if (bytes.empty())
            return false;
        line_ += bytes;
        std::size_t from = 0;
        for (std::size_t end = line_.find('\n'); end != std::string::npos; end = line_.find('\n', from)) {
            take_line(std::string_view(line_).substr(from, end - from), of);
            from = end + 1;
        }
        line_.erase(0, from);
        return true;
    }

private:
    void take_line(std::string_view line, counts& of)
    {
        if (line.starts_with("retry: "))
            has_begun_ = true;
        if (!line.starts_with("data: {\"topic\""))
            return;
        of.last = now();
        if (of.events++ == 0)
            of.first = of.last;
        const std::size_t at = line.find(first_argument);
        std::uint64_t number = 0;
        if (at == std::string_view::npos)
            return;
        std::from_chars(line.data() + at + first_argument.size(), line.data() + line.size(), number);
        if (number <= last_number_ && number != 1)
            ++of.again;
        else if (number > last_number_ + 1)
            of.missing += number - last_number_ - 1;
        last_number_ = number;
    }

    int fd_;
    std::string line_;
    std::uint64_t last_number_ = 0;
    bool has_begun_ = false;
};

void raise_descriptor_limit()
{
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
}

void watch(int epoll, int fd, std::uint64_t name)
{
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.u64 = name;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted);
}

class listeners {
public:
    listeners(std::uint16_t port, std::size_t count, std::string request)
        : port_(port),
          request_(std::move(request)),
          wanted_(count)
    {
        watch(epoll_, STDIN_FILENO, nobody);
    }

    void run()
    {
        const double began = now();
        bool told = false;
        while (!is_over_) {
            while (all_.size() < wanted_ && all_.size() < begun_ + most_beginning)
                add();
            if (begun_ == wanted_ && !std::exchange(told, true)) {
                std::printf("{\"seconds\": %.3f}\n", now() - began);
                std::fflush(stdout);
            }
            std::array<epoll_event, 256> ready;
            const int events = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), -1);
            for (int i = 0; i < events; ++i)
                take(ready[static_cast<std::size_t>(i)].data.u64);
        }
    }

private:
    static constexpr std::uint64_t nobody = UINT64_MAX;

    void add()
    {
        all_.push_back(std::make_unique<listener>(port_, request_));
        watch(epoll_, all_.back()->fd(), all_.size() - 1);
    }

    void take(std::uint64_t name)
    {
        if (name == nobody)
            return report();
        auto& who = all_[name];
        if (!who)
            return;
        const ssize_t got = ::recv(who->fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN)
            return;
        const bool had_begun = who->has_begun();
        const bool lives = who->take({buffer_.data(), got > 0 ? static_cast<std::size_t>(got) : 0}, counts_);
        begun_ += who->has_begun() && !had_begun ? 1 : 0;
        if (lives)
            return;
        ++counts_.ended;
        if (!had_begun)
            fail("bench-listeners: a stream did not begin");
        who.reset();
    }

    void report()
    {
        std::array<char, 64> line;
        is_over_ = ::read(STDIN_FILENO, line.data(), line.size()) <= 0;
        const auto& [events, missing, again, ended, first, last] = counts_;
        if (!is_over_)
            std::printf("{\"events\": %llu, \"missing\": %llu, \"again\": %llu, \"ended\": %llu, \"first\": %.6f, "
                        "\"last\": %.6f}\n",
                        static_cast<unsigned long long>(events), static_cast<unsigned long long>(missing),
                        static_cast<unsigned long long>(again), static_cast<unsigned long long>(ended), first, last);
        std::fflush(stdout);
        counts_ = {};
    }

    std::uint16_t port_;
    std::string request_;
    std::size_t wanted_;
    int epoll_ = ::epoll_create1(0);
    std::vector<std::unique_ptr<listener>> all_;
    std::size_t begun_ = 0;
    std::array<char, 65536> buffer_;
    counts counts_;
    bool is_over_ = false;
};

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 4)
        return 2;
    raise_descriptor_limit();
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    const std::string request = "GET " + std::string(argv[3]) + " HTTP/1.0\r\nHost: 127.0.0.1:" + argv[1] +
                                "\r\nAccept: text/event-stream\r\n\r\n";
    listeners(port, static_cast<std::size_t>(std::atoi(argv[2])), request).run();
}
