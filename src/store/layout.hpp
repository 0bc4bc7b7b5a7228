// Owns the layout of a file of signatures: a page with the header and the number of requests of each key, more pages
// for further keys, then segments that double in size. A segment is an array of buckets of one page. A bucket's slots
// are filled in order; a slot of zeros is empty. A signature is in the first segment whose bucket had room for it.
// Nothing is ever moved or removed.
#pragma once

#include "wampfcgi/bridge/store.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace wampfcgi::store {

inline constexpr std::size_t page_bytes = 4096;
inline constexpr std::size_t slots_in_bucket = page_bytes / sizeof(bridge::signature_bytes);
inline constexpr unsigned first_segment_bits = 8;  ///< its number of buckets, as a power of two
inline constexpr std::uint64_t max_segments = 16;  ///< far beyond the largest capacity
inline constexpr std::uint64_t key_pages = 16;     ///< including the header's page

inline constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();

using bucket = std::array<bridge::signature_bytes, slots_in_bucket>;
static_assert(sizeof(bucket) == page_bytes);

/// The instants between which lost signatures expire, inclusive; empty if `from` is later than `until`.
struct lost_range {
    std::int64_t from = 1;
    std::int64_t until = 0;
};

/// The beginning of a file, in native byte order, because only this machine reads it. Times are microseconds since
/// 1970.
struct header {
    std::uint64_t magic = 0x3259'4c50'4552'4657;  ///< "WFREPLY2"
    std::int64_t generation = never;              ///< number of the window in which its signatures expire
    std::int64_t latest_expiry = never;           ///< of the signatures in this file
    std::int64_t refused_until = never;           ///< signatures of this window that expire until then may be lost
    std::uint64_t segments = 0;
    std::array<std::uint64_t, 8> salt{};   ///< random, so that clients cannot aim at a bucket
    std::array<lost_range, 8> lost_all{};  ///< for all other windows, in order of time
    std::uint64_t checksum = 0;
};
static_assert(std::has_unique_object_representations_v<header>);

/// The number of remembered requests of a key. A count of 0 marks a free place.
struct key_count {
    bridge::key_id key{};
    std::uint64_t count = 0;
};

inline constexpr std::size_t header_bytes = 256;

struct first_page {
    header head;
    std::array<std::byte, header_bytes - sizeof(header)> unused{};
    std::array<key_count, (page_bytes - header_bytes) / sizeof(key_count)> keys{};
};
static_assert(sizeof(first_page) == page_bytes);

using key_page = std::array<key_count, page_bytes / sizeof(key_count)>;
static_assert(sizeof(key_page) == page_bytes);

/// Sets the checksum.
void seal(header& head) noexcept;

/// False unless the header is as seal() left it.
bool is_intact(const header& head) noexcept;

/// Records that signatures which expire in `range` are lost. Merges ranges less than `gap` apart; when there are too
/// many, merges the closest.
void add_lost(header& head, lost_range range, std::int64_t gap) noexcept;

/// The last instant in `window` at which a lost signature expires; `never` when there is none.
std::int64_t last_lost(const header& head, lost_range window) noexcept;

/// The length of a file with this number of segments.
std::uint64_t file_bytes(std::uint64_t segments) noexcept;

/// The position in the file of a signature's bucket in a segment.
std::uint64_t bucket_position(const header& head, std::uint64_t segment,
                              const bridge::signature_bytes& signature) noexcept;

}  // namespace wampfcgi::store
