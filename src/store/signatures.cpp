#include "store/signatures.hpp"

#include "store/folder.hpp"

#include <stdexcept>
#include <thread>
#include <utility>

namespace wampfcgi::store {
namespace {

// At start, when no request waits. A process holds the lock for less than a millisecond.
constexpr std::chrono::milliseconds pause{1};
constexpr int pauses = 1000;

/// Opens both at once: a process that found only the first would take the second for removed.
bool try_to_open(std::array<signature_file, 2>& files, const std::string& path, presence& used)
{
    const descriptor folder = open_folder(path);
    const auto within = used.try_enter(folder);
    if (within)
        for (signature_file& each : files)
            each.open(folder, *within);
    return within.has_value();
}

}  // namespace

signatures::signatures(const std::string& folder, std::chrono::seconds delta_limit, std::uint64_t share, clock now)
    : folder_(folder),
      name_("replay-" + std::to_string(delta_limit.count()) + "."),
      window_(std::chrono::microseconds(2 * delta_limit).count()),
      now_(std::move(now)),
      used_(folder, delta_limit),
      by_parity_{signature_file(folder, name_ + "0", used_, window_, share, now_),
                 signature_file(folder, name_ + "1", used_, window_, share, now_)}
{
    for (int i = 0; !try_to_open(by_parity_, folder, used_); ++i) {
        if (i == pauses)
            throw std::runtime_error(folder + ": is locked by another process");
        std::this_thread::sleep_for(pause);
    }
}

std::optional<result<void>> signatures::try_to_remember(bridge::key_id key, const bridge::signature_bytes& signature,
                                                        bridge::store::instant until)
{
    const std::int64_t expires_at = until.time_since_epoch().count();
    const std::int64_t generation = window_of(expires_at, window_);
    return by_parity_[static_cast<std::size_t>(generation & 1)].try_to_remember({key, signature, expires_at});
}

std::uint64_t signatures::count() const noexcept
{
    const std::int64_t present = window_of(now_().time_since_epoch().count(), window_);
    return by_parity_[0].count_live(present) + by_parity_[1].count_live(present);
}

}  // namespace wampfcgi::store
