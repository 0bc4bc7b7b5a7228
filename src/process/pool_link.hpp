// Owns the supervisor's side of pool_links: the pipes for reports of workers, and the socket over which workers hand
// over connections.
#pragma once

#include "wampfcgi/core/descriptor.hpp"
#include "wampfcgi/process/supervisor.hpp"

#include <map>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/types.h>
#include <vector>

namespace wampfcgi::process {

/// The reports of a worker, one byte each.
enum class report : char { ready = 'r', replace_me = 'x', takes_no_more = 'e', alive = 'a' };

/// A socket pair that all workers share: what one sends, another one receives.
class handover_socket {
public:
    /// Throws std::system_error when there is no descriptor for it.
    handover_socket();

    int give() const noexcept { return give_.get(); }
    int take() const noexcept { return take_.get(); }

    /// Ends sending, for all processes.
    void close_for_all() const noexcept;

private:
    descriptor give_;
    descriptor take_;
};

/// The reading ends of the pipes, by worker.
class report_pipes {
public:
    struct received {
        pid_t from;
        report what;
    };

    /// A pipe for a worker about to be started. Nothing, with errno set, on failure.
    struct ends {
        descriptor reading;
        descriptor writing;
    };
    static std::optional<ends> open() noexcept;

    void add(pid_t worker, descriptor reading) { pipes_.insert_or_assign(worker, std::move(reading)); }
    void remove(pid_t worker) { pipes_.erase(worker); }
    void clear() noexcept { pipes_.clear(); }

    /// Adds the descriptors to poll.
    void list(std::vector<pollfd>& waited) const;

    /// Reads all reports; ignores unknown bytes.
    std::vector<received> receive();

private:
    std::map<pid_t, descriptor> pipes_;
};

}  // namespace wampfcgi::process
