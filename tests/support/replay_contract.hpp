// Owns what every replay_guard keeps to, the real one and the one for tests.
#pragma once

#include "wampfcgi/bridge/replay_guard.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace wampfcgi {

inline std::string outcome_of(const result<void>& remembered)
{
    return remembered ? "new" : std::string(describe(remembered.error().code).name);
}

/// `guard` remembers nothing yet; it is for services with a timestamp_delta_limit of `delta`.
inline void check_replay_contract(bridge::replay_guard& guard, std::chrono::seconds delta,
                                  bridge::replay_guard::instant now)
{
    const bridge::signature_bytes first{1};
    bridge::signature_bytes neighbour = first;
    neighbour.back() = 1;

    BOOST_TEST(outcome_of(guard.remember(first, now + delta, now)) == "new");
    BOOST_TEST(outcome_of(guard.remember(first, now + delta, now)) == "request_replayed");
    BOOST_TEST(outcome_of(guard.remember(neighbour, now + delta, now)) == "new");
    BOOST_TEST(outcome_of(guard.remember(first, now + delta, now + delta)) == "request_replayed");

    // From the first to the last instant at which a request is fresh is twice the limit.
    for (int i = 0; i < 8; ++i) {
        BOOST_TEST_CONTEXT("a quarter of a window later: " << i)
        {
            const auto then = now + i * delta / 2;
            const bridge::signature_bytes early{2, static_cast<unsigned char>(i)};
            const bridge::signature_bytes late{3, static_cast<unsigned char>(i)};
            BOOST_TEST(outcome_of(guard.remember(early, then + 2 * delta, then)) == "new");
            BOOST_TEST(outcome_of(guard.remember(late, then, then)) == "new");
            BOOST_TEST(outcome_of(guard.remember(late, then, then)) == "request_replayed");
            BOOST_TEST(outcome_of(guard.remember(early, then + 2 * delta, then)) == "request_replayed");
        }
    }
    for (int i = 3; i < 8; ++i) {
        const auto end = now + i * delta / 2 + 2 * delta;
        const bridge::signature_bytes early{2, static_cast<unsigned char>(i)};
        BOOST_TEST(outcome_of(guard.remember(early, end, end)) == "request_replayed");
    }
}

}  // namespace wampfcgi
