#include "app/worker.hpp"

#include "app/loop_timers.hpp"
#include "app/stores.hpp"
#include "wampfcgi/bridge/gateway.hpp"
#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/checks/webhook_signature.hpp"
#include "wampfcgi/core/code_pages.hpp"
#include "wampfcgi/fcgi/server.hpp"
#include "wampfcgi/log/log.hpp"
#include "wampfcgi/metrics/pool_status.hpp"
#include "wampfcgi/wamp/session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include <malloc.h>
#include <unistd.h>

namespace wampfcgi::app {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds measured_every{5};

bool needs_digests(const service_settings& which)
{
    return !which.options.keys.empty() || which.options.max_age.count() > 0;
}

bool verifies_senders(const service_settings& which)
{
    return !which.options.webhook.verify_by.empty();
}

class worker {
public:
    worker(const settings& config, const worker_place& place)
        : config_(config),
          place_(place),
          meter_(place.counts_on.meter_for(place.pool.slot)),
          process_(place.counts_on.process(place.pool.slot)),
          signals_(loop_, SIGTERM, SIGINT, SIGUSR1),
          drain_signal_(loop_),
          grace_(loop_),
          join_time_(loop_),
          alive_time_(loop_),
          stores_(loop_, config, meter_->of_store()),
          timers_(loop_),
          measuring_time_(loop_),
          gateway_(config,
                   {[this](const service_settings& each) -> bridge::session& { return session_for(each); },
                    [this](std::chrono::seconds limit) -> bridge::store& { return stores_.open(limit); },
                    [this](const service_settings& each) -> bridge::rate_counter& { return stores_.open_rates(each); }},
                   timers_, *meter_, store::system_now, bridge::gateway::lifetime::many_requests),
          server_(loop_, place.listen_fd, gateway_, share_of_server())
    {
        gateway_.show_status_of(status_);
    }

    int run()
    {
        process_.begin(static_cast<std::uint64_t>(::getpid()));
        keep_measuring();
        await_signal();
        if (in_pool()) {
            await_drain_signal();
            keep_telling_alive();
        }
        if (std::any_of(config_.services.begin(), config_.services.end(), needs_digests))
            checks::prepare_digests();
        if (std::any_of(config_.services.begin(), config_.services.end(), verifies_senders))
            checks::prepare_webhook_signatures();
        stores_.start();
        join();
        if (!place_.pool.takes_over)
            server_.start();
        loop_.run();
        log::finish();
        return 0;
    }

private:
    fcgi::server_options share_of_server()
    {
        fcgi::server_options options;
        options.give_fd = place_.pool.give;
        options.take_fd = place_.pool.take;
        options.max_requests = config_.max_requests;
        options.request_bytes = place_.buffers.requests;
        options.response_bytes = place_.buffers.responses;
        options.connections = &process_.connections;
        options.enough = [this] {
            if (in_pool())
                place_.pool.ask_for_replacement();
            else
                stop("max_requests reached");
        };
        return options;
    }

    metrics::snapshot look()
    {
        measure();
        metrics::snapshot seen = place_.counts_on.look(place_.listen_fd);
        seen.version = WAMPFCGI_VERSION;
        seen.in_pool = in_pool();
        return seen;
    }

    bool in_pool() const { return place_.pool.reports >= 0; }

    wamp::session& session_for(const service_settings& which)
    {
        // A broker does not send an event to the session that published it, so such services need another session.
        const bool apart = which.type == service_type::events && is_published_to(which);
        auto& found = sessions_[{which.realm, which.role, apart}];
        if (!found) {
            found = std::make_unique<wamp::session>(loop_, config_.router, which.realm, which.role);
            bridge::session_cells& cells = meter_->of_session(which.realm, which.role);
            cells.now.wanted.add();
            found->count_in(cells);
            found->limit_queue(place_.buffers.router_queue);
        }
        found->play(wamp::roles_for(which.type));
        return *found;
    }

    bool is_published_to(const service_settings& where) const
    {
        return std::any_of(config_.services.begin(), config_.services.end(), [&](const service_settings& each) {
            return wamp::roles_for(each.type).publisher && each.realm == where.realm && each.role == where.role;
        });
    }

    void join()
    {
        joining_ = sessions_.size();
        if (sessions_.empty())
            return become_ready();
        join_time_.expires_after(config_.router.connect_timeout);
        join_time_.async_wait([this](boost::system::error_code error) {
            if (!error)
                become_ready();
        });
        for (auto& [name, each] : sessions_)
            each->start([this] {
                if (--joining_ == 0)
                    become_ready();
            });
    }

    void keep_telling_alive()
    {
        place_.pool.tell_alive();
        alive_time_.expires_after(place_.pool.tell_alive_every);
        alive_time_.async_wait([this](boost::system::error_code error) {
            if (!error)
                keep_telling_alive();
        });
    }

    void measure()
    {
        process_.measure();
        process_.signatures_remembered.set(stores_.count_signatures());
    }

