// Owns reading and writing a file of signatures, page by page, and finding the place of a signature and of a key's
// count in it. What they mean, and which one is let in, is signature_file's business.
#pragma once

#include "store/layout.hpp"
#include "wampfcgi/bridge/store.hpp"
#include "wampfcgi/core/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

#include <sys/types.h>
#include <unistd.h>

// All is done by pread and pwrite under the lock. A file that somebody cuts, or a full disk, is then an error here and
// not a SIGBUS. A process can be killed between any two of the calls; each is done whole or not at all, for none
// crosses a page.
namespace wampfcgi::store {

/// Throws a std::system_error of errno.
[[noreturn]] void fail_by_errno(const char* what);

/// False if the file ends before. Throws std::system_error, as all below.
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

/// Where in a file a signature is, or is to be put.
struct place {
    bool taken;             ///< by the signature itself
    std::uint64_t segment;  ///< one that is not there yet, if the buckets of all others are full
    std::uint64_t position;
};

place find_place(const descriptor& file, const header& head, const bridge::signature_bytes& signature);

/// Where the number of a key's requests is, or is to be put.
struct tally {
    std::uint64_t page;
    std::size_t index;
    std::uint64_t count;
};

/// Nothing if neither the key nor a free place is there.
std::optional<tally> find_tally(const descriptor& file, const first_page& page, bridge::key_id key);

/// Seals the header. What is written last is the page that holds it.
void write_header_and_tally(const descriptor& file, first_page& page, bridge::key_id key, const tally& counted);

/// How many requests all keys have made.
std::uint64_t count_requests(const descriptor& file, const first_page& page);

}  // namespace wampfcgi::store
