// Owns what is where in a file of signatures: a page with the header and how many requests each key has made, more such
// pages for the keys that find no place there, then segments that double in size. A segment is an array of buckets of
// one page; a bucket's slots are filled from the first on, and one that is all zeros is empty. A signature stands in
// the first segment whose bucket had room for it. Nothing is ever moved or taken out.
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
inline constexpr std::uint64_t key_pages = 16;     ///< the first one is the header's

inline constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();

using bucket = std::array<bridge::signature_bytes, slots_in_bucket>;
static_assert(sizeof(bucket) == page_bytes);

/// Signatures that expire from the one instant to the other, both included; none where `from` is the later.
struct lost_range {
    std::int64_t from = 1;
    std::int64_t until = 0;
};

/// The beginning of a file, in the processor's own byte order: no other machine reads it. Times are microseconds since
/// 1970.
struct header {
    std::uint64_t magic = 0x3259'4c50'4552'4657;  ///< "WFREPLY2"
    std::int64_t generation = never;              ///< number of the window in which the signatures expire
    std::int64_t latest_expiry = never;           ///< of those that are here
    std::int64_t refused_until = never;           ///< what expires up to then in this window was perhaps here
    std::uint64_t segments = 0;
    std::array<std::uint64_t, 8> salt{};   ///< random, so that nobody can aim at a bucket
    std::array<lost_range, 8> lost_all{};  ///< of all other windows, in the order of time
    std::uint64_t checksum = 0;
};
static_assert(std::has_unique_object_representations_v<header>);

/// How many requests of a key are remembered. A count of 0: a free place.
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

/// False for a header that seal() has not left like this, or that is none of ours.
bool is_intact(const header& head) noexcept;

/// Notes that signatures which expire in a range are lost. Ranges that are less than `gap` apart become one; when there
/// are too many, those that are least apart.
void add_lost(header& head, lost_range range, std::int64_t gap) noexcept;

/// The last instant in `window` at which a signature expires that is lost; `never`: none does.
std::int64_t last_lost(const header& head, lost_range window) noexcept;

/// Length of a file with so many segments.
std::uint64_t file_bytes(std::uint64_t segments) noexcept;

/// Position in the file of a signature's bucket in a segment.
std::uint64_t bucket_position(const header& head, std::uint64_t segment,
                              const bridge::signature_bytes& signature) noexcept;

}  // namespace wampfcgi::store
