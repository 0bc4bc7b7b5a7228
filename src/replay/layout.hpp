// Owns what is where in a file of signatures: a page with the header, then segments that double in size. A segment is
// an array of buckets of one page; a bucket's slots are filled from the first on, and one that is all zeros is empty. A
// signature stands in the first segment whose bucket had room for it. Nothing is ever moved or taken out.
#pragma once

#include "wampfcgi/bridge/replay_guard.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace wampfcgi::replay {

inline constexpr std::size_t page_bytes = 4096;
inline constexpr std::size_t slots_in_bucket = page_bytes / sizeof(bridge::signature_bytes);
inline constexpr unsigned first_segment_bits = 8;  ///< its number of buckets, as a power of two
inline constexpr std::uint64_t max_segments = 16;  ///< far beyond the largest capacity

inline constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();

using bucket = std::array<bridge::signature_bytes, slots_in_bucket>;
static_assert(sizeof(bucket) == page_bytes);

/// The beginning of a file, in the processor's own byte order: no other machine reads it. Times are microseconds since
/// 1970.
struct header {
    std::uint64_t magic = 0x3159'4c50'4552'4657;  ///< "WFREPLY1"
    std::int64_t generation = never;              ///< number of the window in which the signatures expire
    std::int64_t latest_expiry = never;           ///< of those that are here
    std::int64_t refused_until = never;           ///< what expires up to then was perhaps here, and is lost
    std::uint64_t count = 0;                      ///< signatures, but for some of processes that were killed
    std::uint64_t segments = 0;
    std::array<std::uint64_t, 8> salt{};  ///< random, so that nobody can aim at a bucket
    std::uint64_t checksum = 0;
};
static_assert(std::has_unique_object_representations_v<header> && sizeof(header) <= page_bytes);

/// Sets the checksum.
void seal(header& head) noexcept;

/// False for a header that seal() has not left like this, or that is none of ours.
bool is_intact(const header& head) noexcept;

/// Length of a file with so many segments.
std::uint64_t file_bytes(std::uint64_t segments) noexcept;

/// Position in the file of a signature's bucket in a segment.
std::uint64_t bucket_position(const header& head, std::uint64_t segment,
                              const bridge::signature_bytes& signature) noexcept;

}  // namespace wampfcgi::replay
