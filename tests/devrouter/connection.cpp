#include "connection.hpp"

#include "json.hpp"

#include <string>
#include <utility>

namespace wampfcgi::devrouter {

using boost::system::error_code;

namespace {

/// Invalid messages sent on purpose have no JSON, so the peer gets other invalid text.
std::string json_of(std::span<const std::string_view> parts)
{
    std::string message;
    for (const auto part : parts)
        message += part;
    return json_from_messagepack(message).value_or("][");
}

}  // namespace

connection::connection(router& shared, boost::asio::any_io_executor executor, std::string url_scheme)
    : router_(shared),
      session_(shared, *this, ++shared.counts.connections),
      facts_{.url_scheme = std::move(url_scheme), .target = {}, .host = {}},
      timer_(executor),
      silence_(executor)
{
    ++router_.counts.open_connections;
}

connection::~connection()
{
    --router_.counts.open_connections;
}

bool connection::send(std::span<const std::string_view> parts)
{
    if (facts_.format == serializer::messagepack)
        return write(parts);
    const std::string text = json_of(parts);
    const std::string_view whole = text;
    return write({&whole, 1});
}

void connection::misbehave(wire_fault fault, std::string_view payload)
{
    if (facts_.format == serializer::messagepack)
        return break_rules(fault, payload);
    break_rules(fault, json_of({&payload, 1}));
}

void connection::deliver(std::string_view payload)
{
    if (facts_.format == serializer::messagepack)
        return session_.receive(payload);
    session_.receive(messagepack_from_json(payload).value_or(""));
}

void connection::stop_reading_for(std::chrono::steady_clock::duration time)
{
    deaf_ = true;
    timer_.expires_after(time);
    timer_.async_wait([self = shared_from_this()](error_code trouble) {
        if (trouble)
            return;
        self->deaf_ = false;
        self->resume_reading();
    });
}

void connection::drop_soon()
{
    timer_.expires_after(longest_linger);
    timer_.async_wait([self = shared_from_this()](error_code trouble) {
        if (!trouble)
            self->drop();
    });
}

void connection::watch_for_silence()
{
    const auto longest = router_.settings.idle_timeout;
    if (longest.count() == 0)
        return;
    silence_.expires_at(last_heard_ + longest);
    silence_.async_wait([self = weak_from_this(), longest](error_code trouble) {
        const auto open = self.lock();
        if (!open || trouble)
            return;
        if (std::chrono::steady_clock::now() - open->last_heard_ < longest)
            return open->watch_for_silence();
        open->session_.expire();
    });
}

}  // namespace wampfcgi::devrouter
