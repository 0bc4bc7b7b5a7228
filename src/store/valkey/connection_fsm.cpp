#include "store/valkey/connection_fsm.hpp"

#include "store/valkey/server_errors.hpp"

#include <algorithm>
#include <utility>

namespace wampfcgi::store {

using std::chrono::milliseconds;

connection_fsm::connection_fsm(const store_settings& settings, kept_data kept, std::function<double()> random,
                               pauses spans)
    : settings_(settings),
      kept_(kept),
      random_(std::move(random)),
      spans_(spans)
{}

void connection_fsm::resume(const valkey_happening& what, time_point now)
{
    now_ = now;
    std::visit([this](const auto& each) { on(each); }, what);
}

std::optional<connection_fsm::time_point> connection_fsm::wakes_at() const
{
    std::optional<time_point> at;
    if (attempting() || state_ == state::backing_off)
        at = due_;
    if (!requests_.empty()) {
        const time_point first_due = requests_.front().asked_at + settings_.timeout;
        at = at ? std::min(*at, first_due) : first_due;
    }
    return at;
}

connection_fsm::ticket connection_fsm::ask(valkey_request what, time_point now)
{
    now_ = now;
    sent_request asked;
    asked.number = ++last_;
    asked.asker = std::move(what.asker);
    asked.asked_at = now;
    asked.wants_replicas = what.wants_replicas;
    asked.unsent_bytes = std::move(what.bytes);
    if (state_ == state::ready)
        put(asked);
    requests_.push_back(std::move(asked));
    if (state_ == state::idle)
        begin_attempt();
    return last_;
}

void connection_fsm::is_wanted(time_point now)
{
    if (state_ == state::backing_off && trouble_ == trouble_kind::passing)
        due_ = std::min(due_, now + spans_.hurried);
}

void connection_fsm::give_up(ticket which)
{
    sent_request* found = find(requests_, which);
    if (found == nullptr)
        found = find(written_, which);
    if (found == nullptr)
        return;
    const auto dropped = std::move(found->asker);
    if (state_ != state::ready)  // never sent
        std::erase_if(requests_, [which](const sent_request& each) { return each.number == which; });
}

connection_fsm::sent_request* connection_fsm::find(std::deque<sent_request>& among, ticket which)
{
    const auto found = std::ranges::lower_bound(among, which, {}, &sent_request::number);
    return found == among.end() || found->number != which ? nullptr : &*found;
}

std::string connection_fsm::take_output()
{
    if (wait_due_to_) {
        // A third of a command's time limit: it may have to wait for an earlier WAIT, and still finishes in time.
        const auto most = std::max<milliseconds::rep>(settings_.timeout.count() / 3, 1);
        output_ += valkey_command({"WAIT", std::to_string(settings_.replicas), std::to_string(most)});
        sent_request wait;
        wait.number = ++last_;
        wait.asked_at = *wait_due_to_;
        wait.is_wait = true;
        requests_.push_back(std::move(wait));
        wait_due_to_.reset();
    }
    return std::exchange(output_, {});
}

void connection_fsm::on(const valkey_event::start&)
{
    if (state_ == state::idle)
        begin_attempt();
}

void connection_fsm::on(const valkey_event::dialled&)
{
    if (state_ != state::dialling)
        return;
    state_ = state::logging_in;
    reader_.emplace();
    ask_login();
}

void connection_fsm::on(const valkey_event::failed& how)
{
    if (state_ != state::dialling)
        return;
    if (asks_sentinel())
        return next_sentinel(how.reason);
    attempt_failed(trouble_kind::passing, how.reason);
}

void connection_fsm::on(const valkey_event::received& what)
{
    if (state_ != state::logging_in && state_ != state::ready)
        return;
    reader_->feed(what.bytes);
    while (state_ == state::logging_in || state_ == state::ready) {
        auto reply = reader_->next();
        if (!reply)
            break;
        if (state_ == state::ready) {
            take_reply(std::move(*reply));
            continue;
        }
        if (asked_.empty())
            return attempt_failed(trouble_kind::passing, "the server sent an unexpected reply");
        const question of = asked_.front();
        asked_.pop_front();
        answer(of, *reply);
    }
    if (!reader_ || reader_->fault().empty())
        return;
    const std::string fault = "the server does not speak Valkey's protocol: " + reader_->fault();
    if (state_ == state::ready)
        return lost(fault);
    attempt_failed(trouble_kind::passing, fault);
}

void connection_fsm::on(const valkey_event::closed& how)
{
    if (state_ == state::ready)
        return lost(how.reason);
    if (state_ != state::logging_in)
        return;
    if (asks_sentinel())
        return next_sentinel(how.reason);
    attempt_failed(trouble_kind::passing, how.reason);
}

void connection_fsm::on(const valkey_event::marker_remembered&)
{
    if (state_ == state::logging_in)
        become_ready();
}

// Without a stored marker, a later loss of data could not be detected.
void connection_fsm::on(const valkey_event::marker_not_remembered& how)
{
    if (state_ == state::logging_in)
        attempt_failed(trouble_kind::lasting, "cannot write down the time at which its memory began: " + how.reason);
}

void connection_fsm::on(const valkey_event::timer&)
{
    if (state_ == state::backing_off && due_ <= now_)
        begin_attempt();
    else if (attempting() && due_ <= now_) {
        const std::string reason =
            state_ == state::dialling ? "no connection in time" : "no answer to the login in time";
        if (asks_sentinel())
            next_sentinel(reason);
        else
            attempt_failed(trouble_kind::passing, reason);
    }
    const auto is_overdue = [this] {
        return !requests_.empty() && requests_.front().asked_at + settings_.timeout <= now_;
    };
    if (state_ == state::ready) {
        if (is_overdue())
            lost("no answer within " + std::to_string(settings_.timeout.count()) + " ms");
        return;
    }
    while (is_overdue()) {
        sent_request first = std::move(requests_.front());
        requests_.pop_front();
        steps_.emplace_back(valkey_step::complete{
            std::move(first.asker), failure(errc::store_unavailable, "no connection to the store within its timeout"),
            first.asked_at});
    }
}

void connection_fsm::begin_attempt()
{
    master_.reset();
    sentinels_asked_ = 0;
    dial();
}

void connection_fsm::dial()
{
    state_ = state::dialling;
    due_ = now_ + settings_.timeout;
    steps_.emplace_back(valkey_step::dial{master_ ? *master_ : settings_.urls.at(sentinel_)});
}

void connection_fsm::put(sent_request& request)
{
    output_ += std::exchange(request.unsent_bytes, {});
    if (request.wants_replicas && !wait_due_to_)
        wait_due_to_ = request.asked_at;
}

void connection_fsm::take_reply(valkey_reply reply)
{
    if (requests_.empty())
        return lost("the server sent an unexpected reply");
    // The pending requests fail together with the connection.
    if (is_of_cluster(reply))
        return lost(std::string(no_cluster));
    if (is_unfit(reply))
        return lost(why_unfit(reply));
    sent_request answered = std::move(requests_.front());
    requests_.pop_front();
    if (answered.is_wait)
        return take_replicas(reply);
    const bool has_written = reply.what == valkey_reply::kind::status;
    answered.replies.push_back(std::move(reply));
    if (answered.wants_replicas && has_written)
        written_.push_back(std::move(answered));
    else
        complete(std::move(answered));
}

void connection_fsm::take_replicas(const valkey_reply& reply)
{
    for (sent_request& each : std::exchange(written_, {})) {
        each.replies.push_back(reply);
        complete(std::move(each));
    }
}

void connection_fsm::complete(sent_request answered)
{
    steps_.emplace_back(
        valkey_step::complete{std::move(answered.asker), std::move(answered.replies), answered.asked_at});
}

void connection_fsm::become_ready()
{
    state_ = state::ready;
    is_down_ = false;
    why_down_.clear();
    attempts_failed_ = 0;
    last_failure_.clear();
    ready_since_ = now_;
    say(had_trouble_ ? log_level::notice : log_level::info, "the store is available");
    had_trouble_ = false;
    for (sent_request& each : requests_)
        put(each);
}

void connection_fsm::next_sentinel(const std::string& reason)
{
    const std::size_t count = settings_.urls.size();
    if (++sentinels_asked_ >= count) {
        attempt_failed(trouble_kind::passing, reason);
        sentinel_ = (sentinel_ + 1) % count;
        return;
    }
    say(log_level::info, "cannot ask a Sentinel: " + reason);
    steps_.emplace_back(valkey_step::close{});
    drop_connection();
    sentinel_ = (sentinel_ + 1) % count;
    dial();
}

void connection_fsm::attempt_failed(trouble_kind kind, const std::string& reason)
{
    had_trouble_ = true;
    const bool is_repeated = std::exchange(last_failure_, reason) == reason;
    const log_level loud = kind == trouble_kind::lasting ? log_level::error : log_level::warning;
    say(is_repeated ? log_level::info : loud, "cannot use the store: " + reason);
    steps_.emplace_back(valkey_step::close{});
    drop_connection();
    is_down_ = true;
    why_down_ = reason;
    back_off(kind);
    fail_all(reason);
}

// Servers close idle connections, so reconnect at once before a request needs it. A server that has gone refuses at
// once; one that hangs is not waited for again.
void connection_fsm::lost(const std::string& reason)
{
    const bool was_idle = requests_.empty() && written_.empty() && now_ - ready_since_ >= spans_.stable_after;
    had_trouble_ = had_trouble_ || !was_idle;
    say(was_idle ? log_level::info : log_level::warning, "connection to the store lost: " + reason);
    steps_.emplace_back(valkey_step::close{});
    drop_connection();
    if (was_idle)
        return begin_attempt();
    is_down_ = true;
    why_down_ = reason;
    back_off(trouble_kind::passing);
    fail_all(reason);
}

void connection_fsm::drop_connection()
{
    reader_.reset();
    asked_.clear();
    output_.clear();
    wait_due_to_.reset();
    server_time_ms_ = 0;
}

void connection_fsm::back_off(trouble_kind kind)
{
    state_ = state::backing_off;
    trouble_ = kind;
    due_ = now_ + next_delay(kind);
}

// A command that was sent may have been executed, so it is never sent again.
void connection_fsm::fail_all(const std::string& reason)
{
    std::deque<sent_request> failed = std::exchange(written_, {});
    for (sent_request& each : std::exchange(requests_, {}))
        if (!each.is_wait)
            failed.push_back(std::move(each));
    const valkey_outcome outcome = failure(errc::store_unavailable, reason);
    for (sent_request& each : failed)
        steps_.emplace_back(valkey_step::complete{std::move(each.asker), outcome, each.asked_at});
}

void connection_fsm::say(log_level level, std::string text)
{
    log::fields with{log::token("store", settings_.urls.at(sentinel_).text)};
    if (master_)
        with.push_back(log::outside("master", master_->text));
    steps_.emplace_back(valkey_step::log{level, std::move(text), std::move(with)});
}

// Random between half and all of a doubling delay, so that even the first retries are spread and none is too early.
milliseconds connection_fsm::next_delay(trouble_kind kind)
{
    const unsigned doublings = std::min(++attempts_failed_, 16U);
    const milliseconds full =
        kind == trouble_kind::lasting ? spans_.longest : std::min(spans_.longest, spans_.first * (1 << doublings));
    return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(full.count()) * (0.5 + random_() / 2)));
}

}  // namespace wampfcgi::store
