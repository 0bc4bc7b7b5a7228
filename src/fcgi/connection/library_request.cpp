#include "fcgi/connection/library_request.hpp"

#include "fcgi/cgi/variables.hpp"
#include "fcgi/records/records.hpp"

#include <fcgiapp.h>

#include <stdexcept>

#include <sys/mman.h>
#include <unistd.h>

namespace wampfcgi::fcgi {
namespace {

/// Returns a memory file with `bytes`, positioned at the beginning: libfcgi reads only from descriptors, and this one
/// never blocks. -1 when descriptors or memory run out.
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

/// One request of libfcgi.
class library_request {
public:
    // Without a listening socket: the event loop accepts connections, and FCGX_Accept_r fails at once instead of
    // accepting.
    library_request() { FCGX_InitRequest(&fcgi_, -1, 0); }
    ~library_request()
    {
        fcgi_.ipcFd = -1;
        FCGX_Free(&fcgi_, 0);
    }
    library_request(const library_request&) = delete;
    library_request& operator=(const library_request&) = delete;

    /// Returns false when memory runs out; `input_fd` is then closed.
    bool read_variables(int input_fd)
    {
        fcgi_.ipcFd = input_fd;
        fcgi_.keepConnection = 1;           // otherwise libfcgi would close the descriptor and accept another
        FCGX_Detach(&fcgi_);                // on failure, close without waiting for the web server to close first
        return FCGX_Accept_r(&fcgi_) == 0;  // on failure, libfcgi has closed the descriptor
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

std::optional<request> read_by_library(std::string_view variables)
{
    const int fd = file_with(request_with(variables));
    library_request incoming;
    if (fd < 0 || !incoming.read_variables(fd))
        return {};
    request read = read_variables(incoming.variables());
    ::close(fd);
    return read;
}

}  // namespace wampfcgi::fcgi
