// Owns writing one MessagePack value front to back from events that tell a container's size only at its end.
// Of map members with equal keys the last stays, wherever they are nested.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::codec {

/// Takes events in document order: a scalar, or open, the content, and close; in a map a key before each value.
class value_builder {
public:
    /// `expected_bytes` is a guess at the value's size, to allocate once.
    explicit value_builder(std::size_t expected_bytes) { bytes_.reserve(expected_bytes); }

    void null();
    void boolean(bool value);
    void integer(std::int64_t value);
    void integer(std::uint64_t value);
    void real(double value);
    void text(std::string_view utf8);
    void binary(std::string_view bytes);

    void open();
    void key(std::string_view utf8);
    void close_list(std::size_t size);
    void close_map();

    /// About the bytes that have been written, those of members that do not count among them.
    std::size_t written_bytes() const { return bytes_.size(); }

    /// The bytes that the value has at least, whatever follows. Costs as much as sorting the members of the open maps.
    std::size_t least_bytes();

    /// The value in its shortest encoding; the builder is empty then.
    std::string take();

    void clear();

private:
    struct container {
        std::size_t at;            // offset of its header
        std::size_t first_member;  // index in members_
    };

    struct member {
        std::size_t key_hash;
        std::size_t begin;    // offset of the key
        std::size_t key_end;  // offset of the value
        std::size_t end;      // known when duplicates are looked for
        bool is_cut = false;
    };

    // What take() has yet to do to bytes_: put a header for `size` items, or nothing, in place of [begin, end).
    struct edit {
        std::size_t begin;
        std::size_t end;
        enum { cut, list_header, map_header } what;
        std::uint32_t size;
    };

    std::string_view key_of(const member& m) const;
    std::size_t cut_duplicates(std::span<member> of_map);
    std::size_t cut_duplicates_in(std::span<member> run);
    void forget_cut_members();
    std::string edited();

    std::string bytes_;            // with one byte for the header of each container
    std::vector<container> open_;  // containers that are not closed yet, outermost first
    std::vector<member> members_;  // of the open maps, outermost first
    std::vector<edit> edits_;      // few: headers of more than a byte, and members that do not count
    std::size_t cut_bytes_ = 0;    // of those members; what is cut inside them counts twice
};

/// A MessagePack map (empty: one without members) with one member more, behind the others; the map must not have it.
std::string with_member(std::string_view map, std::string_view key, std::string_view value);

}  // namespace wampfcgi::codec
