// Owns bytes on their way between a connection and libfcgi, which reads and writes descriptors and nothing else: an
// anonymous file in memory, that never blocks.
#pragma once

#include <cstddef>
#include <string_view>

namespace wampfcgi::fcgi {

class spool {
public:
    spool() = default;
    spool(const spool&) = delete;
    spool& operator=(const spool&) = delete;
    ~spool() { close(); }

    /// False when there is no memory or no descriptor for it.
    bool open();
    void close();

    /// Forgets a descriptor that somebody else has closed.
    void forget() noexcept { fd_ = -1; }

    /// Adds bytes behind what is there. False when there is no memory.
    bool append(std::string_view bytes);

    /// To read what was appended, from where the last read ended. -1 when not open.
    int fd() const noexcept { return fd_; }

private:
    int fd_ = -1;
    std::size_t size_ = 0;
};

}  // namespace wampfcgi::fcgi
