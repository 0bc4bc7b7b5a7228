// Owns the socket and the timer of a connection to a shared store. What is done with them is decided in connection_fsm.
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

    /// Remembers a marker; throws std::runtime_error when it cannot.
    using marker_memory = std::function<void(std::int64_t)>;

    connection(boost::asio::io_context& loop, const store_settings& settings, kept_data kept,
               bridge::store_cells& cells, marker_memory remember);
    ~connection();

    void start();

    /// 0: it was answered at once. All that is asked in one turn of the loop goes out in one write.
    ticket ask(valkey_request what);
    void give_up(ticket which);

    /// For good. Whoever waits is dropped.
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
