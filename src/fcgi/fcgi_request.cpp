#include "fcgi/fcgi_request.hpp"

#include "fcgi/cgi_header.hpp"
#include "fcgi/cgi_variables.hpp"

#include <fcgiapp.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

namespace wampfcgi::fcgi {
namespace {

bool put(FCGX_Stream* stream, std::string_view bytes)
{
    constexpr std::size_t most = std::numeric_limits<int>::max();
    while (!bytes.empty()) {
        const auto piece = static_cast<int>(std::min(bytes.size(), most));
        if (FCGX_PutStr(bytes.data(), piece, stream) != piece)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(piece));
    }
    return true;
}

}  // namespace

struct fcgi_request::state {
    FCGX_Request request{};
};

fcgi_request::fcgi_request() : state_(std::make_unique<state>())
{
    // No listening socket: connections are accepted by the event loop, and libfcgi fails at once where it would accept.
    FCGX_InitRequest(&state_->request, -1, 0);
}

fcgi_request::~fcgi_request()
{
    state_->request.ipcFd = -1;
    FCGX_Free(&state_->request, 0);
}

bool fcgi_request::begin(int input_fd)
{
    FCGX_Request& fcgi = state_->request;
    fcgi.ipcFd = input_fd;
    fcgi.keepConnection = 1;           // else libfcgi would close the descriptor and accept another
    FCGX_Detach(&fcgi);                // a failure closes without waiting for the web server to close first
    return FCGX_Accept_r(&fcgi) == 0;  // else libfcgi has closed the descriptor
}

request fcgi_request::environment() const
{
    return read_variables(state_->request.envp);
}

std::string fcgi_request::read_body(int input_fd, std::uint64_t expected_bytes, std::uint64_t most_bytes)
{
    state_->request.ipcFd = input_fd;
    FCGX_Stream* in = state_->request.in;
    std::string body;
    body.reserve(most_bytes == 0 ? expected_bytes : std::min(expected_bytes, most_bytes));
    std::array<char, 16 * 1024> piece;
    int got = 0;
    while ((got = FCGX_GetStr(piece.data(), static_cast<int>(piece.size()), in)) > 0)
        if (most_bytes == 0 || body.size() <= most_bytes)
            body.append(piece.data(), static_cast<std::size_t>(got));
    FCGX_FreeStream(&state_->request.in);  // 8 KiB that a call in flight does not need
    return body;
}

void fcgi_request::skip_body(int input_fd)
{
    if (state_->request.in != nullptr)
        read_body(input_fd, 0, 1);
}

bool fcgi_request::finish(const response& what, int output_fd)
{
    FCGX_Request& fcgi = state_->request;
    fcgi.ipcFd = output_fd;
    bool written = put(fcgi.out, header_section(what)) && put(fcgi.out, what.body);
    // The empty error stream first: then one write takes the rest of the output and the end of the request.
    written = FCGX_FClose(fcgi.err) == 0 && written;
    written = FCGX_FClose(fcgi.out) == 0 && written;
    fcgi.ipcFd = -1;
    FCGX_Free(&fcgi, 0);
    return written;
}

void initialize_library()
{
    if (FCGX_Init() != 0)
        throw std::runtime_error("libfcgi cannot be initialized");
}

}  // namespace wampfcgi::fcgi
