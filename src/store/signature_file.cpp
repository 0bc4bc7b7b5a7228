#include "store/signature_file.hpp"

#include "store/folder.hpp"
#include "store/lock.hpp"
#include "store/pages.hpp"
#include "wampfcgi/log/log.hpp"

#include <algorithm>
#include <exception>
#include <sys/random.h>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace wampfcgi::store {
namespace {

constexpr int removals_followed = 3;

}  // namespace

std::int64_t window_of(std::int64_t when, std::int64_t window) noexcept
{
    const std::int64_t whole = when / window;
    return when % window < 0 ? whole - 1 : whole;
}

/// The outcome of one attempt with the open file.
struct signature_file::attempt {
    std::optional<obstacle> by;
    result<void> outcome;
};

signature_file::signature_file(std::string folder, std::string name, presence& used, std::int64_t window,
                               std::uint64_t share, const clock& now)
    : folder_(std::move(folder)),
      name_(std::move(name)),
      used_(used),
      window_(window),
      share_(share),
      now_(now)
{}

std::int64_t signature_file::present() const
{
    return now_().time_since_epoch().count();
}

lost_range signature_file::window_number(std::int64_t generation) const noexcept
{
    return {generation * window_, (generation + 1) * window_ - 1};
}

void signature_file::open(const descriptor& folder, const presence::entry& within)
{
    file_ = open_or_create_private_file(folder, folder_, name_, within,
                                        [this](const presence::entry& inside) { return blank(inside); });
}

/// Opens a new file if the old one was removed. Returns false when another process is opening one.
bool signature_file::try_to_open()
{
    if (!removed_)
        return true;
    const descriptor folder = open_folder(folder_);
    const auto within = used_.try_enter(folder);
    if (within)
        open(folder, *within);
    return within.has_value();
}

/// The content of a new file. If other processes may have used a file that was removed, everything that they can have
/// accepted is marked as lost. This process knows what that was if it had the latest file open itself.
std::string signature_file::blank(const presence::entry& within) const
{
    header head;
    add_removed(head);
    const bool is_known =
        removed_ ? removed_->is_complete && within.last_created(name_) == removed_->file : within.is_alone();
    if (!is_known) {
        log::write(log_level::warning, path() + " was removed while in use by another process; signed requests are " +
                                           "refused until their timestamps are later than any that it may have held");
        const std::int64_t now = present();
        add_lost(head, {now, now + window_}, 0);
    }
    first_page page{};
    page.head = head;
    seal(page.head);
    return {reinterpret_cast<const char*>(&page), sizeof page};
}

std::optional<result<void>> signature_file::try_to_remember(const new_signature& what)
try {
    for (int i = 0; i < removals_followed; ++i) {
        if (!try_to_open())
            return {};
        auto tried = try_here(what);
        if (!tried.by)
            return std::move(tried.outcome);
        if (*tried.by == obstacle::busy)
            return {};
    }
    return failure(errc::overloaded, path() + " keeps being removed");
} catch (const std::system_error& trouble) {
    return failure(errc::overloaded, path() + " " + trouble.what());
} catch (const std::runtime_error& trouble) {  // from opening the file
    return failure(errc::overloaded, trouble.what());
}

signature_file::attempt signature_file::try_here(const new_signature& what)
{
    const lock alone(file_.get());
    // Read the clock before checking that the file is still in its place. A process that creates a new one reads a
    // later time, and so refuses everything that this process may still accept, even if this process is stopped here.
    const std::int64_t now = present();
    struct stat found {};
    if (fstat(file_.get(), &found) != 0)
        fail_by_errno("cannot be examined");
    if (found.st_nlink == 0) {
        note_removal(alone.held(), now);
        return {obstacle::removed, {}};
    }
    if (!alone.held())
        return {obstacle::busy, {}};
    return {{}, remember_at(what, now, static_cast<std::uint64_t>(found.st_size))};
}

std::uint64_t signature_file::count_live(std::int64_t present) const noexcept
try {
    first_page page;
    if (!read_at(file_, 0, page) || !is_intact(page.head) || page.head.generation < present)
        return 0;
    return count_requests(file_, page);
} catch (const std::system_error&) {
    return 0;
}

/// If another process holds the lock, it may still write to the file.
void signature_file::note_removal(bool is_locked, std::int64_t now)
{
    first_page page;
    const bool is_readable = read_at(file_, 0, page) && is_intact(page.head);
    header lost = is_readable ? page.head : header{};
    discard(lost);
    add_removed(lost);
    if (!is_readable || !is_locked)
        add_lost(lost, {now, now + window_}, 0);
    removed_ = removal{lost, identity_of(file_), is_readable && is_locked};
    log::write(log_level::warning, path() + " was removed while in use; signed requests are refused until their " +
                                       "timestamps are later than any that it held");
}

