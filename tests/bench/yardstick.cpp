// Owns the simplest possible FastCGI responder with libfcgi, for comparison with wamp-fcgi. It reads the body and sends
// a constant answer, with the headers that wamp-fcgi sends. It ignores the request except for the length of the answer:
// the query "answer=N" asks for N bytes of body.
//
// With the listening socket as descriptor 0, it is the single loop of libfcgi's own examples. As a pool, it forks that
// loop:
//     bench-yardstick --listen unix:PATH --workers N [--threads N]
// A process of libfcgi stays with a connection that the web server keeps, and lets others wait. So with kept
// connections it needs a thread for each of them. As a CGI program it answers the one request.
#include <fcgiapp.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr std::string_view small_body = R"({"args":[5]})";

std::string answer_of(std::string_view body)
{
    std::string text = "Status: 200 OK\r\n"
                       "Content-Type: application/json; charset=UTF-8\r\n"
                       "Cache-Control: no-store\r\n"
                       "X-Content-Type-Options: nosniff\r\n"
                       "X-Request-Id: 1a2b-1c2d\r\n"
                       "Content-Length: ";
    return text.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
}

/// The constant answer, made again only when another length is requested.
class constant_answer {
public:
    const std::string& for_query(const char* query)
    {
        const std::string_view asked = query != nullptr ? query : "";
        const std::size_t at = asked.find("answer=");
        const std::size_t bytes = at == std::string_view::npos ? 0 : std::strtoul(query + at + 7, nullptr, 10);
        if (bytes == bytes_)
            return text_;
        bytes_ = bytes;
        text_ = answer_of(bytes == 0 ? std::string(small_body) : std::string(bytes, 'x'));
        return text_;
    }

private:
    std::size_t bytes_ = 0;
    std::string text_ = answer_of(small_body);
};

void serve(int listener)
{
    std::vector<char> body(64 * 1024);
    constant_answer constant;
    FCGX_Request request;
    FCGX_InitRequest(&request, listener, 0);
    while (FCGX_Accept_r(&request) == 0) {
        while (FCGX_GetStr(body.data(), static_cast<int>(body.size()), request.in) > 0) {}
        const std::string& answer = constant.for_query(FCGX_GetParam("QUERY_STRING", request.envp));
        FCGX_PutStr(answer.data(), static_cast<int>(answer.size()), request.out);
        FCGX_Finish_r(&request);
    }
}

void serve_with(int threads, int listener)
{
    std::vector<std::thread> others;
    for (int i = 1; i < threads; ++i)
        others.emplace_back(serve, listener);
    serve(listener);
    for (std::thread& each : others)
        each.join();
}

int answer_as_cgi()
{
    std::array<char, 64 * 1024> body;
    while (::read(STDIN_FILENO, body.data(), body.size()) > 0) {}
    const std::string answer = constant_answer().for_query(std::getenv("QUERY_STRING"));
    return ::write(STDOUT_FILENO, answer.data(), answer.size()) == static_cast<ssize_t>(answer.size()) ? 0 : 1;
}

int listen_at(std::string_view path)
{
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd, SOMAXCONN) != 0 || ::chmod(address.sun_path, 0666) != 0) {
        std::perror("bench-yardstick: cannot listen");
        std::exit(1);
    }
    return fd;
}

int run_pool(int listener, int workers, int threads)
{
    for (int i = 0; i < workers; ++i) {
        if (::fork() != 0)
            continue;
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        serve_with(threads, listener);
        return 0;
    }
    while (::wait(nullptr) > 0) {}
    return 0;
}

}  // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    std::string socket_path;
    int workers = 1;
    int threads = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view option = argv[i];
        if (option == "--listen")
            socket_path = std::string_view(argv[i + 1]).substr(std::strlen("unix:"));
        else if (option == "--workers")
            workers = std::atoi(argv[i + 1]);
        else if (option == "--threads")
            threads = std::atoi(argv[i + 1]);
    }
    if (std::getenv("GATEWAY_INTERFACE") != nullptr)
        return answer_as_cgi();
    if (FCGX_Init() != 0)
        return 1;
    std::signal(SIGTERM, SIG_DFL);  // libfcgi's handler does not end a thread that waits for its turn to accept
    if (socket_path.empty())
        serve(STDIN_FILENO);
    else
        return run_pool(listen_at(socket_path), workers, threads);
}
