#include "metrics/board/area.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wampfcgi::metrics {
namespace {

constexpr std::uint64_t magic_number = 0x77616d7066636769;  // "wampfcgi"

/// Changes with the size of any of these, so that different versions of the program ignore each other's files.
constexpr std::uint64_t layout_number = sizeof(bridge::service_cells) + (sizeof(bridge::session_cells) << 16) +
                                        (sizeof(process_cells) << 32) + (sizeof(area_header) << 48) +
                                        errc_table.size() + sizeof(bridge::store_cells);

constexpr std::size_t cache_line = 64;
constexpr std::uint32_t spare_series = 64;
constexpr std::uint32_t spare_text = 16 * 1024;

constexpr std::size_t rounded(std::size_t bytes) noexcept
{
    constexpr std::size_t page = 4096;
    return (bytes + page - 1) / page * page;
}

constexpr std::uint32_t whole_lines(std::size_t bytes) noexcept
{
    return static_cast<std::uint32_t>((bytes + cache_line - 1) / cache_line * cache_line);
}

std::size_t directory_offset() noexcept
{
    return whole_lines(sizeof(area_header));
}

std::size_t text_offset(const area_size& of) noexcept
{
    return directory_offset() + of.most_series * sizeof(series);
}

std::size_t slots_offset(const area_size& of) noexcept
{
    return rounded(text_offset(of) + of.text_bytes);
}

std::uint32_t bytes_of(series_kind kind) noexcept
{
    switch (kind) {
    case series_kind::service:
        return whole_lines(sizeof(bridge::service_cells));
    case series_kind::session:
        return whole_lines(sizeof(bridge::session_cells));
    case series_kind::store:
        return whole_lines(sizeof(bridge::store_cells));
    case series_kind::folded:
        break;
    }
    return 0;
}

std::byte* map(int fd, std::size_t bytes, int how)
{
    void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, how, fd, 0);
    if (memory == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "cannot map memory for figures");
    return static_cast<std::byte*>(memory);
}

template <class Cells>
void clear(Cells& all) noexcept
{
    auto* const each = reinterpret_cast<cell*>(&all);
    for (std::size_t i = 0; i < sizeof(Cells) / sizeof(cell); ++i)
        each[i].set(0);
}

}  // namespace

area_size area_size::for_settings(const settings& config, std::uint32_t slots)
{
    const auto services = static_cast<std::uint32_t>(config.services.size()) + 1;
    std::size_t text = 0;
    for (const service_settings& each : config.services)
        text += each.path.size() + each.realm.size() + each.role.size() + 16;
    area_size wanted;
    wanted.slots = slots;
    wanted.most_series = 4 * services + spare_series;
    wanted.text_bytes = static_cast<std::uint32_t>(4 * text) + spare_text;
    wanted.slot_bytes = static_cast<std::uint32_t>(rounded(
        whole_lines(sizeof(process_cells)) + wanted.most_series * std::size_t{bytes_of(series_kind::service)} / 2));
    return wanted;
}

area_size area_size::for_series(std::uint32_t series_count, std::size_t text_bytes)
{
    area_size wanted;
    wanted.most_series = series_count;
    wanted.text_bytes = static_cast<std::uint32_t>(text_bytes);
    wanted.slot_bytes = static_cast<std::uint32_t>(
        rounded(whole_lines(sizeof(process_cells)) + series_count * std::size_t{bytes_of(series_kind::service)}));
    return wanted;
}

std::size_t area_size::bytes() const noexcept
{
    return slots_offset(*this) + std::size_t{slots} * slot_bytes;
}

area::area(const area_size& size)
    : memory_(map(-1, size.bytes(), MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE)),
      size_(size)
{
    lay_out();
}

area::area(int fd, const area_size& size) : size_(size)
{
    // Allocate the blocks instead of only setting the size: on a full disk, the first write to a mapped page would be a
    // SIGBUS.
    if (const int error = ::posix_fallocate(fd, 0, static_cast<off_t>(size.bytes())); error != 0)
        throw std::system_error(error, std::generic_category(), "cannot make a file for figures");
    memory_ = map(fd, size.bytes(), MAP_SHARED);
    lay_out();
}

std::optional<area> area::open(int fd)
{
    area_header read{};
    struct stat facts {};
    if (::fstat(fd, &facts) != 0 || ::pread(fd, static_cast<void*>(&read), sizeof read, 0) != sizeof read)
        return {};
    const area_size size{read.slots, read.slot_bytes, read.most_series, read.text_bytes};
    if (read.magic != magic_number || read.layout != layout_number || size.slots != 1 ||
        size.slot_bytes < whole_lines(sizeof(process_cells)) ||
        static_cast<std::uint64_t>(facts.st_size) != size.bytes())
        return {};
    return area(map(fd, size.bytes(), MAP_SHARED), size);
}

