#include "fcgi/fcgi_request.hpp"

#include "fcgi/cgi_variables.hpp"

#include <fcgiapp.h>

#include <stdexcept>
#include <string>

namespace wampfcgi::fcgi {

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

std::string fcgi_request::read_body(std::size_t bytes)
{
    FCGX_Stream* in = state_->request.in;
    std::string body(bytes, '\0');
    std::size_t end = 0;
    int got = 0;
    while (end < bytes && (got = FCGX_GetStr(body.data() + end, static_cast<int>(bytes - end), in)) > 0)
        end += static_cast<std::size_t>(got);
    body.resize(end);
    FCGX_GetChar(in);  // takes the record that ends the body
    return body;
}

void initialize_library()
{
    if (FCGX_Init() != 0)
        throw std::runtime_error("libfcgi cannot be initialized");
}

}  // namespace wampfcgi::fcgi
