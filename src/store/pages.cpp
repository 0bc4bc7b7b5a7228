#include "store/pages.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

namespace wampfcgi::store {
namespace {

std::uint64_t first_word(const bridge::signature_bytes& signature) noexcept
{
    std::uint64_t word = 0;
    std::memcpy(&word, signature.data(), sizeof word);
    return word;
}

/// The index of the signature, or of the first empty slot, or the number of slots.
std::size_t find_in(const bucket& slots, const bridge::signature_bytes& signature) noexcept
{
    constexpr bridge::signature_bytes empty{};
    const std::uint64_t wanted = first_word(signature);
    std::size_t i = 0;
    for (; i < slots.size(); ++i) {
        const std::uint64_t word = first_word(slots[i]);
        if ((word == wanted && slots[i] == signature) || (word == 0 && slots[i] == empty))
            break;
    }
    return i;
}

/// Returns nothing when there is neither the key nor a free place.
template <class Keys>
std::optional<tally> find_in(const Keys& keys, std::uint64_t page, bridge::key_id key) noexcept
{
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (keys[i].count == 0 || keys[i].key == key)
            return tally{page, i, keys[i].count};
    return {};
}

template <class Keys>
std::uint64_t sum_of(const Keys& keys) noexcept
{
    std::uint64_t sum = 0;
    for (const key_count& each : keys)
        sum += each.count;
    return sum;
}

}  // namespace

void fail_by_errno(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

void write_bytes(const descriptor& file, std::uint64_t position, const void* from, std::size_t size)
{
    const ssize_t written = pwrite(file.get(), from, size, static_cast<off_t>(position));
    if (written == static_cast<ssize_t>(size))
        return;
    if (written >= 0)
        errno = ENOSPC;
    fail_by_errno("cannot be written");
}

void set_size(const descriptor& file, std::uint64_t bytes)
{
    if (ftruncate(file.get(), static_cast<off_t>(bytes)) != 0)
        fail_by_errno("cannot be resized");
}

place find_place(const descriptor& file, const header& head, const bridge::signature_bytes& signature)
{
    for (std::uint64_t segment = 0; segment < head.segments; ++segment) {
        const std::uint64_t start = bucket_position(head, segment, signature);
        bucket slots;
        if (!read_at(file, start, slots)) {
            errno = ENODATA;
            fail_by_errno("cannot be read");
        }
        const std::size_t index = find_in(slots, signature);
        if (index < slots.size())
            return {slots[index] == signature, segment, start + index * sizeof signature};
    }
    return {false, head.segments, bucket_position(head, head.segments, signature)};
}

std::optional<tally> find_tally(const descriptor& file, const first_page& page, bridge::key_id key)
{
    if (const auto found = find_in(page.keys, 0, key))
        return found;
    constexpr std::uint64_t further = key_pages - 1;
    for (std::uint64_t i = 0; i < further; ++i) {
        const std::uint64_t number = 1 + (static_cast<std::uint64_t>(key) + i) % further;
        key_page keys;
        if (!read_at(file, number * page_bytes, keys)) {
            errno = ENODATA;
            fail_by_errno("cannot be read");
        }
        if (const auto found = find_in(keys, number, key))
            return found;
    }
    return {};
}

void write_header_and_tally(const descriptor& file, first_page& page, bridge::key_id key, const tally& counted)
{
    seal(page.head);
    const key_count entry{key, counted.count};
    std::size_t bytes = sizeof page.head;
    if (counted.page == 0) {
        page.keys[counted.index] = entry;
        bytes = header_bytes + (counted.index + 1) * sizeof entry;
    } else {
        write_at(file, counted.page * page_bytes + counted.index * sizeof entry, entry);
    }
    write_bytes(file, 0, &page, bytes);
}

std::uint64_t count_requests(const descriptor& file, const first_page& page)
{
    std::uint64_t count = sum_of(page.keys);
    key_page keys;
    for (std::uint64_t number = 1; number < key_pages && page.keys.back().count > 0; ++number)
        if (read_at(file, number * page_bytes, keys))
            count += sum_of(keys);
    return count;
}

}  // namespace wampfcgi::store
