#include "codec/value_builder.hpp"

#include "codec/string_sink.hpp"

#include <msgpack/pack.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <utility>

namespace wampfcgi::codec {

namespace {

constexpr std::size_t most_in_fix_header = 15;

template <class Pack>
void pack_into(std::string& out, Pack pack)
{
    string_sink sink{out};
    msgpack::packer<string_sink> packer(sink);
    pack(packer);
}

struct map_header {
    std::uint32_t size = 0;
    std::size_t bytes = 0;
};

// Reads the header of a map written by the builder (MessagePack specification, "Map format family").
map_header read_map_header(std::string_view map)
{
    const auto byte = [&](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(map[at])); };
    switch (byte(0)) {
    case 0xDE:
        return {byte(1) << 8 | byte(2), 3};
    case 0xDF:
        return {byte(1) << 24 | byte(2) << 16 | byte(3) << 8 | byte(4), 5};
    default:
        return {byte(0) & 0x0FU, 1};
    }
}

}  // namespace

void value_builder::null()
{
    bytes_ += '\xC0';
}

void value_builder::boolean(bool value)
{
    bytes_ += value ? '\xC3' : '\xC2';
}

void value_builder::integer(std::int64_t value)
{
    pack_into(bytes_, [&](auto& packer) { packer.pack_int64(value); });
}

void value_builder::integer(std::uint64_t value)
{
    pack_into(bytes_, [&](auto& packer) { packer.pack_uint64(value); });
}

void value_builder::real(double value)
{
    // msgpack::packer would write an integral double as an integer.
    const auto bits = std::bit_cast<std::uint64_t>(value);
    std::array<char, 9> packed{'\xCB'};
    for (unsigned i = 0; i < 8; ++i)
        packed[8 - i] = static_cast<char>(bits >> 8 * i);
    bytes_.append(packed.data(), packed.size());
}

void value_builder::text(std::string_view utf8)
{
    pack_into(bytes_, [&](auto& packer) { packer.pack_str(static_cast<std::uint32_t>(utf8.size())); });
    bytes_ += utf8;
}

void value_builder::binary(std::string_view bytes)
{
    pack_into(bytes_, [&](auto& packer) { packer.pack_bin(static_cast<std::uint32_t>(bytes.size())); });
    bytes_ += bytes;
}

void value_builder::open()
{
    open_.at(open_count_++) = {bytes_.size(), members_.size()};
    bytes_ += '\0';
}

void value_builder::key(std::string_view utf8)
{
    const auto begin = bytes_.size();
    text(utf8);
    members_.push_back({std::hash<std::string_view>{}(utf8), begin, bytes_.size(), 0, false});
}

void value_builder::close_list(std::size_t size)
{
    const auto at = close().at;
    if (size <= most_in_fix_header) {
        bytes_[at] = static_cast<char>(0x90U | size);
        return;
    }
    edits_.push_back({at, at + 1, edit::list_header, static_cast<std::uint32_t>(size)});
}

void value_builder::close_map()
{
    const auto [at, first_member] = close();
    const auto members = std::span(members_).subspan(first_member);
    const auto size = members.size() - cut_duplicates(members);
    members_.resize(first_member);
    if (size <= most_in_fix_header) {
        bytes_[at] = static_cast<char>(0x80U | size);
        return;
    }
    edits_.push_back({at, at + 1, edit::map_header, static_cast<std::uint32_t>(size)});
}

// Equal keys have equal bytes, because the builder uses the shortest encoding.
std::string_view value_builder::key_of(const member& m) const
{
    return std::string_view(bytes_).substr(m.begin, m.key_end - m.begin);
}

