#include "wamp/session/session_fsm.hpp"

#include "wampfcgi/log/log.hpp"

#include <algorithm>
#include <utility>

namespace wampfcgi::wamp {

using std::chrono::milliseconds;

session_fsm::parameters parameters_for(const router_settings& router, std::string realm, std::string role)
{
    session_fsm::parameters given;
    for (const router_url& each : router.urls)
        given.urls.push_back(each.text);
    given.realm = std::move(realm);
    given.role = std::move(role);
    given.connect_timeout = router.connect_timeout;
    return given;
}

session_fsm::session_fsm(parameters given, std::function<double()> random)
    : given_(std::move(given)),
      random_(std::move(random)),
      last_failures_(given_.urls.size()),
      passed_over_until_(given_.urls.size()),
      refused_until_(given_.urls.size())
{}

std::vector<session_step> session_fsm::resume(const session_event& what, time_point now)
{
    now_ = now;
    steps_.clear();
    if (state_ != state::stopped)
        std::visit([this](const auto& each) { on(each); }, what);
    return std::move(steps_);
}

void session_fsm::on(const event::start&)
{
    if (state_ == state::idle)
        begin_round();
}

void session_fsm::on(const event::link_up&)
{
    if (state_ != state::connecting)
        return;
    state_ = state::joining;
    steps_.emplace_back(step::send_hello{});
}

void session_fsm::on(const event::link_down& down)
{
    if (attempting()) {
        role_is_wrong_ = false;
        return attempt_failed(down.reason);
    }
    if (state_ == state::joined)
        return session_ended(log_level::warning, "connection lost: " + down.reason);
    if (state_ == state::leaving)
        finish();
}

void session_fsm::on(const event::welcomed& welcome)
{
    if (state_ != state::joining)
        return;
    // A router of the basic profile has no roles, so there is nothing to compare.
    if (welcome.authrole && *welcome.authrole != given_.role) {
        role_is_wrong_ = true;
        steps_.emplace_back(step::send_goodbye{});
        return attempt_failed("the router gave authrole " + log::quote(*welcome.authrole) + " instead of " +
                              log::quote(given_.role));
    }
    role_is_wrong_ = false;
    state_ = state::joined;
    joined_at_ = now_;
    last_failures_.assign(given_.urls.size(), {});
    steps_.emplace_back(step::disarm_timer{});
    steps_.emplace_back(step::log{had_trouble_ ? log_level::notice : log_level::info,
                                  welcome.authrole ? "joined" : "joined; the router names no authrole", where()});
    had_trouble_ = false;
    steps_.emplace_back(step::send_waiting{});
}

void session_fsm::on(const event::refused& refusal)
{
    role_is_wrong_ = false;
    if (attempting() && refusal.kind == event::refusal::lasting)
        return login_refused(refusal.reason);
    if (attempting())
        return attempt_failed(refusal.reason);
    if (state_ == state::joined)
        return session_ended(log_level::warning, refusal.reason);
    if (state_ == state::leaving)
        finish();
}

void session_fsm::on(const event::goodbye& farewell)
{
    if (state_ == state::leaving)
        return finish();
    if (state_ == state::joining || state_ == state::joined)
        steps_.emplace_back(step::answer_goodbye{});
    if (state_ == state::joining)
        return attempt_failed("the router sent GOODBYE " + farewell.reason);
    if (state_ == state::joined)
        session_ended(log_level::warning, "the router sent GOODBYE " + farewell.reason);
}

void session_fsm::on(const event::timer&)
{
    if (state_ == state::backing_off)
        return begin_round();
    role_is_wrong_ = false;
    if (attempting())
        passed_over_until_.at(url_) = now_ + given_.pass_over;
    if (state_ == state::connecting)
        return attempt_failed("no connection in time");
    if (state_ == state::joining)
        return attempt_failed("no answer to the login in time");
    if (state_ == state::leaving)
        finish();
}

void session_fsm::on(const event::call_waiting&)
{
    if (state_ != state::backing_off || login_is_refused_ || wakes_at_ - now_ <= given_.hurried_delay)
        return;
    wakes_at_ = now_ + given_.hurried_delay;
    steps_.emplace_back(step::arm_timer{given_.hurried_delay});
}

void session_fsm::on(const event::stop&)
{
    if (state_ != state::joined)
        return finish();
    state_ = state::leaving;
    steps_.emplace_back(step::send_goodbye{});
    steps_.emplace_back(step::arm_timer{given_.goodbye_timeout});
}

// The preferred router is tried first whenever it may be up. One that is down refuses at once, at no cost. One that was
// silent costs a waiting request all of its time, so it is skipped for a while.
void session_fsm::begin_round()
{
    login_is_refused_ = false;
    tried_ = 0;
    url_ = 0;
    for (std::size_t i = 0; i < given_.urls.size(); ++i)
        if (passed_over_until_[i] <= now_ && !is_refused(i)) {
            url_ = i;
            break;
        }
    if (is_refused(url_))
        return next_url();
    connect();
}

void session_fsm::connect()
{
    state_ = state::connecting;
    steps_.emplace_back(step::arm_timer{given_.connect_timeout});
    steps_.emplace_back(step::connect{url_});
}

// The next address of the list is tried at once; there is a delay only after the whole list.
void session_fsm::attempt_failed(const std::string& reason)
{
    had_trouble_ = true;
    const bool repeated = std::exchange(last_failures_.at(url_), reason) == reason;
    const log_level level = repeated ? log_level::info : log_level::warning;
    steps_.emplace_back(step::log{level, "cannot join: " + reason, where()});
    steps_.emplace_back(step::close_link{});
    if (role_is_wrong_)
        steps_.emplace_back(step::fail_waiting{});
    next_url();
}

// The router is up: asking it again at once would only fill its log.
void session_fsm::login_refused(const std::string& reason)
{
    const double share = 0.9 + random_() / 10;
    refused_until_.at(url_) =
        now_ + milliseconds(static_cast<milliseconds::rep>(static_cast<double>(given_.refused_delay.count()) * share));
    attempt_failed(reason);
}

void session_fsm::next_url()
{
    while (++tried_ < given_.urls.size()) {
        url_ = (url_ + 1) % given_.urls.size();
        if (!is_refused(url_))
            return connect();
    }
    back_off();
}

void session_fsm::session_ended(log_level level, const std::string& reason)
{
    had_trouble_ = true;
    steps_.emplace_back(step::log{level, "session ended: " + reason, where()});
    steps_.emplace_back(step::close_link{});
    steps_.emplace_back(step::fail_in_flight{});
    if (now_ - joined_at_ >= given_.stable_after)
        rounds_failed_ = 0;
    back_off();
}

void session_fsm::back_off()
{
    state_ = state::backing_off;
    const time_point asked_again_at = *std::ranges::min_element(refused_until_);
    login_is_refused_ = asked_again_at > now_;
    const milliseconds delay =
        login_is_refused_ ? std::chrono::ceil<milliseconds>(asked_again_at - now_) : next_delay();
    wakes_at_ = now_ + delay;
    steps_.emplace_back(step::arm_timer{delay});
    if (login_is_refused_)
        steps_.emplace_back(step::fail_waiting{});
}

void session_fsm::finish()
{
    if (state_ == state::leaving)
        steps_.emplace_back(step::fail_in_flight{});
    state_ = state::stopped;
    steps_.emplace_back(step::disarm_timer{});
    steps_.emplace_back(step::close_link{});
    steps_.emplace_back(step::fail_waiting{});
    steps_.emplace_back(step::stopped{});
}

// Random between half and all of a doubling delay, so that even the first retries are spread and none is too early.
milliseconds session_fsm::next_delay()
{
    const unsigned doublings = std::min(++rounds_failed_, 16U);
    const milliseconds full = std::min(given_.longest_delay, given_.first_delay * (1 << doublings));
    return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(full.count()) * (0.5 + random_() / 2)));
}

log::fields session_fsm::where() const
{
    return {log::token("realm", given_.realm), log::token("role", given_.role),
            log::token("router", given_.urls.at(url_))};
}

}  // namespace wampfcgi::wamp
