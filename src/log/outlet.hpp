// Owns writing to an inherited, shared descriptor without waiting for its reader.
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

namespace wampfcgi::log {

/// A destination whose reader may be slow: a pipe, a terminal, a socket or a file. Never changes the descriptor's
/// flags, because a web server or terminal shares them. Instead reopens a pipe or terminal, for a non-blocking file
/// description of its own. When that is not allowed, for example for root's pipe as another user, checks with poll(2)
/// before each write, and limits the write by a timer, because another writer may fill the pipe in between.
class outlet {
public:
    /// `path` must lead to the same file as `fd`.
    outlet(int fd, const char* path) noexcept : fd_(fd), path_(path) {}
    ~outlet();
    outlet(const outlet&) = delete;
    outlet& operator=(const outlet&) = delete;

    /// Examines the descriptor, and reopens the file if needed. Call it before giving up root, since the user may not
    /// be allowed to reopen it. put() repeats this when the descriptor refers to another file.
    void look() noexcept;

    /// Returns false when nothing was written. The rest of a line written in part is written before the next one.
    bool put(std::string_view line);

    void forget_rest() noexcept { rest_.clear(); }

    /// True for the journal's stream: lines may begin with their priority, such as "<4>" (sd-daemon(3)).
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

/// Like write(2), but fails with EINTR after blocking for some milliseconds.
ssize_t write_for_a_moment(int fd, std::string_view bytes) noexcept;

}  // namespace wampfcgi::log
