#include "store.hpp"

#include "folder.hpp"
#include "lock.hpp"
#include "wampfcgi/log/log.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <exception>
#include <string_view>
#include <sys/random.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

// All reading and writing is done by pread and pwrite under the lock. A file that somebody cuts, or a full disk, is
// then an error here and not a SIGBUS. A process can be killed between any two of the calls; each is done whole or not
// at all, for none crosses a page.
namespace wampfcgi::replay {
namespace {

constexpr int removals_followed = 3;

[[noreturn]] void fail(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

failure overloaded(std::string why)
{
    return {errc::overloaded, std::move(why), {}, {}};
}

/// False if the file ends before.
template <class T>
bool read_at(const handle& file, std::uint64_t position, T& out)
{
    const ssize_t got = pread(file.get(), &out, sizeof out, static_cast<off_t>(position));
    if (got < 0)
        fail("cannot be read");
    return got == static_cast<ssize_t>(sizeof out);
}

template <class T>
void write_at(const handle& file, std::uint64_t position, const T& value)
{
    const ssize_t written = pwrite(file.get(), &value, sizeof value, static_cast<off_t>(position));
    if (written == static_cast<ssize_t>(sizeof value))
        return;
    if (written >= 0)
        errno = ENOSPC;
    fail("cannot be written");
}

void set_size(const handle& file, std::uint64_t bytes)
{
    if (ftruncate(file.get(), static_cast<off_t>(bytes)) != 0)
        fail("cannot be given another length");
}

/// Nothing if it is damaged.
std::optional<header> read_header(const handle& file)
{
    header head;
    if (!read_at(file, 0, head) || !is_intact(head))
        return {};
    return head;
}

void write_header(const handle& file, header& head)
{
    seal(head);
    write_at(file, 0, head);
}

std::string_view bytes_of(const header& head)
{
    return {reinterpret_cast<const char*>(&head), sizeof head};
}

handle open_file(const std::string& folder, const std::string& name)
{
    header blank;
    seal(blank);
    return open_private_file(folder, name, bytes_of(blank));
}

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

/// Where in a file a signature is, or is to be put.
struct place {
    bool taken;             ///< by the signature itself
    std::uint64_t segment;  ///< one that is not there yet, if the buckets of all others are full
    std::uint64_t position;
};

place find_place(const handle& file, const header& head, const bridge::signature_bytes& signature)
{
    for (std::uint64_t segment = 0; segment < head.segments; ++segment) {
        const std::uint64_t start = bucket_position(head, segment, signature);
        bucket slots;
        if (!read_at(file, start, slots)) {
            errno = ENODATA;
            fail("cannot be read");
        }
        const std::size_t index = find_in(slots, signature);
        if (index < slots.size())
            return {slots[index] == signature, segment, start + index * sizeof signature};
    }
    return {false, head.segments, bucket_position(head, head.segments, signature)};
}

}  // namespace

store::store(std::string folder, std::string name)
    : folder_(std::move(folder)),
      name_(std::move(name)),
      file_(open_file(folder_, name_))
{}

result<void> store::remember(const bridge::signature_bytes& signature, const occasion& when, std::uint64_t capacity)
try {
    for (int i = 0; i < removals_followed; ++i) {
        if (const auto done = try_to_remember(signature, when, capacity))
            return *done;
        file_ = open_file(folder_, name_);
    }
    return overloaded(path() + " is removed again and again");
} catch (const std::system_error& trouble) {
    return overloaded(path() + " " + trouble.what());
} catch (const std::runtime_error& trouble) {  // from opening the file
    return overloaded(trouble.what());
}

/// Nothing if the file is not in the folder any more: another one is to be opened.
std::optional<result<void>> store::try_to_remember(const bridge::signature_bytes& signature, const occasion& when,
                                                   std::uint64_t capacity)
{
    const lock alone(file_.get());
    if (!alone.held())
        return overloaded(path() + " is locked by another process");
    struct stat found {};
    if (fstat(file_.get(), &found) != 0)
        fail("cannot be looked at");
    if (found.st_nlink == 0) {
        note_removal(when);
        return {};
    }
    auto head = present_header(when, static_cast<std::uint64_t>(found.st_size));
    if (!head)
        return head.error();
    return remember_in(*head, signature, when, capacity);
}

/// The header of a file that is of the wanted generation, or has been made so.
result<header> store::present_header(const occasion& when, std::uint64_t size)
{
    std::optional<header> head = read_header(file_);
    const bool is_past = head && head->generation < when.generation;
    if (is_past)
        head = begin(when.generation, never);
    else if (!head || size < file_bytes(head->segments))
        head = begin_anew("is damaged", when);
    else if (head->generation > when.generation + 2)
        head = begin_anew("is of a time far ahead", when);
    else if (head->generation > when.generation)
        return overloaded("the clock went back: " + path() + " is of a later time");
    if (lost_until_ > head->refused_until) {
        head->refused_until = lost_until_;
        write_header(file_, *head);
    }
    lost_until_ = never;
    return *head;
}

/// Empties the file. A process that is killed in between leaves a file of the old generation, which is emptied again by
/// the next one: nothing that the old header says about the content matters any more.
header store::begin(std::int64_t generation, std::int64_t refused_until)
{
    header head;
    head.generation = generation;
    head.refused_until = refused_until;
    if (getrandom(&head.salt, sizeof head.salt, 0) != static_cast<ssize_t>(sizeof head.salt))
        fail("cannot be given random numbers");
    set_size(file_, file_bytes(0));
    write_header(file_, head);
    return head;
}

/// Begins without what was remembered, which must not be accepted again.
header store::begin_anew(const std::string& why, const occasion& when)
{
    log::write(log_level::warning, path() + " " + why + " and begun anew; signed requests are refused until their " +
                                       "timestamps are later than all that it may have held");
    return begin(when.generation, when.latest_expiry);
}

result<void> store::remember_in(header& head, const bridge::signature_bytes& signature, const occasion& when,
                                std::uint64_t capacity)
{
    const place spot = find_place(file_, head, signature);
    if (spot.taken)
        return failure{errc::request_replayed, "signature was used before", {}, {}};
    if (when.expires_at <= head.refused_until)
        return overloaded("signature may have been used before: what " + path() + " held for this time is lost");
    if (head.count >= capacity)
        return overloaded(std::to_string(head.count) + " requests are remembered, as many as replay_capacity allows");
    if (spot.segment == max_segments)
        return overloaded(path() + " has no more room");
    if (spot.segment == head.segments) {
        // First the room, then the signature in it, then the header that counts both. Without the header the segment
        // does not exist, and the signature in it is one whose request was never answered.
        set_size(file_, file_bytes(head.segments + 1));
        ++head.segments;
    }
    write_at(file_, spot.position, signature);
    // A process that is killed here has made one signature known that is not counted: the file may hold one more.
    ++head.count;
    head.latest_expiry = std::max(head.latest_expiry, when.expires_at);
    write_header(file_, head);
    return {};
}

/// Others may have gone on in another file of this name already; there, too, what was here must stay refused.
void store::note_removal(const occasion& when)
{
    const std::optional<header> head = read_header(file_);
    if (!head)
        lost_until_ = std::max(lost_until_, when.latest_expiry);
    else if (head->generation >= when.generation)
        lost_until_ = std::max(lost_until_, head->latest_expiry);
    log::write(log_level::warning, path() + " was removed while in use; signed requests are refused until their " +
                                       "timestamps are later than all that it held");
}

}  // namespace wampfcgi::replay
