#include "bridge/events_service.hpp"

#include "bridge/arrival.hpp"
#include "bridge/checked_exchange.hpp"
#include "bridge/open_stream.hpp"
#include "bridge/recent_publications.hpp"
#include "bridge/rendering.hpp"
#include "bridge/shared.hpp"
#include "bridge/wanted_topics.hpp"
#include "wampfcgi/checks/signature.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::bridge {
namespace {

constexpr std::size_t most_unread_bytes_of_events = 256 * 1024;  // contract section 7
constexpr std::chrono::hours longest_deadline{24 * 365};

constexpr std::string_view gap = "event: gap\ndata: {}\n\n";

result<void> check_topics(const std::vector<subscription>& wanted, const service_options& options,
                          const std::optional<checks::signature_facts>& signature)
{
    for (const subscription& each : wanted) {
        if (options.topics && !is_within(each, *options.topics))
            return failure{errc::topic_denied, "topic is not covered by the service's topics", each.topic};
        if (signature && signature->key->topics && !is_within(each, *signature->key->topics))
            return failure{errc::topic_denied, "topic is not covered by the key's topics", each.topic};
    }
    return {};
}

std::string joined(const std::vector<subscription>& wanted)
{
    std::string topics;
    for (const subscription& each : wanted)
        topics += (topics.empty() ? "" : " ") + each.topic;
    return topics;
}

}  // namespace

/// A request, from the first check until it is refused or its stream has ended.
class events_service::stream final : public checked_exchange,
                                     private event_hub::listener,
                                     private heartbeat::listener,
                                     private deadlines::listener {
public:
    stream(events_service& by, admission admitted, request& req, response_sink& client)
        : checked_exchange(by.rate_, by.shared_.stopwatch, std::move(admitted), req),
          by_(by),
          client_(client),
          deadline_(by.shared_.ends, *this),
          stream_(checks::media::event_stream, client, admitted_.headers, most_unread_bytes_of_events, by.beats_, *this,
                  by.cells_)
    {
        report_.debug = options().debug;
    }

    ~stream() override
    {
        if (stream_.has_begun())
            by_.streams_.erase(where_);
    }

    bool is_answered() const noexcept { return is_answered_; }

    void end_at(deadlines::time_point when)
    {
        if (const auto set = deadline_.when(); !set || *set > when)
            deadline_.set(when);
    }

private:
    const service_options& options() const noexcept { return by_.configured_.options; }

    deadlines::time_point now() const { return by_.shared_.stopwatch(); }

    result<signer> check_sender() const override { return by_.signatures_.check(request_, by_.shared_.now()); }

    void go_on() override
    {
        auto wanted = wanted_topics(request_.query());
        if (!wanted)
            return refuse(wanted.error());
        report_.topic = joined(*wanted);
        if (auto ok = check_topics(*wanted, options(), signature_); !ok)
            return refuse(ok.error());
        if (!take_places())
            return;
        if (signature_)
            expires_ = signature_->key->not_after;
        subscribe(*wanted);
    }

    /// Returns false when it has refused the request.
    bool take_places()
    {
        place_ = by_.shared_.streams.take();
        if (!place_)
            refuse({errc::overloaded, "max_streams reached"});
        else if (!(address_place_ = by_.places_.take(request_.remote_addr())))
            refuse({errc::overloaded, "max_streams_per_address reached", std::string(request_.remote_addr())});
        return place_ && address_place_;
    }

    void subscribe(std::vector<subscription>& wanted)
    {
        report_.called_at = now();
        shares_.reserve(wanted.size());
        for (subscription& each : wanted) {
            each.timeout = options().call_timeout;
            shares_.push_back(by_.hub_->join(each, *this));
        }
        if (wanted.size() > 1)
            recent_ = std::make_unique<recent_publications>();
        if (are_all(event_hub::state::confirmed))
            return begin();
        // The router has call_timeout from the SUBSCRIBE on, which another stream may have caused earlier.
        if (is_any_interrupted())
            deadline_.set(now() + by_.connect_timeout_);
        else if (options().call_timeout.count() > 0)
            deadline_.set(now() + by_.connect_timeout_ + options().call_timeout);
    }

    bool are_all(event_hub::state wanted) const
    {
        return std::ranges::all_of(shares_, [&](const auto& each) { return each.state() == wanted; });
    }

    bool is_any_interrupted() const
    {
        return std::ranges::any_of(shares_,
                                   [](const auto& each) { return each.state() == event_hub::state::interrupted; });
    }

    void begin()
    {
        report_.call_ended_at = now();
        where_ = by_.streams_.insert(by_.streams_.end(), this);
        set_end();
        stream_.begin();
        const auto retry = std::uniform_int_distribution(2000, 6000)(by_.shared_.random);
        std::string first = "retry: " + std::to_string(retry) + "\n:\n\n";
        if (request_.last_event_id())
            first += gap;
        stream_.write(first);
    }

    void set_end()
    {
        deadline_.clear();
        if (options().max_stream.count() > 0)
            end_at(now() + options().max_stream);
        if (by_.ended_by_)
            end_at(*by_.ended_by_);
        if (!expires_)
            return;
        const auto left = std::min<std::chrono::microseconds>(*expires_ - by_.shared_.now(), longest_deadline);
        end_at(now() + left);
    }

    void subscribed() override
    {
        if (!are_all(event_hub::state::confirmed))
            return;
        if (!stream_.has_begun())
            return begin();
        if (std::exchange(has_gap_, false))
            send(gap);
    }

    void received(std::uint64_t publication_id, std::string_view text) override
    {
        if (!stream_.has_begun() || (recent_ && !recent_->add(publication_id)))
            return;
        by_.cells_.counted.events_delivered.add();
        send(text);
    }

    void interrupted() override { has_gap_ = stream_.has_begun(); }

    void refused(const outcome& why) override
    {
        shares_.clear();
        answer whole = outcome_answer(why, options(), admitted_.headers);
        if (!stream_.has_begun())
            return respond(std::move(whole));
        stream_.write("event: failure\ndata: " + whole.http.body + "\n\n");
        end(std::move(whole.report));
    }

    void has_been_silent() override { go_on_if(stream_.write_sign_of_life()); }

    void time_is_over() override
    {
        if (stream_.has_begun())
            end({});
        else if (is_any_interrupted())
            refuse({errc::router_unavailable, "no session within connect_timeout"});
        else
            refuse({errc::call_timeout, "no SUBSCRIBED within call_timeout"});
    }

    void send(std::string_view piece) { go_on_if(stream_.write(piece)); }

    void go_on_if(open_stream::client_state client)
    {
        if (client == open_stream::client_state::does_not_read)
            end({.why = failure{errc::overloaded, "the client does not read its stream"}});
    }

    void refuse(failure why) override
    {
        respond(refusal_answer(std::move(why), options().status_codes, admitted_.headers));
    }

    void respond(answer&& whole)
    {
        finish(whole.report);
        client_.respond(std::move(whole));
    }

    void end(request_report&& how)
    {
        finish(how);
        client_.end(std::move(how));
    }

    /// From here on, no listener of this stream is called.
    void finish(request_report& how)
    {
        shares_.clear();
        deadline_.clear();
        place_ = {};
        address_place_ = {};
        is_answered_ = true;
        how.topic = std::move(report_.topic);
        how.debug = report_.debug;
        how.called_at = report_.called_at;
        how.call_ended_at = report_.call_ended_at;
        how.store_took = report_.store_took;
    }

    events_service& by_;
    response_sink& client_;
    std::optional<std::chrono::sys_time<std::chrono::microseconds>> expires_;  // when its key expires
    limited_count::place place_;
    stream_places::place address_place_;
    std::vector<event_hub::share> shares_;
    std::unique_ptr<recent_publications> recent_;  // only with more than one topic
    deadlines::place deadline_;
    open_stream stream_;
    std::list<stream*>::iterator where_;  // set once the stream has begun
    bool has_gap_ = false;
    bool is_answered_ = false;
};

