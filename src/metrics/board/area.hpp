// Owns memory in which processes count and which others read: a directory of series, and a slot of cells for each
// process. A series has the same offset in every slot.
#pragma once

#include "metrics/board/cells.hpp"
#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/bridge/possible_answers.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wampfcgi::metrics {

/// The size of an area.
struct area_size {
    std::uint32_t slots = 1;
    std::uint32_t slot_bytes = 0;
    std::uint32_t most_series = 0;
    std::uint32_t text_bytes = 0;

    /// Room for the series of `config`, and as many again plus some, for reloads.
    static area_size for_settings(const settings& config, std::uint32_t slots);

    /// Room for `series_count` series with `text_bytes` of labels, and one slot.
    static area_size for_series(std::uint32_t series_count, std::size_t text_bytes);

    std::size_t bytes() const noexcept;
};

class area {
public:
    /// Anonymous memory, shared with forked processes. Throws std::system_error.
    explicit area(const area_size& size);

    /// Maps a file that holds an area. Nothing when it holds none of this build of the program.
    static std::optional<area> open(int fd);

    /// Turns an empty file into an area. Throws std::system_error.
    area(int fd, const area_size& size);

    ~area();
    area(area&& other) noexcept;
    area& operator=(area&& other) noexcept;

    area_header& header() const noexcept;
    std::uint32_t slots() const noexcept { return size_.slots; }
    std::span<const series> directory() const noexcept;
    std::string_view first_label(const series& of) const noexcept;
    std::string_view second_label(const series& of) const noexcept;

    /// Null when there is none.
    const series* find(series_kind kind, std::string_view first, std::string_view second) const noexcept;

    /// Adds a series, which must not exist yet. Null when there is no room.
    const series* add(series_kind kind, std::string_view first, std::string_view second,
                      const bridge::possible_answers& answers);

    process_cells& process(std::uint32_t slot) const noexcept;
    bridge::service_cells& service(std::uint32_t slot, const series& of) const noexcept;
    bridge::session_cells& session(std::uint32_t slot, const series& of) const noexcept;
    bridge::store_cells& store(std::uint32_t slot, const series& of) const noexcept;

    /// Adds the counters of slot `from` to those of `to`, and clears `from`.
    void fold(std::uint32_t from, std::uint32_t to) const noexcept;

private:
    area(std::byte* memory, const area_size& size) : memory_(memory), size_(size) {}
    void lay_out() const noexcept;
    std::byte* slot(std::uint32_t index) const noexcept;

    std::byte* memory_ = nullptr;
    area_size size_;
};

/// Adds each cell of `from` to that of `to`. For structures of counters only.
template <class Cells>
void add_all(Cells& to, const Cells& from) noexcept
{
    static_assert(sizeof(Cells) % sizeof(cell) == 0 && alignof(Cells) == alignof(cell));
    auto* const into = reinterpret_cast<cell*>(&to);
    const auto* const out = reinterpret_cast<const cell*>(&from);
    for (std::size_t i = 0; i < sizeof(Cells) / sizeof(cell); ++i)
        into[i].add(out[i].value());
}

}  // namespace wampfcgi::metrics