/// Marks the content of the file as lost.
void signature_file::discard(header& head) const
{
    if (head.generation != never)
        add_lost(head, {window_number(head.generation).from, std::max(head.latest_expiry, head.refused_until)},
                 2 * window_ + 1);
}

result<void> signature_file::remember_at(const new_signature& what, std::int64_t now, std::uint64_t size)
{
    if (what.expires_at < now)
        return failure{errc::request_expired, "timestamp became too old while the request waited"};
    if (what.expires_at - now > window_)
        return failure{errc::request_expired, "timestamp is too far ahead: the clock went back"};
    first_page page;
    if (auto turned = turn_to(page, window_of(what.expires_at, window_), now, size); !turned)
        return turned.error();
    return remember_in(page, what);
}

/// Reads the file's first page, and empties the file unless it already belongs to `generation`.
result<void> signature_file::turn_to(first_page& page, std::int64_t generation, std::int64_t now, std::uint64_t size)
{
    const bool is_intact_page = read_at(file_, 0, page) && is_intact(page.head);
    if (!is_intact_page)
        page = {};
    const std::int64_t found = page.head.generation;
    add_removed(page.head);
    if (removed_ && found != never)
        page.head.refused_until = std::max(page.head.refused_until, last_lost(page.head, window_number(found)));
    // Only the current and the next window have live signatures, and this file belongs to one of them. A file of the
    // window after that was begun before the clock was set back a little.
    const bool is_far_ahead = found > window_of(now, window_) + 2;
    const bool is_short = size < file_bytes(page.head.segments);
    const bool is_cut = !is_intact_page || (is_short && found >= generation && !is_far_ahead);
    if (is_cut)
        add_lost(page.head, {now, now + window_}, 0);
    if (is_cut || is_far_ahead)
        log::write(log_level::warning, path() + (is_cut ? " is damaged" : " is of a time far ahead") +
                                           " and begun anew; signed requests are refused until their timestamps are " +
                                           "later than any that it may have held");
    if (found < generation || is_cut || is_far_ahead) {
        discard(page.head);
        begin(page, generation);
    } else if (found > generation) {
        return failure(errc::overloaded, "the clock went back: " + path() + " is of a later time");
    } else if (removed_) {
        write_header(page.head);
    }
    removed_.reset();
    return {};
}

/// Adds what was lost with an earlier, removed file.
void signature_file::add_removed(header& head) const
{
    if (removed_)
        for (const lost_range& each : removed_->lost.lost_all)
            add_lost(head, each, 0);
}

void signature_file::write_header(header& head) const
{
    seal(head);
    write_at(file_, 0, head);
}

/// Empties the file. If a process is killed in between, the file has the old generation or is too short; the next
/// process empties it again.
void signature_file::begin(first_page& page, std::int64_t generation) const
{
    const auto lost_all = page.head.lost_all;
    page = {};
    page.head.lost_all = lost_all;
    page.head.generation = generation;
    page.head.refused_until = last_lost(page.head, window_number(generation));
    auto& salt = page.head.salt;
    if (getrandom(&salt, sizeof salt, 0) != static_cast<ssize_t>(sizeof salt))
        fail_by_errno("cannot get random numbers");
    set_size(file_, page_bytes);
    set_size(file_, file_bytes(0));
    seal(page.head);
    write_at(file_, 0, page);
}

result<void> signature_file::remember_in(first_page& page, const new_signature& what)
{
    header& head = page.head;
    const place spot = find_place(file_, head, what.signature);
    if (spot.taken)
        return failure{errc::request_replayed, "signature was used before"};
    if (what.expires_at <= head.refused_until)
        return failure(errc::overloaded,
                       "signature may have been used before: what " + path() + " held for this time is lost");
    auto counted = find_tally(file_, page, what.key);
    if (!counted || spot.segment == max_segments)
        return failure(errc::overloaded, path() + " is full");
    if (counted->count >= share_)
        return failure(errc::overloaded, std::to_string(counted->count) +
                                             " requests of the key are remembered, its whole share of replay_capacity");
    if (spot.segment == head.segments) {
        // Extend the file first, then write the signature, then the header that counts both. Without the header the
        // segment does not exist, and its signature is of a request that was never answered.
        set_size(file_, file_bytes(head.segments + 1));
        ++head.segments;
    }
    write_at(file_, spot.position, what.signature);
    // A process killed here leaves one signature that is not counted: the file may hold one more.
    ++counted->count;
    head.latest_expiry = std::max(head.latest_expiry, what.expires_at);
    write_header_and_tally(file_, page, what.key, *counted);
    return {};
}

}  // namespace wampfcgi::store