events_service::events_service(const service_settings& configured, event_hub* hub, rate_counter* rates,
                               std::chrono::milliseconds connect_timeout, shared_by_services& shared)
    : configured_(configured),
      hub_(hub),
      rate_(configured.options, rates),
      signatures_(configured.options),
      connect_timeout_(connect_timeout),
      shared_(shared),
      cells_(shared.figures.of(configured)),
      beats_(configured.options.heartbeat, shared.wakers, shared.stopwatch),
      places_(configured.options.max_streams_per_address)
{}

events_service::~events_service() = default;

std::optional<answer> events_service::admit(const request& req, admission& admitted)
{
    if (auto finished = check_arrival(req, configured_.options, admitted.headers))
        return finished;
    admitted.by = this;
    admitted.body = body_use::dropped;
    if (hub_ == nullptr)
        return refuse(admitted, {errc::streams_unsupported, "a plain CGI program cannot serve streams of events"});
    if (auto ok = rate_.admit(req, admitted); !ok)
        return refuse(admitted, ok.error());
    return {};
}

answer events_service::refuse(const admission& admitted, failure why) const
{
    answer refused = refusal_answer(std::move(why), configured_.options.status_codes, admitted.headers);
    refused.report.debug = configured_.options.debug;
    return refused;
}

std::unique_ptr<exchange> events_service::serve(admission&& admitted, request& req, response_sink& client)
{
    req.drop_body();
    auto begun = std::make_unique<stream>(*this, std::move(admitted), req, client);
    begun->enter();
    if (begun->is_answered())
        return nullptr;
    return begun;
}

// Clients reconnect after two to six seconds. Spreading the ends keeps them from coming all at once.
void events_service::end_streams(std::chrono::milliseconds within)
{
    const auto now = shared_.stopwatch();
    ended_by_ = now + within;
    const auto count = static_cast<std::int64_t>(streams_.size());
    std::int64_t index = 0;
    for (stream* const each : streams_)
        each->end_at(now + within * index++ / count);
}

}  // namespace wampfcgi::bridge
