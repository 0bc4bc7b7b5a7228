// Owns the contract of stores, for the real ones and the fake one.
#pragma once

#include "wampfcgi/bridge/store.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace wampfcgi {

inline std::string outcome_of(const result<void>& remembered)
{
    return remembered ? "new" : std::string(describe(remembered.error().code).name);
}

/// An empty store and its environment.
struct store_under_test {
    bridge::store& store;
    std::chrono::seconds delta;  ///< timestamp_delta_limit of its services
    std::uint64_t share;         ///< for one key
    bridge::store::instant begin;
    std::function<void(bridge::store::instant)> set_clock;
    std::function<void()> lock;
    std::function<void()> unlock;                                   ///< also answers the waiting requests
    std::function<void(const std::function<bool()>&)> run_until{};  ///< empty: the store answers at once

    std::string ask(const bridge::signature_bytes& signature, bridge::store::instant until,
                    bridge::key_id key = {}) const
    {
        std::string told = "none";
        const auto ticket =
            store.remember(key, signature, until, [&](const result<void>& is_new) { told = outcome_of(is_new); });
        BOOST_TEST((ticket == 0U || run_until));
        if (run_until)
            run_until([&] { return told != "none"; });
        return told;
    }
};

inline void check_that_each_signature_is_new_once(const store_under_test& the)
{
    const bridge::signature_bytes first{1};
    bridge::signature_bytes neighbour = first;
    neighbour.back() = 1;
    the.set_clock(the.begin);
    BOOST_TEST(the.ask(first, the.begin + the.delta) == "new");
    BOOST_TEST(the.ask(first, the.begin + the.delta) == "request_replayed");
    BOOST_TEST(the.ask(neighbour, the.begin + the.delta) == "new");
    the.set_clock(the.begin + the.delta);
    BOOST_TEST(the.ask(first, the.begin + the.delta) == "request_replayed");
}

inline void check_that_a_signature_is_remembered_while_it_is_fresh(const store_under_test& the)
{
    // A request is fresh for twice the limit.
    const auto window = 2 * the.delta;
    for (int i = 0; i < 8; ++i)
        BOOST_TEST_CONTEXT("a quarter of a window later: " << i)
        {
            const auto then = the.begin + i * the.delta / 2;
            const bridge::signature_bytes early{2, static_cast<unsigned char>(i)};
            const bridge::signature_bytes late{3, static_cast<unsigned char>(i)};
            the.set_clock(then);
            BOOST_TEST(the.ask(early, then + window) == "new");
            BOOST_TEST(the.ask(late, then) == "new");
            BOOST_TEST(the.ask(late, then) == "request_replayed");
            BOOST_TEST(the.ask(early, then + window) == "request_replayed");
        }
    for (int i = 3; i < 8; ++i) {
        const auto end = the.begin + i * the.delta / 2 + window;
        the.set_clock(end);
        BOOST_TEST(the.ask({2, static_cast<unsigned char>(i)}, end) == "request_replayed");
        BOOST_TEST(the.ask({4, static_cast<unsigned char>(i)}, end - std::chrono::microseconds{1}) ==
                   "request_expired");
    }
}

inline void check_that_requests_wait_for_the_lock(const store_under_test& the)
{
    const auto now = the.begin + 20 * the.delta;
    the.set_clock(now);
    std::string outcomes;
    const auto ask_later = [&](unsigned char number, std::chrono::seconds fresh) {
        return the.store.remember({}, {5, number}, now + fresh, [&, number](const result<void>& is_new) {
            outcomes += std::to_string(number) + " " + outcome_of(is_new) + ", ";
        });
    };
    the.lock();
    BOOST_TEST(ask_later(1, the.delta) != 0U);
    const auto given_up = ask_later(2, the.delta);
    BOOST_TEST(ask_later(3, std::chrono::seconds{0}) != 0U);
    BOOST_TEST(ask_later(1, the.delta) != 0U);
    the.store.give_up(given_up);
    the.store.give_up(given_up);
    the.set_clock(now + std::chrono::microseconds{1});
    BOOST_TEST(outcomes == "");

    the.unlock();

    BOOST_TEST(outcomes == "1 new, 3 request_expired, 1 request_replayed, ");
    the.store.give_up(given_up);
    BOOST_TEST(the.ask({5, 4}, now + the.delta) == "new");
}

inline void check_that_no_key_takes_the_room_of_another(const store_under_test& the)
{
    const auto now = the.begin + 40 * the.delta;
    const auto one = bridge::id_of("signed", "one");
    const auto other = bridge::id_of("signed", "other");
    the.set_clock(now);
    const auto ask = [&](bridge::key_id key, std::uint64_t number) {
        return the.ask({6, static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8)}, now + the.delta,
                       key);
    };
    for (std::uint64_t number = 0; number < the.share; ++number)
        BOOST_REQUIRE(ask(one, number) == "new");
    BOOST_TEST(ask(one, the.share) == "overloaded");
    BOOST_TEST(ask(one, 0) == "request_replayed");
    for (std::uint64_t number = the.share; number < 2 * the.share; ++number)
        BOOST_REQUIRE(ask(other, number) == "new");
    BOOST_TEST(ask(other, 2 * the.share) == "overloaded");
}

inline void check_store_contract(const store_under_test& the)
{
    check_that_each_signature_is_new_once(the);
    check_that_a_signature_is_remembered_while_it_is_fresh(the);
    check_that_requests_wait_for_the_lock(the);
    check_that_no_key_takes_the_room_of_another(the);
}

}  // namespace wampfcgi
