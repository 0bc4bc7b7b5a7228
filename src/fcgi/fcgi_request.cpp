#include "fcgi/fcgi_request.hpp"

#include "fcgi/request_id.hpp"

#include <fcgiapp.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace wampfcgi::fcgi {
namespace {

constexpr int responder_role = 1;                     // FastCGI specification, section 8
constexpr std::size_t largest_reserve = 1024 * 1024;  // what a client announces is not believed beyond this

std::string_view reason_phrase(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 413:
        return "Content Too Large";
    case 415:
        return "Unsupported Media Type";
    case 500:
        return "Internal Server Error";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    default:
        return "Unknown";
    }
}

/// Header section of a CGI response (RFC 3875, 6.3).
std::string header_section(const response& what)
{
    std::string text = "Status: " + std::to_string(what.status) + ' ';
    text += reason_phrase(what.status);
    text += "\r\n";
    for (const auto& [name, value] : what.headers)
        text.append(name).append(": ").append(value).append("\r\n");
    return text + "Content-Length: " + std::to_string(what.body.size()) + "\r\n\r\n";
}

void take_variable(request& req, std::string_view name, std::string_view value)
{
    if (name == "REQUEST_METHOD")
        req.method = value;
    else if (name == "SCRIPT_NAME")
        req.script_name = value;
    else if (name == "PATH_INFO")
        req.path_info = value;
    else if (name == "QUERY_STRING")
        req.query = value;
    else if (name == "REMOTE_ADDR")
        req.remote_addr = value;
    else if (name == "HTTPS")
        req.https = value;
    else if (name == "HTTP_HOST")
        req.host = value;
    else if (name == "HTTP_ORIGIN")
        req.origin = value;
    else if (name == "CONTENT_TYPE")
        req.content_type = value;
    else if (name == "CONTENT_LENGTH")
        req.content_length = value;
}

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
    fcgi.keepConnection = 1;  // else libfcgi would close the descriptor and accept another
    FCGX_Detach(&fcgi);       // a failure closes without waiting for the web server to close first
    if (FCGX_Accept_r(&fcgi) != 0)
        return false;  // libfcgi has closed the descriptor
    if (fcgi.role == responder_role)
        return true;
    ::close(std::exchange(fcgi.ipcFd, -1));
    return false;
}

request fcgi_request::environment() const
{
    request req;
    std::string_view unique_id;
    std::string_view x_request_id;
    for (char** each = state_->request.envp; *each != nullptr; ++each) {
        const std::string_view pair = *each;
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos)
            continue;
        const std::string_view name = pair.substr(0, equals);
        const std::string_view value = pair.substr(equals + 1);
        if (name == "UNIQUE_ID")
            unique_id = value;
        else if (name == "HTTP_X_REQUEST_ID")
            x_request_id = value;
        else
            take_variable(req, name, value);
    }
    req.id = request_id(unique_id, x_request_id);
    return req;
}

bool fcgi_request::keeps_connection() const noexcept
{
    return state_->request.keepConnection != 0;
}

std::string fcgi_request::read_body(std::uint64_t expected_bytes, std::uint64_t most_bytes)
{
    FCGX_Stream* in = state_->request.in;
    std::string body;
    body.reserve(std::min<std::uint64_t>(expected_bytes, largest_reserve));
    std::array<char, 16 * 1024> piece;
    int got = 0;
    while ((got = FCGX_GetStr(piece.data(), static_cast<int>(piece.size()), in)) > 0)
        if (most_bytes == 0 || body.size() <= most_bytes)
            body.append(piece.data(), static_cast<std::size_t>(got));
    FCGX_FreeStream(&state_->request.in);  // 8 KiB that a call in flight does not need
    return body;
}

void fcgi_request::skip_body()
{
    if (state_->request.in != nullptr)
        read_body(0, 1);
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
