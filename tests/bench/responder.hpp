// Owns what the yardsticks have in common: the loop of libfcgi's own examples, and the ways to start it. With the
// listening socket as descriptor 0 it is that single loop. As a pool, it forks it:
//     PROGRAM --listen unix:PATH --workers N [--threads N]
// A process of libfcgi stays with a connection that the web server keeps, and lets others wait. So with kept
// connections it needs a thread for each of them.
#pragma once

#include <fcgiapp.h>

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

namespace bench {

/// An answer with the headers that wamp-fcgi sends.
inline std::string answer_of(std::string_view body)
{
    std::string text = "Status: 200 OK\r\n"
                       "Content-Type: application/json; charset=UTF-8\r\n"
                       "Cache-Control: no-store\r\n"
                       "X-Content-Type-Options: nosniff\r\n"
                       "X-Request-Id: 1a2b-1c2d\r\n"
                       "Content-Length: ";
    return text.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
}

struct options {
    std::string socket_path;  // empty: descriptor 0
    const char* config = std::getenv("WAMP_FCGI_CONFIG");
    int workers = 1;
    int threads = 1;
};

inline options options_of(int argc, char** argv)
{
    options given;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view option = argv[i];
        const char* value = argv[i + 1];
        if (option == "--listen")
            given.socket_path = std::string_view(value).substr(std::strlen("unix:"));
        else if (option == "--config")
            given.config = value;
        else if (option == "--workers")
            given.workers = std::atoi(value);
        else if (option == "--threads")
            given.threads = std::atoi(value);
    }
    return given;
}

/// One thread. Its Answers are made once, from the options; `to` gives the whole answer to a request, whose body has
/// been read.
template <class Answers>
void serve(int listener, const options& given)
{
    std::vector<char> body(64 * 1024);
    Answers answers(given);
    FCGX_Request request;
    FCGX_InitRequest(&request, listener, 0);
    while (FCGX_Accept_r(&request) == 0) {
        while (FCGX_GetStr(body.data(), static_cast<int>(body.size()), request.in) > 0) {}
        const std::string& answer = answers.to(request);
        FCGX_PutStr(answer.data(), static_cast<int>(answer.size()), request.out);
        FCGX_Finish_r(&request);
    }
}

template <class Answers>
void serve_with_threads(int listener, const options& given)
{
    std::vector<std::thread> others;
    for (int i = 1; i < given.threads; ++i)
        others.emplace_back([&] { serve<Answers>(listener, given); });
    serve<Answers>(listener, given);
    for (std::thread& each : others)
        each.join();
}

inline int listen_at(std::string_view path)
{
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd, SOMAXCONN) != 0 || ::chmod(address.sun_path, 0666) != 0) {
        std::perror("yardstick: cannot listen");
        std::exit(1);
    }
    return fd;
}

/// The whole program.
template <class Answers>
int run_responder(int argc, char** argv)
{
    const options given = options_of(argc, argv);
    std::signal(SIGPIPE, SIG_IGN);
    if (FCGX_Init() != 0)
        return 1;
    std::signal(SIGTERM, SIG_DFL);  // libfcgi's handler does not end a thread that waits for its turn to accept
    if (given.socket_path.empty()) {
        serve<Answers>(STDIN_FILENO, given);
        return 0;
    }
    const int listener = listen_at(given.socket_path);
    for (int i = 0; i < given.workers; ++i) {
        if (::fork() != 0)
            continue;
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        serve_with_threads<Answers>(listener, given);
        return 0;
    }
    while (::wait(nullptr) > 0) {}
    return 0;
}

}  // namespace bench