// Removes members of a map that a later member with the same key replaces. Returns their number. Sorts the members.
std::size_t value_builder::cut_duplicates(std::span<member> of_map)
{
    const auto first = of_map.begin();
    const auto last = of_map.end();
    if (last - first < 2)
        return 0;
    for (auto m = first; m + 1 != last; ++m)
        m->end = (m + 1)->begin;

    // Sorting, unlike a hash table, gives nothing to a client that makes hashes collide.
    std::sort(first, last, [](const member& a, const member& b) {
        return a.key_hash != b.key_hash ? a.key_hash < b.key_hash : a.begin < b.begin;
    });
    std::size_t cut = 0;
    for (auto run = first; run != last;) {
        const auto run_end = std::find_if(run, last, [&](const member& m) { return m.key_hash != run->key_hash; });
        cut += cut_duplicates_in({run, run_end});
        run = run_end;
    }
    return cut;
}

// The same for members whose keys have equal hashes, in document order.
std::size_t value_builder::cut_duplicates_in(std::span<member> run)
{
    const auto differ = [this](const member& a, const member& b) { return key_of(a) != key_of(b); };
    if (std::ranges::adjacent_find(run, differ) != run.end())
        std::ranges::stable_sort(run, {}, [this](const member& m) { return key_of(m); });
    std::size_t cut = 0;
    for (std::size_t i = 1; i < run.size(); ++i)
        if (key_of(run[i - 1]) == key_of(run[i])) {
            edits_.push_back({run[i - 1].begin, run[i - 1].end, edit::cut, 0});
            cut_bytes_ += run[i - 1].end - run[i - 1].begin;
            run[i - 1].is_cut = true;
            ++cut;
        }
    return cut;
}

std::size_t value_builder::least_bytes()
{
    std::size_t end = members_.size();
    const auto open = open_containers();
    for (auto map = open.rbegin(); map != open.rend(); ++map) {
        const auto of_map = std::span(members_).subspan(map->first_member, end - map->first_member);
        cut_duplicates(of_map);
        std::ranges::sort(of_map, {}, &member::begin);
        end = map->first_member;
    }
    forget_cut_members();
    return bytes_.size() - std::min(cut_bytes_, bytes_.size());
}

void value_builder::forget_cut_members()
{
    std::size_t kept = 0;
    const auto open = open_containers();
    auto map = open.begin();
    for (std::size_t i = 0; i <= members_.size(); ++i) {
        for (; map != open.end() && map->first_member == i; ++map)
            map->first_member = kept;
        if (i < members_.size() && !members_[i].is_cut)
            members_[kept++] = members_[i];
    }
    members_.resize(kept);
}

std::string value_builder::take()
{
    auto value = edits_.empty() ? std::move(bytes_) : edited();
    clear();
    return value;
}

std::string value_builder::edited()
{
    std::sort(edits_.begin(), edits_.end(), [](const edit& a, const edit& b) { return a.begin < b.begin; });
    std::string value;
    value.reserve(bytes_.size() + 4 * edits_.size());
    std::size_t done = 0;
    for (const auto& e : edits_) {
        if (e.begin < done)
            continue;  // lies inside a removed member
        value.append(bytes_, done, e.begin - done);
        if (e.what == edit::list_header)
            pack_into(value, [&](auto& packer) { packer.pack_array(e.size); });
        else if (e.what == edit::map_header)
            pack_into(value, [&](auto& packer) { packer.pack_map(e.size); });
        done = e.end;
    }
    return value.append(bytes_, done);
}

void value_builder::clear()
{
    bytes_.clear();
    open_count_ = 0;
    members_.clear();
    edits_.clear();
    cut_bytes_ = 0;
}

std::string with_member(std::string_view map, std::string_view key, std::string_view value)
{
    const map_header had = map.empty() ? map_header{} : read_map_header(map);
    std::string with;
    with.reserve(map.size() + key.size() + value.size() + 10);
    pack_into(with, [&](auto& packer) { packer.pack_map(had.size + 1); });
    with += map.substr(had.bytes);
    pack_into(with, [&](auto& packer) { packer.pack_str(static_cast<std::uint32_t>(key.size())); });
    return with.append(key).append(value);
}

}  // namespace wampfcgi::codec
