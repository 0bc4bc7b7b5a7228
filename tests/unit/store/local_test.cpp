// The store in a worker: with an event loop, while other processes hold the lock.
#include "support.hpp"

#include "wampfcgi/store/local.hpp"

#include <boost/asio/io_context.hpp>

#include <fcntl.h>
#include <functional>
#include <string>
#include <sys/file.h>
#include <unistd.h>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::store;
using std::chrono::steady_clock;

namespace {

/// A worker's store, and another process that can lock both files.
struct worker_with_neighbour {
    explicit worker_with_neighbour(std::uint64_t share = ample)
        : remembers(loop, state, delta, share, [this] { return present; })
    {}
    ~worker_with_neighbour() { unlock(); }
    worker_with_neighbour(const worker_with_neighbour&) = delete;
    worker_with_neighbour& operator=(const worker_with_neighbour&) = delete;

    void lock()
    {
        for (const char* const name : {"/replay-300.0", "/replay-300.1"}) {
            held.push_back(open((state + name).c_str(), O_RDWR));
            BOOST_REQUIRE(flock(held.back(), LOCK_EX) == 0);
        }
    }

    void unlock()
    {
        for (const int each : held)
            close(each);
        held.clear();
    }

    /// Runs until nothing is pending.
    void run()
    {
        loop.restart();
        loop.run();
    }

    bridge::store::ticket ask(std::uint64_t number)
    {
        return remembers.remember({}, signature_of(number), present + delta, [this](const result<void>& is_new) {
            outcomes.push_back(outcome_of(is_new));
            if (!is_new)
                why = is_new.error().detail;
        });
    }

    scratch_folder scratch;
    std::string state = scratch / "state";
    boost::asio::io_context loop{1};
    instant present = window_begin;
    local remembers;
    std::vector<int> held;
    std::vector<std::string> outcomes;
    std::string why;
};

}  // namespace

BOOST_AUTO_TEST_CASE(it_keeps_to_the_contract_wherever_in_a_window_it_begins)
{
    using std::chrono::seconds;
    for (const auto begin : {window_begin, window_begin + seconds{1}, window_begin + delta,
                             window_begin + window - seconds{1}, instant{} - window * 3 / 2})
        BOOST_TEST_CONTEXT(begin.time_since_epoch().count())
        {
            constexpr std::uint64_t share = 500;
            worker_with_neighbour a(share);
            check_store_contract({a.remembers, delta, share, begin, [&](auto then) { a.present = then; },
                                  [&] { a.lock(); },
                                  [&] {
                                      a.unlock();
                                      a.run();
                                  }});
        }
}

BOOST_AUTO_TEST_CASE(while_a_process_is_stopped_with_the_lock_requests_wait_a_second_and_are_then_refused_at_once)
{
    worker_with_neighbour a;
    a.lock();
    const auto began = steady_clock::now();
    BOOST_TEST(a.ask(1) != 0U);
    BOOST_TEST(a.ask(2) != 0U);
    BOOST_TEST(a.outcomes.empty());

    a.run();

    BOOST_TEST((steady_clock::now() - began >= std::chrono::seconds{1}));
    BOOST_TEST(a.outcomes == (std::vector<std::string>{"overloaded", "overloaded"}), boost::test_tools::per_element());
    BOOST_TEST(a.why == a.state + "/replay-300.* is locked by another process");
    BOOST_TEST(a.ask(3) == 0U);
    BOOST_TEST(a.outcomes.back() == "overloaded");

    a.unlock();

    BOOST_TEST(a.ask(3) == 0U);
    BOOST_TEST(a.outcomes.back() == "new");
    BOOST_TEST(a.ask(1) == 0U);
    BOOST_TEST(a.outcomes.back() == "new");
}

BOOST_AUTO_TEST_CASE(a_store_that_is_destroyed_forgets_who_waits)
{
    auto a = std::make_unique<worker_with_neighbour>();
    const auto captured = std::make_shared<int>(1);
    a->lock();
    a->remembers.remember({}, signature_of(1), a->present + delta, [captured](const result<void>&) {});
    BOOST_TEST(captured.use_count() == 2);

    a.reset();

    BOOST_TEST(captured.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(who_waits_may_ask_again_and_give_up_from_within_a_completion)
{
    worker_with_neighbour a;
    a.lock();
    bridge::store::ticket last = 0;
    a.remembers.remember({}, signature_of(1), a.present + delta, [&](const result<void>&) {
        a.ask(2);
        a.remembers.give_up(last);
    });
    last = a.ask(3);

    a.unlock();
    a.run();

    BOOST_TEST(a.outcomes == std::vector<std::string>{"new"}, boost::test_tools::per_element());
    BOOST_TEST(a.ask(3) == 0U);
    BOOST_TEST(a.outcomes.back() == "new");
}
