#pragma once
// What all kinds of connections share: their session, the conversion by the serializer, not reading on request, and the
// time limit on silence.

#include "router.hpp"
#include "session.hpp"
#include "transport.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <span>
#include <string_view>

namespace wampfcgi::devrouter {

/// A TCP or Unix socket.
using stream_socket = boost::asio::generic::stream_protocol::socket;

class connection : public transport, public std::enable_shared_from_this<connection> {
public:
    /// The router must outlive it. It keeps itself alive while it is open.
    connection(router& shared, boost::asio::any_io_executor executor, std::string url_scheme);
    ~connection() override;
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    bool send(std::span<const std::string_view> parts) final;
    void misbehave(wire_fault fault, std::string_view payload) final;
    void stop_reading_for(std::chrono::steady_clock::duration time) final;
    const transport_facts& facts() const final { return facts_; }
    boost::asio::any_io_executor executor() final { return timer_.get_executor(); }

protected:
    /// Do the work of send() and misbehave(), with the output of the peer's serializer.
    virtual bool write(std::span<const std::string_view> parts) = 0;
    virtual void break_rules(wire_fault fault, std::string_view payload) = 0;
    virtual void resume_reading() = 0;

    /// Passes a message, as the peer wrote it, to the session.
    void deliver(std::string_view payload);
    /// Ends the session after too long a silence, if an option sets a limit.
    void watch_for_silence();
    /// Restarts the limit; call it for each read.
    void heard()
    {
        if (router_.settings.idle_timeout.count() > 0)
            last_heard_ = std::chrono::steady_clock::now();
    }
    /// Drops the connection if the peer does not close it.
    void drop_soon();

    static constexpr std::chrono::seconds longest_linger{2};

    router& router_;
    session session_;
    transport_facts facts_;
    boost::asio::steady_timer timer_;  // for the time without reading, later for the lingering close
    bool deaf_ = false;

private:
    boost::asio::steady_timer silence_;
    std::chrono::steady_clock::time_point last_heard_ = std::chrono::steady_clock::now();
};

}  // namespace wampfcgi::devrouter
