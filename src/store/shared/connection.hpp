// Owns the socket and the timer of the connection to a shared store. connection_fsm decides what to do with them.
#pragma once

#include "store/valkey/connection_fsm.hpp"
#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/net/dialer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>

namespace wampfcgi::store {

class connection : public std::enable_shared_from_this<connection> {
public:
    using ticket = connection_fsm::ticket;

    /// Stores a marker; throws std::runtime_error when that fails.
    using marker_memory = std::function<void(std::int64_t)>;

    connection(boost::asio::io_context& loop, const store_settings& settings, kept_data kept,
               bridge::store_cells& cells, marker_memory remember);
    ~connection();

    void start();

    /// Returns 0 when it was answered at once. Commands of one turn of the event loop go out in one write.
    ticket ask(valkey_request what);
    void give_up(ticket which);

    /// Closes for good. Drops pending requests.
    void close();

private:
    class link;

    void feed(const valkey_happening& what);
    void carry_out_steps();
    void carry_out(valkey_step::dial& todo);
    void carry_out(valkey_step::close&);
    void carry_out(valkey_step::remember_marker& todo);
    void carry_out(valkey_step::complete& todo);
    void carry_out(valkey_step::log& todo);
    void opened(net::dialer::outcome how);
    void write_soon();
    void arm_timer();
    void drop_link();

    boost::asio::io_context& loop_;
    const store_settings& settings_;
    bridge::store_cells& cells_;
    marker_memory remember_;
    std::minstd_rand random_{std::random_device()()};
    std::uniform_real_distribution<double> spread_{0, 1};
    connection_fsm fsm_;
    boost::asio::steady_timer timer_;
    bool timer_is_armed_ = false;
    bool write_is_planned_ = false;
    bool carrying_out_ = false;
    bool closed_ = false;
    std::shared_ptr<net::dialer> dialer_;
    std::shared_ptr<link> link_;
};

}  // namespace wampfcgi::store
