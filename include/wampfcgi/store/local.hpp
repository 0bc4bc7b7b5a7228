// Owns the store of signatures that a user's processes share on one machine: files in a private folder.
#pragma once

#include "wampfcgi/bridge/store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace wampfcgi::store {

using clock = std::function<bridge::store::instant()>;

/// The machine's clock.
bridge::store::instant system_now();

/// Stores the signatures of the services with one `timestamp_delta_limit`. Usually decides within remember(). When
/// another process holds the lock, the request waits, and the event loop goes on. After a second without the lock,
/// requests are refused at once, for another second or until the lock is free.
class local final : public bridge::store {
public:
    /// Opens the files in `folder`; creates folder and files when missing. `loop` must outlive the store. `share` is
    /// the most signatures of one key in a window of twice `delta_limit`, which must be more than 0. Construct it in
    /// the process that uses it. Throws std::runtime_error when folder or files cannot be created, or when other users
    /// have access to them.
    local(boost::asio::io_context& loop, const std::string& folder, std::chrono::seconds delta_limit,
          std::uint64_t share, clock now = system_now);
    ~local() override;

    ticket remember(bridge::key_id key, const bridge::signature_bytes& signature, instant until,
                    remembered done) override;
    void give_up(ticket waiting) override;

    /// The number of signatures remembered, by all processes.
    std::uint64_t count() const noexcept;

private:
    class queue;

    std::shared_ptr<queue> queue_;
};

}  // namespace wampfcgi::store
