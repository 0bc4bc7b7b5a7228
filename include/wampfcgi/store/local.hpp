// Owns what the processes of a user remember together on one machine: files in a folder of theirs alone.
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

/// The clock of the machine.
bridge::store::instant system_now();

/// The signatures of the services with one `timestamp_delta_limit`. A request is remembered, or refused, within
/// remember(), unless another process holds the lock: then it waits, and the loop goes on. When a second was not
/// enough, requests are refused at once for another second, or until the lock is free.
class local final : public bridge::store {
public:
    /// Opens the files in `folder`, creating it and them where they are missing. `loop` must outlive it. `share` is the
    /// most signatures of a key in a window of twice `delta_limit`, which is more than 0. To be made in the process
    /// that uses it. Throws std::runtime_error when folder or files are missing and cannot be created, or others than
    /// the effective user may have a hand in them.
    local(boost::asio::io_context& loop, const std::string& folder, std::chrono::seconds delta_limit,
          std::uint64_t share, clock now = system_now);
    ~local() override;

    ticket remember(bridge::key_id key, const bridge::signature_bytes& signature, instant until,
                    remembered done) override;
    void give_up(ticket waiting) override;

    /// How many signatures are remembered, by all processes.
    std::uint64_t count() const noexcept;

private:
    class queue;

    std::shared_ptr<queue> queue_;
};

}  // namespace wampfcgi::store
