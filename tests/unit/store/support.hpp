// Owns the environment for tests of signature files: a temporary folder, signatures, and times.
#pragma once

#include "store/signatures.hpp"
#include "support/standard_error.hpp"
#include "support/store_contract.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace wampfcgi::store {

using instant = bridge::store::instant;

/// Removed when destroyed.
class scratch_folder {
public:
    scratch_folder()
    {
        std::string made = (std::filesystem::temp_directory_path() / "wamp-fcgi-replay-XXXXXX").string();
        BOOST_REQUIRE(mkdtemp(made.data()) != nullptr);
        path_ = made;
    }
    ~scratch_folder() { std::filesystem::remove_all(path_); }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;

    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

/// Different signatures for different numbers, as evenly distributed as real ones.
inline bridge::signature_bytes signature_of(std::uint64_t number)
{
    std::array<std::uint64_t, 4> words;
    for (std::uint64_t& word : words) {  // splitmix64
        number += 0x9e37'79b9'7f4a'7c15;
        word = (number ^ number >> 30) * 0xbf58'476d'1ce4'e5b9;
        word = (word ^ word >> 27) * 0x94d0'49bb'1331'11eb;
        word ^= word >> 31;
    }
    bridge::signature_bytes bytes;
    std::memcpy(bytes.data(), words.data(), sizeof bytes);
    return bytes;
}

inline constexpr std::chrono::seconds delta{300};
inline constexpr std::chrono::seconds window = 2 * delta;
inline constexpr std::uint64_t ample = 1'000'000;

/// The beginning of an even window of expiry.
inline constexpr instant window_begin{window * 2'000'000};

/// The files as opened by one process, with a settable clock.
class memory {
public:
    memory(const std::string& folder, std::chrono::seconds limit, std::uint64_t share)
        : files_(folder, limit, share, [this] { return present_; })
    {}

    std::uint64_t count(instant now)
    {
        present_ = now;
        return files_.count();
    }

    result<void> remember(const bridge::signature_bytes& signature, instant expires_at, instant now,
                          bridge::key_id key = {})
    {
        present_ = now;
        auto outcome = files_.try_to_remember(key, signature, expires_at);
        while (!outcome) {  // another process holds the lock
            std::this_thread::sleep_for(std::chrono::microseconds{100});
            outcome = files_.try_to_remember(key, signature, expires_at);
        }
        return *outcome;
    }

private:
    instant present_ = window_begin;
    signatures files_;
};

/// A memory in a folder, shared by the processes of a user.
struct user_memory {
    explicit user_memory(std::uint64_t share = ample) : shared(state, delta, share) {}

    /// The outcome of a request signed at `signed_at`.
    std::string ask(std::uint64_t number, instant now, instant signed_at)
    {
        return outcome_of(shared.remember(signature_of(number), signed_at + delta, now));
    }
    std::string ask(std::uint64_t number, instant now) { return ask(number, now, now); }

    scratch_folder scratch;
    std::string state = scratch / "state";
    memory shared;
};

/// Runs `program` in another process, which ends with status 0 or is killed by the caller.
inline pid_t start(const std::function<void()>& program)
{
    const pid_t child = fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        program();
        _exit(0);
    }
    return child;
}

inline std::uint64_t disk_use_of(const std::string& path)
{
    struct stat found {};
    BOOST_REQUIRE(stat(path.c_str(), &found) == 0);
    return static_cast<std::uint64_t>(found.st_blocks) * 512;
}

}  // namespace wampfcgi::store
