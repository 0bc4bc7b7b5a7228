// Owns writing one MessagePack value in one pass, from events that tell a container's size only at its end. Of map
// members with equal keys, at any depth, the last one stays.
#pragma once

#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/core/memory.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::codec {

/// Takes events in document order: a scalar, or open, content and close; in a map a key before each value.
class value_builder {
public:
    /// `expected_bytes` is the estimated size of the value, for a single allocation.
    explicit value_builder(std::size_t expected_bytes) { expect(expected_bytes); }
    value_builder(const value_builder&) = delete;
    value_builder& operator=(const value_builder&) = delete;

    /// Makes room for a value of `bytes`.
    void expect(std::size_t bytes) { bytes_.reserve(block_bytes(bytes)); }

    void null();
    void boolean(bool value);
    void integer(std::int64_t value);
    void integer(std::uint64_t value);
    void real(double value);
    void text(std::string_view utf8);
    void binary(std::string_view bytes);

    /// No more than max_depth + 1 may be open.
    void open();
    void key(std::string_view utf8);
    void close_list(std::size_t size);
    void close_map();

    /// Roughly the bytes written so far, including replaced members.
    std::size_t written_bytes() const { return bytes_.size(); }

    /// The least size that the value will have, whatever follows. Costs as much as sorting the members of the open
    /// maps.
    std::size_t least_bytes();

    /// Returns the value in its shortest encoding, and empties the builder.
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
        std::size_t end;      // set before duplicates are searched
        bool is_cut = false;
    };

    // A change that take() must make to bytes_: replace [begin, end) by a header for `size` items, or by nothing.
    struct edit {
        std::size_t begin;
        std::size_t end;
        enum { cut, list_header, map_header } what;
        std::uint32_t size;
    };

    std::span<container> open_containers() { return std::span(open_).first(open_count_); }
    container close() { return open_[--open_count_]; }

    std::string_view key_of(const member& m) const;
    std::size_t cut_duplicates(std::span<member> of_map);
    std::size_t cut_duplicates_in(std::span<member> run);
    void forget_cut_members();
    std::string edited();

    std::string bytes_;                          // has a placeholder byte for the header of each container
    std::array<container, max_depth + 1> open_;  // the first ones: containers not closed yet, outermost first
    std::size_t open_count_ = 0;
    std::vector<member> members_;  // of the open maps, outermost first
    std::vector<edit> edits_;      // few: headers longer than a byte, and replaced members
    std::size_t cut_bytes_ = 0;    // size of replaced members; nested ones count twice
};

/// Appends a member to a MessagePack map (empty: one without members) that must not have its key.
std::string with_member(std::string_view map, std::string_view key, std::string_view value);

}  // namespace wampfcgi::codec
