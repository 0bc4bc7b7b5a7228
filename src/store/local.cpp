#include "wampfcgi/store/local.hpp"

#include "store/signatures.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

namespace wampfcgi::store {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds longest_wait{1000};
constexpr std::chrono::milliseconds refusing_for{1000};
constexpr std::chrono::milliseconds first_pause{1};
constexpr std::chrono::milliseconds longest_pause{20};

}  // namespace

bridge::store::instant system_now()
{
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

/// The handler of its timer keeps it alive too.
class local::queue : public std::enable_shared_from_this<local::queue> {
public:
    queue(boost::asio::io_context& loop, const std::string& folder, std::chrono::seconds delta_limit,
          std::uint64_t share, clock now)
        : files_(folder, delta_limit, share, std::move(now)),
          timer_(loop)
    {}

    ticket add(bridge::key_id key, const bridge::signature_bytes& signature, instant until, remembered done)
    {
        if (auto outcome = files_.try_to_remember(key, signature, until)) {
            done(std::move(*outcome));
            return 0;
        }
        if (steady::now() < refused_until_) {
            done(locked());
            return 0;
        }
        waiting_.push_back({++last_, key, signature, until, steady::now() + longest_wait, std::move(done)});
        if (waiting_.size() == 1)
            try_again_in(first_pause);
        return last_;
    }

    void give_up(ticket waiting)
    {
        const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                        [waiting](const request& each) { return each.number == waiting; });
        if (found == waiting_.end())
            return;
        const request dropped = std::move(*found);
        waiting_.erase(found);
        if (waiting_.empty())
            timer_.cancel();
    }

    std::uint64_t count() const noexcept { return files_.count(); }

    void close()
    {
        timer_.cancel();
        waiting_.clear();
    }

private:
    struct request {
        ticket number;
        bridge::key_id key;
        bridge::signature_bytes signature;
        instant until;
        steady::time_point due;
        remembered done;
    };

    failure locked() const { return {errc::overloaded, files_.place() + " is locked by another process"}; }

    void try_again_in(std::chrono::milliseconds pause)
    {
        timer_.expires_after(pause);
        timer_.async_wait([self = shared_from_this(), pause](boost::system::error_code stopped) {
            if (!stopped)
                self->try_again(std::min(2 * pause, longest_pause));
        });
    }

    // A completion may add requests, and give up others.
    void try_again(std::chrono::milliseconds next_pause)
    {
        while (!waiting_.empty()) {
            request& first = waiting_.front();
            auto outcome = files_.try_to_remember(first.key, first.signature, first.until);
            if (!outcome && steady::now() < first.due)
                return try_again_in(next_pause);
            if (!outcome)
                return refuse_all();
            finish_first(std::move(*outcome));
        }
    }

    // Later requests would fail to get the lock too.
    void refuse_all()
    {
        refused_until_ = steady::now() + refusing_for;
        for (std::size_t left = waiting_.size(); left > 0 && !waiting_.empty(); --left)
            finish_first(locked());
    }

    void finish_first(result<void> outcome)
    {
        remembered done = std::move(waiting_.front().done);
        waiting_.pop_front();
        done(std::move(outcome));
    }

    signatures files_;
    boost::asio::steady_timer timer_;
    std::deque<request> waiting_;
    ticket last_ = 0;
    steady::time_point refused_until_{};
};

local::local(boost::asio::io_context& loop, const std::string& folder, std::chrono::seconds delta_limit,
             std::uint64_t share, clock now)
    : queue_(std::make_shared<queue>(loop, folder, delta_limit, share, std::move(now)))
{}

local::~local()
{
    queue_->close();
}

local::ticket local::remember(bridge::key_id key, const bridge::signature_bytes& signature, instant until,
                              remembered done)
{
    return queue_->add(key, signature, until, std::move(done));
}

std::uint64_t local::count() const noexcept
{
    return queue_->count();
}

void local::give_up(ticket waiting)
{
    queue_->give_up(waiting);
}

}  // namespace wampfcgi::store
