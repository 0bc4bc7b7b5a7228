#include "log/sink.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wampfcgi::log {

namespace {

constexpr mode_t file_mode = 0640;

/// How many bytes the file took; with fewer than all of them errno says why.
std::size_t write_all(int fd, std::string_view bytes) noexcept
{
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t written = ::write(fd, bytes.data() + done, bytes.size() - done);
        if (written < 0 && errno != EINTR)
            break;
        done += static_cast<std::size_t>(std::max<ssize_t>(written, 0));
    }
    return done;
}

/// A descriptor, or why there is none.
using opened_file = std::variant<int, std::string>;

/// What is wrong with a file that is there; empty: nothing.
std::string unfit(const struct stat& found)
{
    if (S_ISLNK(found.st_mode))
        return "it is a symbolic link";
    if (!S_ISREG(found.st_mode))
        return S_ISDIR(found.st_mode) ? reason(EISDIR) : "it is not a regular file";
    if (found.st_uid != ::geteuid() && found.st_uid != 0)
        return "it belongs to user " + std::to_string(found.st_uid) + ", not to user " + std::to_string(::geteuid());
    if (found.st_nlink > 1)
        return "it has more than one name (hard links)";
    return {};
}

std::string why_not_opened(const std::string& path, int error)
{
    struct stat there {};
    if (::lstat(path.c_str(), &there) == 0)
        if (std::string wrong = unfit(there); !wrong.empty())
            return wrong;
    return reason(error) + (error == EACCES ? " (as user " + std::to_string(::geteuid()) + ")" : "");
}

/// Of the processes that do this at once, one creates the file; the others find it.
int open_or_create(const char* path) noexcept
{
    constexpr int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
    if (const int fd = ::open(path, flags); fd >= 0 || errno != ENOENT)
        return fd;
    const int created = ::open(path, flags | O_CREAT | O_EXCL, file_mode);
    if (created < 0)
        return errno == EEXIST ? ::open(path, flags) : -1;
    ::fchmod(created, file_mode);  // whatever the umask
    return created;
}

opened_file open_log(const std::string& path)
{
    const int fd = open_or_create(path.c_str());
    if (fd < 0)
        return why_not_opened(path, errno);
    struct stat found {};
    std::string wrong = ::fstat(fd, &found) == 0 ? unfit(found) : reason(errno);
    if (wrong.empty())
        return fd;
    ::close(fd);
    return wrong;
}

class file : public sink {
public:
    file(std::string path, line_form form) : sink(form), path_(std::move(path)) {}
    ~file() override
    {
        if (fd_ >= 0)
            ::close(fd_);
    }

    std::optional<std::string> reopen() override
    {
        const auto opened = open_log(path_);
        if (const auto* why_not = std::get_if<std::string>(&opened))
            return path_ + ": the log file cannot be opened: " + *why_not;
        if (const int old = std::exchange(fd_, std::get<int>(opened)); old >= 0)
            ::close(old);
        return {};
    }

private:
    bool write(const record& what) override
    {
        const std::string line = (torn_ ? "\n" : "") + line_of(what);
        const std::size_t written = write_all(fd_, line);
        if (written == line.size()) {
            torn_ = false;
            return true;
        }
        why_ = errno;
        torn_ = torn_ || written > 0;
        return false;
    }

    std::string why_lost() const override { return reason(why_); }

    void begins_to_lose(const record& what) const override
    {
        const std::string text = path_ + ": the log file cannot be written: " + reason(why_) + "; lines are lost";
        tell_standard_error(log_level::error, line_of({log_level::error, text, {}, what.time, what.pid}));
    }

    std::string path_;
    int fd_ = -1;
    int why_ = 0;        // errno of the last line that was lost
    bool torn_ = false;  // the file ends in the middle of a line of ours
};

}  // namespace

opened_sink open_file_sink(const std::string& path, line_form form)
{
    auto opened = std::make_unique<file>(path, form);
    if (auto why_not = opened->reopen())
        return *std::move(why_not);
    return opened;
}

}  // namespace wampfcgi::log
