#include "layout.hpp"

#include <cstring>

namespace wampfcgi::replay {
namespace {

/// FNV-1a, against damage, not against forgery: who can write to the file can do as he likes.
std::uint64_t checksum_of(header head) noexcept
{
    head.checksum = 0;
    std::array<unsigned char, sizeof head> bytes;
    std::memcpy(bytes.data(), &head, sizeof head);
    std::uint64_t sum = 0xcbf2'9ce4'8422'2325;
    for (const unsigned char byte : bytes)
        sum = (sum ^ byte) * 0x100'0000'01b3;
    return sum;
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

std::uint64_t file_bytes(std::uint64_t segments) noexcept
{
    return page_bytes * (1 + (((std::uint64_t{1} << segments) - 1) << first_segment_bits));
}

std::uint64_t bucket_position(const header& head, std::uint64_t segment,
                              const bridge::signature_bytes& signature) noexcept
{
    // Multiply-shift hashing (Dietzfelbinger): who does not know the salt finds no two signatures that meet more often
    // than chance has it, whatever he can sign.
    std::array<std::uint32_t, 8> words;
    static_assert(sizeof words == sizeof signature);
    std::memcpy(words.data(), signature.data(), sizeof words);
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < words.size(); ++i)
        hash += head.salt[i] * words[i];
    return file_bytes(segment) + page_bytes * (hash >> (64 - first_segment_bits - segment));
}

}  // namespace wampfcgi::replay
