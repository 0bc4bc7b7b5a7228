#include "fcgi/fcgi_request.hpp"

#include "fcgi/cgi_variables.hpp"

#include <fcgiapp.h>

#include <stdexcept>

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

void initialize_library()
{
    if (FCGX_Init() != 0)
        throw std::runtime_error("libfcgi cannot be initialized");
}

}  // namespace wampfcgi::fcgi
