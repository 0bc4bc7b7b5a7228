// Owns the ends of a pool_link that the supervisor holds: the pipes on which its workers report, and the socket over
// which they hand connections to each other.
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

/// What a worker may report: one byte each.
enum class report : char { ready = 'r', replace_me = 'x', takes_no_more = 'e', alive = 'a' };

/// A socket with two ends that all workers share: what one of them sends, one of them receives.
class handover_socket {
public:
    /// Throws std::system_error when there is no descriptor for it.
    handover_socket();

    int give() const noexcept { return give_.get(); }
    int take() const noexcept { return take_.get(); }

    /// For all processes: from now on nothing can be sent.
    void close_for_all() const noexcept;

private:
    descriptor give_;
    descriptor take_;
};

/// The supervisor's ends of the pipes, by worker.
class report_pipes {
public:
    struct received {
        pid_t from;
        report what;
    };

    /// A pipe for a worker that is about to be started. Nothing and errno where there is none.
    struct ends {
        descriptor reading;
        descriptor writing;
    };
    static std::optional<ends> open() noexcept;

    void add(pid_t worker, descriptor reading) { pipes_.insert_or_assign(worker, std::move(reading)); }
    void remove(pid_t worker) { pipes_.erase(worker); }
    void clear() noexcept { pipes_.clear(); }

    /// Adds what is to be waited for.
    void list(std::vector<pollfd>& waited) const;

    /// Reads what is there; whatever else a worker writes means nothing.
    std::vector<received> receive();

private:
    std::map<pid_t, descriptor> pipes_;
};

}  // namespace wampfcgi::process
