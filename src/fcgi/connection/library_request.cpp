#include "fcgi/connection/library_request.hpp"

#include "fcgi/cgi/variables.hpp"

#include <fcgiapp.h>

#include <stdexcept>

#include <sys/mman.h>
#include <unistd.h>

namespace wampfcgi::fcgi {
namespace {

/// An anonymous file in memory with `bytes` in it, to be read from its beginning; libfcgi reads descriptors and nothing
/// else, and this one never blocks. -1 when there is no descriptor or memory for it.
int file_with(std::string_view bytes)
{
    const int fd = ::memfd_create("wamp-fcgi", MFD_CLOEXEC);
    for (off_t place = 0; fd >= 0 && !bytes.empty();) {
        const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), place);
        if (written <= 0) {
            ::close(fd);
            return -1;
        }
        place += written;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return fd;
}

/// One request in libfcgi's hands.
class library_request {
public:
    // No listening socket: connections are accepted by the event loop, and libfcgi fails at once where it would accept.
    library_request() { FCGX_InitRequest(&fcgi_, -1, 0); }
    ~library_request()
    {
        fcgi_.ipcFd = -1;
        FCGX_Free(&fcgi_, 0);
    }
    library_request(const library_request&) = delete;
    library_request& operator=(const library_request&) = delete;

    /// False when there is no memory; `input_fd` is closed then.
    bool read_variables(int input_fd)
    {
        fcgi_.ipcFd = input_fd;
        fcgi_.keepConnection = 1;           // else libfcgi would close the descriptor and accept another
        FCGX_Detach(&fcgi_);                // a failure closes without waiting for the web server to close first
        return FCGX_Accept_r(&fcgi_) == 0;  // else libfcgi has closed the descriptor
    }

    const char* const* variables() const { return fcgi_.envp; }

private:
    FCGX_Request fcgi_{};
};

}  // namespace

void initialize_library()
{
    if (FCGX_Init() != 0)
        throw std::runtime_error("libfcgi cannot be initialized");
}

std::optional<request> read_by_library(std::string_view records)
{
    const int fd = file_with(records);
    library_request incoming;
    if (fd < 0 || !incoming.read_variables(fd))
        return {};
    request read = read_variables(incoming.variables());
    ::close(fd);
    return read;
}

}  // namespace wampfcgi::fcgi