area::~area()
{
    if (memory_ != nullptr)
        ::munmap(memory_, size_.bytes());
}

area::area(area&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)), size_(other.size_) {}

area& area::operator=(area&& other) noexcept
{
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    return *this;
}

// Sets the magic number last: until then the memory is not a valid area.
void area::lay_out() const noexcept
{
    area_header& made = header();
    made.layout = layout_number;
    made.slots = size_.slots;
    made.slot_bytes = size_.slot_bytes;
    made.most_series = size_.most_series;
    made.text_bytes = size_.text_bytes;
    made.magic = magic_number;
}

// Fresh mapped memory is all zeros, the initial value of cells.
area_header& area::header() const noexcept
{
    return *reinterpret_cast<area_header*>(memory_);
}

std::span<const series> area::directory() const noexcept
{
    const auto count = std::min<std::uint64_t>(header().series_count.value(), size_.most_series);
    std::atomic_thread_fence(std::memory_order_acquire);
    return {reinterpret_cast<const series*>(memory_ + directory_offset()), static_cast<std::size_t>(count)};
}

std::string_view area::first_label(const series& of) const noexcept
{
    if (std::uint64_t{of.text} + of.first_length > size_.text_bytes)
        return {};
    return {reinterpret_cast<const char*>(memory_ + text_offset(size_)) + of.text, of.first_length};
}

std::string_view area::second_label(const series& of) const noexcept
{
    if (std::uint64_t{of.text} + of.first_length + of.second_length > size_.text_bytes)
        return {};
    return {reinterpret_cast<const char*>(memory_ + text_offset(size_)) + of.text + of.first_length, of.second_length};
}

const series* area::find(series_kind kind, std::string_view first, std::string_view second) const noexcept
{
    for (const series& each : directory())
        if (each.kind == kind && first_label(each) == first && second_label(each) == second)
            return &each;
    return nullptr;
}

const series* area::add(series_kind kind, std::string_view first, std::string_view second,
                        const bridge::possible_answers& answers)
{
    area_header& head = header();
    const auto known = directory();
    std::uint32_t offset = whole_lines(sizeof(process_cells));
    if (!known.empty())
        offset = known.back().offset + bytes_of(known.back().kind);
    const std::uint64_t text = head.text_used.value();
    if (known.size() == size_.most_series || offset + bytes_of(kind) > size_.slot_bytes ||
        text + first.size() + second.size() > size_.text_bytes)
        return nullptr;
    char* const to = reinterpret_cast<char*>(memory_ + text_offset(size_)) + text;
    std::copy(second.begin(), second.end(), std::copy(first.begin(), first.end(), to));
    head.text_used.add(first.size() + second.size());
    auto* const added = reinterpret_cast<series*>(memory_ + directory_offset()) + known.size();
    *added = {kind,
              offset,
              static_cast<std::uint32_t>(text),
              static_cast<std::uint32_t>(first.size()),
              static_cast<std::uint32_t>(second.size()),
              0,
              answers.statuses.to_ullong(),
              answers.refusals.to_ullong()};
    std::atomic_thread_fence(std::memory_order_release);
    head.series_count.add();
    return added;
}

std::byte* area::slot(std::uint32_t index) const noexcept
{
    return memory_ + slots_offset(size_) + std::size_t{index} * size_.slot_bytes;
}

process_cells& area::process(std::uint32_t index) const noexcept
{
    return *reinterpret_cast<process_cells*>(slot(index));
}

bridge::service_cells& area::service(std::uint32_t index, const series& of) const noexcept
{
    return *reinterpret_cast<bridge::service_cells*>(slot(index) + of.offset);
}

bridge::session_cells& area::session(std::uint32_t index, const series& of) const noexcept
{
    return *reinterpret_cast<bridge::session_cells*>(slot(index) + of.offset);
}

bridge::store_cells& area::store(std::uint32_t index, const series& of) const noexcept
{
    return *reinterpret_cast<bridge::store_cells*>(slot(index) + of.offset);
}

void area::fold(std::uint32_t from, std::uint32_t to) const noexcept
{
    cell& sequence = header().fold_sequence;
    sequence.add();
    std::atomic_thread_fence(std::memory_order_release);
    for (const series& each : directory()) {
        if (each.kind == series_kind::service) {
            add_all(service(to, each).counted, service(from, each).counted);
            clear(service(from, each));
        } else if (each.kind == series_kind::session) {
            add_all(session(to, each).counted, session(from, each).counted);
            clear(session(from, each));
        } else if (each.kind == series_kind::store) {
            add_all(store(to, each).counted, store(from, each).counted);
            clear(store(from, each));
        }
    }
    process(to).processor_us.add(process(from).processor_us.value());
    clear(process(from));
    std::atomic_thread_fence(std::memory_order_release);
    sequence.add();
}

}  // namespace wampfcgi::metrics
