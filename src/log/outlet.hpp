// Owns writing to a descriptor that was inherited, and is shared with others, without ever waiting for its reader.
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

namespace wampfcgi::log {

/// Where lines go that nobody need read: a pipe, a terminal, a socket or a file. The descriptor's flags are never
/// changed, since a web server or a terminal shares them. A pipe or terminal is opened once more instead, for an open
/// file of our own that does not block. Where that is not allowed, as when root made the pipe for another user, each
/// write is preceded by poll(2) and ended by a timer, for others that write to the same pipe may have been faster.
class outlet {
public:
    /// `path` is what leads to the same file as `fd`.
    outlet(int fd, const char* path) noexcept : fd_(fd), path_(path) {}
    ~outlet();
    outlet(const outlet&) = delete;
    outlet& operator=(const outlet&) = delete;

    /// Looks where the descriptor leads, and opens that once more where that is needed. Before root is given up, since
    /// the user may not be allowed to. put() does it again when the descriptor has come to lead elsewhere.
    void look() noexcept;

    /// False: nothing of it was written. What does not fit of a line that has begun is written before the next one.
    bool put(std::string_view line);

    void forget_rest() noexcept { rest_.clear(); }

    /// It is the journal's: lines may begin with their priority, as in "<4>" (sd-daemon(3)).
    bool is_journal() const noexcept { return is_journal_; }

private:
    enum class way { none, file, socket, own, guarded };

    struct identity {
        dev_t device = 0;
        ino_t inode = 0;
        friend bool operator==(const identity&, const identity&) = default;
    };

    void close_own() noexcept;
    bool open_own() noexcept;
    ssize_t write_once(std::string_view bytes) const noexcept;
    std::string_view written_from(std::string_view bytes) const noexcept;

    int fd_;
    const char* path_;
    identity known_;
    way way_ = way::none;
    int own_ = -1;
    bool is_journal_ = false;
    std::string rest_;
};

/// As write(2), but where that has blocked for some milliseconds it fails with EINTR.
ssize_t write_for_a_moment(int fd, std::string_view bytes) noexcept;

}  // namespace wampfcgi::log
