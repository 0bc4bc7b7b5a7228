#include "process/roster.hpp"

#include <algorithm>

namespace wampfcgi::process {

std::vector<pid_t> roster::replace_all(time_point now, patience given)
{
    std::vector<pid_t> told;
    for (seat& each : seats_) {
        if (each.next && each.next->pid != 0)
            dismiss(*each.next, now, told);
        each.next.reset();
        each.asked = false;
        if (each.present.pid != 0)
            each.next = worker{.due = now};
    }
    replacing_until_ = now + given.ready_within;
    return told;
}

bool roster::replacing_all(time_point now) const noexcept
{
    return replacing_until_ && now < *replacing_until_ && any_next();
}

std::vector<roster::vacancy> roster::vacancies(time_point now)
{
    begin_to_recycle(now);
    std::vector<vacancy> found;
    for (std::size_t index = 0; index < seats_.size(); ++index) {
        const seat& at = seats_[index];
        if (at.present.pid == 0 && at.present.due <= now)
            found.push_back({index, false});
        if (at.next && at.next->pid == 0 && at.next->due <= now)
            found.push_back({index, true});
    }
    return found;
}

// Recycles one worker at a time, however fast they use up their requests.
void roster::begin_to_recycle(time_point now)
{
    if (any_next() || !leaving_.empty())
        return;
    const auto asked = std::find_if(seats_.begin(), seats_.end(), [](const seat& each) { return each.asked; });
    if (asked != seats_.end())
        asked->next = worker{.due = now};
}

void roster::began(const vacancy& where, pid_t pid, time_point now, patience given)
{
    seat& at = seats_.at(where.seat);
    const worker started{.pid = pid, .ready_by = now + given.ready_within, .given = given};
    const auto index = static_cast<unsigned>(where.seat);
    if (where.takes_over) {
        at.next = started;
        replacements_.started(index, now);
    } else {
        at.present = started;
        policy_.started(index, now);
    }
}

roster::time_point roster::start_failed(const vacancy& where, time_point now)
{
    seat& at = seats_.at(where.seat);
    const auto index = static_cast<unsigned>(where.seat);
    if (where.takes_over)
        return at.next->due = replacements_.start_failed(index, now);
    return at.present.due = policy_.start_failed(index, now);
}

void roster::is_ready(pid_t pid) noexcept
{
    if (worker* const who = find(pid))
        who->ready_by = {};
}

void roster::asks_for_replacement(pid_t pid) noexcept
{
    for (seat& each : seats_)
        if (each.present.pid == pid)
            each.asked = true;
}

std::vector<pid_t> roster::change_over(time_point now)
{
    std::vector<pid_t> told;
    for (std::size_t index = 0; index < seats_.size(); ++index) {
        const seat& at = seats_[index];
        if (!at.next || at.next->pid == 0 || at.next->ready_by > now)
            continue;
        drain(at.present, now, told);
        move_up(index, now);
    }
    return told;
}

std::vector<pid_t> roster::dismiss_all(time_point now)
{
    std::vector<pid_t> told;
    for (seat& each : seats_) {
        if (each.present.pid != 0)
            dismiss(each.present, now, told);
        if (each.next && each.next->pid != 0)
            dismiss(*each.next, now, told);
    }
    seats_.clear();
    for (dismissed& each : leaving_)
        if (std::find(told.begin(), told.end(), each.pid) == told.end()) {
            told.push_back(each.pid);
            each.kill_at = std::min(each.kill_at.value_or(now + each.grace), now + each.grace);
        }
    return told;
}

std::vector<pid_t> roster::overdue(time_point now)
{
    std::vector<pid_t> late;
    for (dismissed& each : leaving_)
        if (each.kill_at && *each.kill_at <= now) {
            late.push_back(each.pid);
            each.kill_at.reset();
        }
    return late;
}

std::optional<roster::end_report> roster::ended(pid_t pid, time_point now)
{
    if (std::erase_if(leaving_, [pid](const dismissed& each) { return each.pid == pid; }) > 0)
        return end_report{true, {}};
    for (std::size_t index = 0; index < seats_.size(); ++index) {
        seat& at = seats_[index];
        if (at.present.pid == pid)
            return end_report{false, lost_present(index, now)};
        if (at.next && at.next->pid == pid) {
            at.next = worker{.due = replacements_.ended(static_cast<unsigned>(index), now)};
            return end_report{false, at.next->due};
        }
    }
    return {};
}

std::vector<pid_t> roster::everybody() const
{
    std::vector<pid_t> all;
    for (const seat& each : seats_) {
        if (each.present.pid != 0)
            all.push_back(each.present.pid);
        if (each.next && each.next->pid != 0)
            all.push_back(each.next->pid);
    }
    for (const dismissed& each : leaving_)
        all.push_back(each.pid);
    return all;
}

std::optional<roster::time_point> roster::next_deadline(time_point now) const noexcept
{
    std::optional<time_point> soonest;
    const auto consider = [&](time_point when) { soonest = std::min(soonest.value_or(when), when); };
    for (const seat& each : seats_) {
        if (each.present.pid == 0)
            consider(each.present.due);
        if (each.next)
            consider(each.next->pid == 0 ? each.next->due : each.next->ready_by);
    }
    for (const dismissed& each : leaving_)
        if (each.kill_at)
            consider(*each.kill_at);
    if (replacing_all(now))
        consider(*replacing_until_);
    return soonest;
}

roster::worker* roster::find(pid_t pid) noexcept
{
    for (seat& each : seats_) {
        if (each.present.pid == pid)
            return &each.present;
        if (each.next && each.next->pid == pid)
            return &*each.next;
    }
    return nullptr;
}

bool roster::any_next() const noexcept
{
    return std::any_of(seats_.begin(), seats_.end(), [](const seat& each) { return each.next.has_value(); });
}

void roster::dismiss(const worker& who, time_point now, std::vector<pid_t>& told)
{
    leaving_.push_back({who.pid, now + who.given.grace, who.given.grace});
    told.push_back(who.pid);
}

void roster::drain(const worker& who, time_point now, std::vector<pid_t>& told)
{
    leaving_.push_back({who.pid, std::nullopt, who.given.grace});
    if (who.given.drain)
        leaving_.back().kill_at = now + *who.given.drain;
    told.push_back(who.pid);
}

void roster::move_up(std::size_t index, time_point now)
{
    seats_[index] = seat{.present = *seats_[index].next, .next = std::nullopt};
    policy_.started(static_cast<unsigned>(index), now);
}

// A replacement that is getting ready takes the seat, so no other worker is needed.
roster::time_point roster::lost_present(std::size_t index, time_point now)
{
    seat& at = seats_[index];
    const time_point due = policy_.ended(static_cast<unsigned>(index), now);
    if (at.next && at.next->pid != 0) {
        move_up(index, now);
        return now;
    }
    at = seat{.present = {.due = due}, .next = std::nullopt};
    return due;
}

}  // namespace wampfcgi::process
