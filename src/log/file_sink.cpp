#include "log/sink.hpp"

#include "wampfcgi/core/descriptor.hpp"

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

/// The number of bytes written; when fewer than all, errno says why.
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

/// Refuses a file to which lines cannot or must not be written.
result<void, trouble> check(const struct stat& found)
{
    if (S_ISLNK(found.st_mode))
        return trouble("it is a symbolic link");
    if (!S_ISREG(found.st_mode))
        return trouble(S_ISDIR(found.st_mode) ? system_words(EISDIR) : "it is not a regular file");
    if (found.st_uid != ::geteuid() && found.st_uid != 0)
        return trouble("it belongs to user " + std::to_string(found.st_uid) + ", not to user " +
                       std::to_string(::geteuid()));
    if (found.st_nlink > 1)
        return trouble("it has several names (hard links)");
    return {};
}

trouble why_not_opened(const std::string& path, int error)
{
    struct stat there {};
    if (::lstat(path.c_str(), &there) == 0)
        if (const auto fit = check(there); !fit)
            return fit.error();
    return trouble(system_words(error) + (error == EACCES ? " (as user " + std::to_string(::geteuid()) + ")" : ""));
}

/// When several processes do this at once, one creates the file, and the others open it.
int open_or_create(const char* path) noexcept
{
    constexpr int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
    if (const int fd = ::open(path, flags); fd >= 0 || errno != ENOENT)
        return fd;
    const int created = ::open(path, flags | O_CREAT | O_EXCL, file_mode);
    if (created < 0)
        return errno == EEXIST ? ::open(path, flags) : -1;
    ::fchmod(created, file_mode);  // independent of the umask
    return created;
}

result<descriptor, trouble> open_log(const std::string& path)
{
    descriptor fd(open_or_create(path.c_str()));
    if (fd.get() < 0)
        return why_not_opened(path, errno);
    struct stat found {};
    if (::fstat(fd.get(), &found) != 0)
        return trouble(system_words(errno));
    if (const auto fit = check(found); !fit)
        return fit.error();
    return fd;
}

class file : public sink {
public:
    file(std::string path, line_form form) : sink(form), path_(std::move(path)) {}

    result<void, trouble> reopen() override
    {
        auto opened = open_log(path_);
        if (!opened)
            return trouble("cannot open the log file " + path_ + ": " + opened.error().text);
        fd_ = *std::move(opened);
        return {};
    }

private:
    bool write(const record& what) override
    {
        const std::string line = (torn_ ? "\n" : "") + line_of(what);
        const std::size_t written = write_all(fd_.get(), line);
        if (written == line.size()) {
            torn_ = false;
            return true;
        }
        why_ = errno;
        torn_ = torn_ || written > 0;
        return false;
    }

    std::string why_lost() const override { return system_words(why_); }

    void begins_to_lose(const record& what) const override
    {
        const std::string text = "cannot write the log file " + path_ + ": " + system_words(why_) + "; lines are lost";
        tell_standard_error(log_level::error, line_of({log_level::error, text, {}, what.time, what.pid}));
    }

    std::string path_;
    descriptor fd_;
    int why_ = 0;        // errno for the last lost line
    bool torn_ = false;  // the file ends with an incomplete line of ours
};

}  // namespace

opened_sink open_file_sink(const std::string& path, line_form form)
{
    auto opened = std::make_unique<file>(path, form);
    if (const auto ready = opened->reopen(); !ready)
        return ready.error();
    return opened;
}

}  // namespace wampfcgi::log
