// Owns page-wise access to a file of signatures, and finding the place of a signature and of a key's count.
// signature_file decides what to accept.
#pragma once

#include "store/layout.hpp"
#include "wampfcgi/bridge/store.hpp"
#include "wampfcgi/core/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

#include <sys/types.h>
#include <unistd.h>

// Uses only pread and pwrite, under the lock. So a truncated file or a full disk is an error, not a SIGBUS. A process
// may be killed between two of these calls. Each call is atomic, because none crosses a page.
namespace wampfcgi::store {

/// Throws std::system_error for errno.
[[noreturn]] void fail_by_errno(const char* what);

/// Returns false at the end of the file. Throws std::system_error, like all functions below.
template <class T>
bool read_at(const descriptor& file, std::uint64_t position, T& out)
{
    const ssize_t got = ::pread(file.get(), &out, sizeof out, static_cast<off_t>(position));
    if (got < 0)
        fail_by_errno("cannot be read");
    return got == static_cast<ssize_t>(sizeof out);
}

void write_bytes(const descriptor& file, std::uint64_t position, const void* from, std::size_t size);

template <class T>
void write_at(const descriptor& file, std::uint64_t position, const T& value)
{
    write_bytes(file, position, &value, sizeof value);
}

void set_size(const descriptor& file, std::uint64_t bytes);

/// The place of a signature in a file, present or to be written.
struct place {
    bool taken;             ///< the signature is already there
    std::uint64_t segment;  ///< a segment still to be created, if the buckets of all others are full
    std::uint64_t position;
};

place find_place(const descriptor& file, const header& head, const bridge::signature_bytes& signature);

/// The place of a key's request count, present or to be written.
struct tally {
    std::uint64_t page;
    std::size_t index;
    std::uint64_t count;
};

/// Returns nothing when there is neither the key nor a free place.
std::optional<tally> find_tally(const descriptor& file, const first_page& page, bridge::key_id key);

/// Seals the header. Writes the page with the header last.
void write_header_and_tally(const descriptor& file, first_page& page, bridge::key_id key, const tally& counted);

/// The number of requests of all keys.
std::uint64_t count_requests(const descriptor& file, const first_page& page);

}  // namespace wampfcgi::store
