// Owns a piece of memory that processes count in and others read: a directory of series, and slots of cells, one for
// each process, in which a series has the same place.
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

/// How large an area is.
struct area_size {
    std::uint32_t slots = 1;
    std::uint32_t slot_bytes = 0;
    std::uint32_t most_series = 0;
    std::uint32_t text_bytes = 0;

    /// Room for the series of `config`, and for as many again and more that reloads bring.
    static area_size for_settings(const settings& config, std::uint32_t slots);

    /// Room for so many series with so many bytes of labels, and one slot.
    static area_size for_series(std::uint32_t series_count, std::size_t text_bytes);

    std::size_t bytes() const noexcept;
};

class area {
public:
    /// Anonymous memory that this process shares with those it forks. Throws std::system_error.
    explicit area(const area_size& size);

    /// Maps a file that has been written as an area. Nothing for one that is no area of this build of the program.
    static std::optional<area> open(int fd);

    /// Makes an area of an empty file. Throws std::system_error.
    area(int fd, const area_size& size);

    ~area();
    area(area&& other) noexcept;
    area& operator=(area&& other) noexcept;

    area_header& header() const noexcept;
    std::uint32_t slots() const noexcept { return size_.slots; }
    std::span<const series> directory() const noexcept;
    std::string_view first_label(const series& of) const noexcept;
    std::string_view second_label(const series& of) const noexcept;

    /// Null when it is not there.
    const series* find(series_kind kind, std::string_view first, std::string_view second) const noexcept;

    /// Adds a series that is not there yet. Null when there is no room.
    const series* add(series_kind kind, std::string_view first, std::string_view second,
                      const bridge::possible_answers& answers);

    process_cells& process(std::uint32_t slot) const noexcept;
    bridge::service_cells& service(std::uint32_t slot, const series& of) const noexcept;
    bridge::session_cells& session(std::uint32_t slot, const series& of) const noexcept;
    bridge::store_cells& store(std::uint32_t slot, const series& of) const noexcept;

    /// Moves what `from` has counted into `to`, and leaves it empty. Series of the one must be those of the other.
    void fold(std::uint32_t from, std::uint32_t to) const noexcept;

private:
    area(std::byte* memory, const area_size& size) : memory_(memory), size_(size) {}
    void lay_out() const noexcept;
    std::byte* slot(std::uint32_t index) const noexcept;

    std::byte* memory_ = nullptr;
    area_size size_;
};

/// Adds each cell of what only grows to another; true of anything that consists of cells alone.
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
