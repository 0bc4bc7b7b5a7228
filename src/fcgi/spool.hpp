// Owns bytes on their way from a connection to libfcgi, which reads descriptors and nothing else: an anonymous file in
// memory, that never blocks. There are only so many descriptors, so that little has none until it is read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wampfcgi::fcgi {

class spool {
public:
    /// Up to so many bytes need no descriptor.
    static constexpr std::size_t most_without_file = 16 * 1024;

    spool() = default;
    spool(const spool&) = delete;
    spool& operator=(const spool&) = delete;
    ~spool() { close(); }

    void close();

    bool empty() const noexcept { return fd_ < 0 && text_.empty(); }

    /// Adds bytes behind what is there. False when there is no memory or no descriptor for it.
    bool append(std::string_view bytes);

    /// To read what was appended, from where the last read ended. -1 when there is no memory or no descriptor for
    /// it.
    int fd();

    /// Forgets a descriptor that somebody else has closed, and all that was in it.
    void forget() noexcept { fd_ = -1; }

private:
    std::string text_;  // while there is no descriptor
    int fd_ = -1;
    std::size_t size_ = 0;  // appended to the file
};

}  // namespace wampfcgi::fcgi
