#include "store/layout.hpp"

#include <algorithm>
#include <cstring>

namespace wampfcgi::store {
namespace {

/// FNV-1a by words detects damage, not forgery: a user who can write the file can do anything.
std::uint64_t checksum_of(header head) noexcept
{
    head.checksum = 0;
    std::array<std::uint64_t, sizeof head / sizeof(std::uint64_t)> words;
    static_assert(sizeof words == sizeof head);
    std::memcpy(words.data(), &head, sizeof head);
    std::uint64_t sum = 0xcbf2'9ce4'8422'2325;
    for (const std::uint64_t word : words)
        sum = (sum ^ word) * 0x100'0000'01b3;
    return sum;
}

bool is_none(const lost_range& range) noexcept
{
    return range.from > range.until;
}

/// 0 if they touch or overlap. Saturates, because a wrong clock may produce any times.
std::int64_t distance(const lost_range& earlier, const lost_range& later) noexcept
{
    if (later.from <= earlier.until)
        return 0;
    const auto apart = static_cast<std::uint64_t>(later.from) - static_cast<std::uint64_t>(earlier.until);
    return static_cast<std::int64_t>(
        std::min<std::uint64_t>(apart, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())));
}

}  // namespace

void seal(header& head) noexcept
{
    head.checksum = checksum_of(head);
}

bool is_intact(const header& head) noexcept
{
    return head.magic == header{}.magic && head.checksum == checksum_of(head) && head.segments <= max_segments;
}

void add_lost(header& head, lost_range range, std::int64_t gap) noexcept
{
    std::array<lost_range, std::tuple_size_v<decltype(head.lost_all)> + 1> all{};
    std::copy(head.lost_all.begin(), head.lost_all.end(), all.begin());
    all.back() = range;
    auto end = std::remove_if(all.begin(), all.end(), is_none);
    std::sort(all.begin(), end, [](const auto& a, const auto& b) { return a.from < b.from; });
    while (end - all.begin() > 1) {
        auto closest = all.begin();
        for (auto each = all.begin(); each + 1 != end; ++each)
            if (distance(*each, *(each + 1)) < distance(*closest, *(closest + 1)))
                closest = each;
        if (end - all.begin() <= static_cast<std::ptrdiff_t>(head.lost_all.size()) &&
            distance(*closest, *(closest + 1)) >= gap)
            break;
        closest->until = std::max(closest->until, (closest + 1)->until);
        end = std::move(closest + 2, end, closest + 1);
    }
    std::fill(end, all.end(), lost_range{});
    std::copy(all.begin(), all.begin() + head.lost_all.size(), head.lost_all.begin());
}

std::int64_t last_lost(const header& head, lost_range window) noexcept
{
    std::int64_t last = never;
    for (const lost_range& each : head.lost_all)
        if (!is_none(each) && each.from <= window.until && each.until >= window.from)
            last = std::max(last, std::min(each.until, window.until));
    return last;
}

std::uint64_t file_bytes(std::uint64_t segments) noexcept
{
    return page_bytes * (key_pages + (((std::uint64_t{1} << segments) - 1) << first_segment_bits));
}

std::uint64_t bucket_position(const header& head, std::uint64_t segment,
                              const bridge::signature_bytes& signature) noexcept
{
    // Multiply-shift hashing (Dietzfelbinger): without the salt, signatures cannot be chosen to collide more often than
    // by chance.
    std::array<std::uint32_t, 8> words;
    static_assert(sizeof words == sizeof signature);
    std::memcpy(words.data(), signature.data(), sizeof words);
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < words.size(); ++i)
        hash += head.salt[i] * words[i];
    return file_bytes(segment) + page_bytes * (hash >> (64 - first_segment_bits - segment));
}

}  // namespace wampfcgi::store
