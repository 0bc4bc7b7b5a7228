#include "app/cgi.hpp"

#include "app/loop_timers.hpp"
#include "app/own_figures.hpp"
#include "app/stores.hpp"
#include "wampfcgi/bridge/gateway.hpp"
#include "wampfcgi/fcgi/cgi.hpp"
#include "wampfcgi/log/log.hpp"
#include "wampfcgi/metrics/pool_status.hpp"
#include "wampfcgi/wamp/session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>

#include <unistd.h>

namespace wampfcgi::app {
namespace {

/// Joins only when there is something to call, so that a refused request causes no load on the router.
class late_session final : public bridge::session {
public:
    late_session(boost::asio::io_context& loop, const router_settings& router, const service_settings& which,
                 bridge::session_cells& cells)
        : session_(loop, router, which.realm, which.role)
    {
        session_.count_in(cells);
        session_.play(wamp::roles_for(which.type));
    }

    operation_id call(wampfcgi::call& what, bridge::outcome_sink& sink) override
    {
        join();
        return session_.call(what, sink);
    }

    operation_id publish(publication&& what, bridge::outcome_sink& sink) override
    {
        join();
        return session_.publish(std::move(what), sink);
    }

    subscription_id subscribe(subscription what, bridge::event_sink& sink) override
    {
        join();
        return session_.subscribe(std::move(what), sink);
    }

    void unsubscribe(subscription_id id) override { session_.unsubscribe(id); }

    std::size_t longest_arguments() const override { return session_.longest_arguments(); }

    void cancel(operation_id id) override { session_.cancel(id); }

    void stop(std::function<void()> stopped)
    {
        if (started_)
            session_.stop(std::move(stopped));
    }

private:
    void join()
    {
        started_ = true;
        session_.start();
    }

    wamp::session session_;
    bool started_ = false;
};

}  // namespace

int run_cgi(const settings& config)
{
    const own_figures figures = find_own_figures(config);
    const auto meter = figures.place->meter_for(figures.slot);
    metrics::process_cells& process = figures.place->process(figures.slot);
    process.begin(static_cast<std::uint64_t>(::getpid()));
    process.set(metrics::process_phase::serving);
    boost::asio::io_context loop{1};    // destroyed before the figures: its handlers count queued bytes
    std::deque<late_session> sessions;  // one for each service; only one of them is used
    stores remembered(loop, config, meter->of_store());
    loop_timers timers(loop);
    bridge::gateway to(
        config,
        {[&](const service_settings& each) -> bridge::session& {
             return sessions.emplace_back(loop, config.router, each, meter->of_session(each.realm, each.role));
         },
         [&](std::chrono::seconds limit) -> bridge::store& { return remembered.open(limit); },
         [&](const service_settings& each) -> bridge::rate_counter& { return remembered.open_rates(each); }},
        timers, *meter, store::system_now, bridge::gateway::lifetime::one_request);

    metrics::pool_status status([&] {
        metrics::snapshot seen = figures.place->look(-1);
        seen.version = WAMPFCGI_VERSION;
        return seen;
    });
    to.show_status_of(status);

    // The web server sends SIGTERM when its client has gone; mod_cgid also sends it once it has the response. In both
    // cases the session must end properly.
    bool finished = false;
    boost::asio::signal_set signals(loop, SIGTERM, SIGINT);
    bool answered = false;
    const auto give_up = fcgi::serve_cgi(
        to, {.variables = environ, .input_fd = STDIN_FILENO, .output_fd = STDOUT_FILENO}, [&](bool written) {
            answered = written;
            finished = true;
            signals.cancel();  // otherwise the loop would go on if there is no connection
            remembered.close();
            for (late_session& each : sessions)
                each.stop([&] { loop.stop(); });
        });
    if (!finished)
        signals.async_wait([&](boost::system::error_code error, int) {
            if (!error)
                give_up();
        });
    loop.run();
    log::finish();
    return answered ? 0 : 1;
}

}  // namespace wampfcgi::app