    void keep_measuring()
    {
        measure();
        measuring_time_.expires_after(measured_every);
        measuring_time_.async_wait([this](boost::system::error_code error) {
            if (!error)
                keep_measuring();
        });
    }

    // Sessions that cannot be joined do not matter: requests may wait for them.
    void become_ready()
    {
        if (std::exchange(ready_, true) || stopping_)
            return;
        join_time_.cancel();
        if (place_.pool.takes_over)
            server_.start();
        process_.set(metrics::process_phase::serving);
        place_.pool.tell_ready();
        forget_code_pages();
    }

    void await_signal()
    {
        signals_.async_wait([this](boost::system::error_code error, int signal) {
            if (error)
                return;
            if (signal == SIGUSR1)
                log::reopen();
            else
                stop("signal " + std::to_string(signal));
            await_signal();
        });
    }

    void await_drain_signal()
    {
        drain_signal_.add(process::drain_signal);
        drain_signal_.async_wait([this](boost::system::error_code error, int) {
            if (!error)
                end_within(longest_request(config_), "replaced");
        });
    }

    // Lets requests in flight finish, then leaves the router; after the grace time it waits no longer.
    void stop(const std::string& why)
    {
        if (process::supervisor_has_gone())
            place_.pool.end_giving();
        end_within(config_.shutdown_grace, why);
    }

    // A draining worker may get a shorter limit. A second signal never extends the limit.
    void end_within(std::optional<std::chrono::milliseconds> limit, const std::string& why)
    {
        const auto now = std::chrono::steady_clock::now();
        if (limit && (!stopping_ || grace_.expiry() > now + *limit)) {
            grace_.expires_at(now + *limit);
            grace_.async_wait([this](boost::system::error_code error) {
                if (!error)
                    leave();
            });
        }
        gateway_.end_streams(config_.shutdown_grace);
        if (std::exchange(stopping_, true))
            return;
        log::write(log_level::info, "worker ends: " + why);
        process_.set(metrics::process_phase::draining);
        if (!limit)
            grace_.expires_at(std::chrono::steady_clock::time_point::max());
        server_.stop([this] { leave(); });
        place_.pool.tell_takes_no_more();
    }

    void leave()
    {
        if (std::exchange(leaving_, true))
            return;
        grace_.cancel();
        measuring_time_.cancel();
        if (sessions_.empty())
            return stop_loop();
        auto left = std::make_shared<std::size_t>(sessions_.size());
        for (auto& [name, each] : sessions_)
            each->stop([this, left] {
                if (--*left == 0)
                    stop_loop();
            });
    }

    void stop_loop()
    {
        asio::post(loop_, [this] { loop_.stop(); });  // after what streams still write in this turn
    }

    const settings& config_;
    const worker_place& place_;
    std::unique_ptr<bridge::meter> meter_;  // outlives the loop, whose handlers count queued bytes
    metrics::process_cells& process_;
    asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};  // one thread: descriptors need no locks
    asio::signal_set signals_;
    asio::signal_set drain_signal_;  // in a pool only
    asio::steady_timer grace_;
    asio::steady_timer join_time_;   // until this worker counts as ready
    asio::steady_timer alive_time_;  // in a pool only: until the next sign of life
    std::map<std::tuple<std::string, std::string, bool>, std::unique_ptr<wamp::session>>
        sessions_;  // by realm and role
    stores stores_;
    loop_timers timers_;
    asio::steady_timer measuring_time_;  // until the next measurement
    metrics::pool_status status_{[this] { return look(); }};
    bridge::gateway gateway_;
    fcgi::server server_;
    std::size_t joining_ = 0;
    bool ready_ = false;
    bool stopping_ = false;
    bool leaving_ = false;
};

/// Fresh memory is mapped page by page, which takes longer than all work on a large body. So the heap keeps freed
/// memory; the server returns it to the system when there are no requests.
void keep_memory()
{
    constexpr int largest_in_heap = 32 * 1024 * 1024;  // glibc's maximum; twice the largest WAMP message
    ::mallopt(M_MMAP_THRESHOLD, largest_in_heap);
    ::mallopt(M_TRIM_THRESHOLD, 2 * largest_in_heap);
    ::mallopt(M_ARENA_MAX, 1);  // the thread that looks up names would take address space for another one
}

}  // namespace

std::optional<std::chrono::milliseconds> longest_request(const settings& config)
{
    constexpr std::chrono::minutes for_a_slow_body{1};
    std::chrono::milliseconds longest{0};
    for (const service_settings& each : config.services) {
        if (!has_session(each.type))
            continue;
        if (each.options.call_timeout.count() == 0)
            return {};
        longest = std::max(longest, each.options.call_timeout);
    }
    return std::max(config.shutdown_grace, for_a_slow_body + config.router.connect_timeout + longest);
}

int run_worker(const settings& config, const worker_place& place)
{
    keep_memory();
    return worker(config, place).run();
}

}  // namespace wampfcgi::app
