#include "support.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::store;

BOOST_AUTO_TEST_CASE(what_one_memory_was_told_every_other_one_knows_also_when_the_first_is_gone)
{
    user_memory user;
    auto first = std::make_unique<memory>(user.state, delta, ample);
    memory second{user.state, delta, ample};
    const auto now = window_begin;

    BOOST_TEST(outcome_of(first->remember(signature_of(1), now + delta, now)) == "new");
    first.reset();

    BOOST_TEST(outcome_of(second.remember(signature_of(1), now + delta, now)) == "request_replayed");
    memory third{user.state, delta, ample};
    BOOST_TEST(outcome_of(third.remember(signature_of(1), now + delta, now)) == "request_replayed");
}

BOOST_AUTO_TEST_CASE(memories_of_different_limits_are_apart)
{
    user_memory user;
    memory other{user.state, delta * 2, ample};
    BOOST_TEST(user.ask(1, window_begin) == "new");
    BOOST_TEST(outcome_of(other.remember(signature_of(1), window_begin + delta * 2, window_begin)) == "new");
}

BOOST_AUTO_TEST_CASE(the_capacity_is_held_and_one_more_is_refused_but_a_replay_is_still_told)
{
    constexpr std::uint64_t capacity = 1024;
    user_memory user{capacity};
    for (std::uint64_t number = 0; number < capacity; ++number)
        BOOST_REQUIRE(user.ask(number, window_begin) == "new");

    const auto refused = user.shared.remember(signature_of(capacity), window_begin + delta, window_begin);

    BOOST_TEST(outcome_of(refused) == "overloaded");
    BOOST_TEST(refused.error().detail == "1024 requests of the key are remembered, its whole share of replay_capacity");
    for (std::uint64_t number = 0; number < capacity; ++number)
        BOOST_REQUIRE(user.ask(number, window_begin) == "request_replayed");
    BOOST_TEST(user.ask(capacity, window_begin) == "overloaded");
}

BOOST_AUTO_TEST_CASE(every_memory_knows_how_many_are_remembered_by_all_until_they_expire)
{
    constexpr std::uint64_t keys_of_two_pages = 600;
    user_memory user;
    memory other{user.state, delta, ample};
    BOOST_TEST(other.count(window_begin) == 0);
    for (std::uint64_t number = 0; number < keys_of_two_pages; ++number)
        BOOST_REQUIRE(outcome_of(user.shared.remember(signature_of(number), window_begin + delta, window_begin,
                                                      bridge::key_id{number})) == "new");
    BOOST_REQUIRE(user.ask(1, window_begin) == "request_replayed");
    BOOST_REQUIRE(user.ask(keys_of_two_pages, window_begin + window - delta) == "new");

    BOOST_TEST(other.count(window_begin) == keys_of_two_pages + 1);
    BOOST_TEST(other.count(window_begin + window) == 1);
    BOOST_TEST(other.count(window_begin + 2 * window) == 0);
}

BOOST_AUTO_TEST_CASE(the_next_window_has_room_again_and_the_one_behind_it_reuses_the_file)
{
    constexpr std::uint64_t capacity = 1024;
    user_memory user{capacity};
    std::uint64_t number = 0;
    for (int turn = 0; turn < 5; ++turn) {
        const auto now = window_begin + turn * window;
        for (std::uint64_t i = 0; i < capacity; ++i)
            BOOST_REQUIRE(user.ask(number++, now) == "new");
        BOOST_REQUIRE(user.ask(number, now) == "overloaded");
        BOOST_REQUIRE(user.ask(number - 1, now) == "request_replayed");
    }
}

BOOST_AUTO_TEST_CASE(it_grows_with_what_it_holds_and_shrinks_at_the_turn_of_the_window)
{
    constexpr std::uint64_t many = 100'000;  // more than the first segments hold
    user_memory user;
    const std::string file = user.state + "/replay-300.0";
    BOOST_TEST(user.ask(0, window_begin) == "new");
    BOOST_TEST(disk_use_of(file) <= 64U * 1024);

    for (std::uint64_t number = 1; number < many; ++number)
        BOOST_REQUIRE(user.ask(number, window_begin) == "new");
    BOOST_TEST(disk_use_of(file) <= many * 90);
    for (std::uint64_t number = 0; number < many; ++number)
        BOOST_REQUIRE(user.ask(number, window_begin) == "request_replayed");

    BOOST_TEST(user.ask(many, window_begin + 2 * window) == "new");
    BOOST_TEST(disk_use_of(file) <= 64U * 1024);
}

BOOST_AUTO_TEST_CASE(a_small_step_of_the_clock_backwards_forgets_nothing)
{
    using std::chrono::seconds;
    user_memory user;
    const auto now = window_begin + 2 * window;
    BOOST_TEST(user.ask(1, now - seconds{1}) == "new");
    BOOST_TEST(user.ask(2, now, now + delta) == "new");  // reuses the file of the window that has just ended
    BOOST_TEST(user.ask(3, now - seconds{1}, now - delta) == "new");

    // A second earlier, the previous window is current again, and its signatures are lost.
    const auto back = user.shared.remember(signature_of(4), now - seconds{1}, now - seconds{1});

    BOOST_TEST(outcome_of(back) == "overloaded");
    BOOST_TEST(back.error().detail == "the clock went back: " + user.state + "/replay-300.1 is of a later time");
    BOOST_TEST(user.ask(1, now - seconds{1}) == "request_replayed");
    BOOST_TEST(user.ask(2, now, now + delta) == "request_replayed");
    BOOST_TEST(user.ask(4, now) == "new");
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_ahead_and_is_put_right_makes_nothing_forgotten_before_or_behind)
{
    const std::chrono::microseconds one{1};
    for (const auto ahead : {3 * window, 4 * window, 6 * window, 100 * window})
        BOOST_TEST_CONTEXT(ahead.count() << " s ahead")
        {
            user_memory user;
            const auto now = window_begin - delta / 2;
            BOOST_TEST(user.ask(1, now) == "new");
            BOOST_TEST(user.ask(2, now + ahead) == "new");
            BOOST_TEST(user.ask(3, now + ahead + window) == "new");

            std::string right_again;
            written_by([&] {
                BOOST_TEST(user.ask(1, now) != "new");
                right_again = user.ask(4, now + delta) + " " + user.ask(5, now + window + one);
            });

            BOOST_TEST(right_again == "new new");
            // What was accepted too early is not accepted again when its time has come.
            BOOST_TEST(user.ask(2, now + ahead) != "new");
            BOOST_TEST(user.ask(3, now + ahead + window) != "new");
            BOOST_TEST(user.ask(6, now + ahead + window + one) == "new");
        }
}

BOOST_AUTO_TEST_CASE(after_a_step_of_an_hour_backwards_files_of_the_future_are_begun_anew_and_that_is_told)
{
    user_memory user;
    const auto now = window_begin;
    BOOST_TEST(user.ask(1, now + 6 * window) == "new");

    const std::string said = written_by([&] { BOOST_TEST(user.ask(2, now) == "new"); });

    BOOST_TEST(said == "warning: " + user.state +
                           "/replay-300.0 is of a time far ahead and begun anew; signed requests are refused until "
                           "their timestamps are later than any that it may have held\n");
}

BOOST_AUTO_TEST_CASE(however_often_the_clock_jumps_nothing_is_accepted_twice)
{
    // An order of windows with all kinds of jumps, more of them than there are ranges of lost signatures.
    for (const std::uint64_t step : {3U, 5U, 7U, 11U, 13U}) {
        user_memory user;
        written_by([&] {
            for (std::uint64_t turn = 0; turn < 3; ++turn)
                for (std::uint64_t i = 0; i < 29; ++i) {
                    const std::uint64_t number = i * step % 29;
                    const auto now = window_begin + window * static_cast<std::int64_t>(number * 2);
                    const std::string outcome = user.ask(number, now);
                    BOOST_TEST((turn == 0 || outcome != "new"), "turn " << turn << ", window " << number);
                    BOOST_TEST(user.ask(number, now) != "new");
                }
        });
    }
}

BOOST_AUTO_TEST_CASE(a_request_that_is_not_fresh_by_the_clock_under_the_lock_is_refused_and_changes_nothing)
{
    const std::chrono::microseconds one{1};
    user_memory user;
    const auto now = window_begin + 4 * window;
    BOOST_TEST(user.ask(1, now) == "new");
    const auto signature = signature_of(2);
    // Like a process that was stopped for some windows after it checked the timestamp.
    const auto stale = user.shared.remember(signature, now - one, now);
    BOOST_TEST(outcome_of(stale) == "request_expired");
    BOOST_TEST(stale.error().detail == "timestamp became too old while the request waited");
    BOOST_TEST(outcome_of(user.shared.remember(signature, now - 4 * window, now)) == "request_expired");
    const auto ahead = user.shared.remember(signature, now + window + one, now);
    BOOST_TEST(outcome_of(ahead) == "request_expired");
    BOOST_TEST(ahead.error().detail == "timestamp is too far ahead: the clock went back");
    BOOST_TEST(outcome_of(user.shared.remember(signature, now + window, now)) == "new");
    BOOST_TEST(user.ask(1, now) == "request_replayed");
}

BOOST_AUTO_TEST_CASE(each_of_many_keys_has_its_share)
{
    constexpr std::uint64_t share = 3;
    constexpr std::uint64_t keys = 700;  // more than fit into one page, or two
    user_memory user{share};
    memory neighbour{user.state, delta, share};
    std::uint64_t number = 0;
    for (std::uint64_t turn = 0; turn < share + 1; ++turn)
        for (std::uint64_t key = 1; key <= keys; ++key) {
            memory& used = key % 2 == 0 ? user.shared : neighbour;
            const auto outcome =
                used.remember(signature_of(++number), window_begin + delta, window_begin, bridge::key_id{key * key});
            BOOST_REQUIRE(outcome_of(outcome) == (turn < share ? "new" : "overloaded"));
        }
}

BOOST_AUTO_TEST_CASE(processes_with_other_sets_of_keys_hold_each_key_to_the_share_they_know)
{
    user_memory few{8};
    memory many{few.state, delta, 2};
    const bridge::key_id key{1};
    std::uint64_t number = 0;
    const auto ask = [&](memory& used, bridge::key_id by) {
        return outcome_of(used.remember(signature_of(++number), window_begin + delta, window_begin, by));
    };
    for (int i = 0; i < 8; ++i)
        BOOST_TEST(ask(few.shared, key) == "new");
    BOOST_TEST(ask(few.shared, key) == "overloaded");
    BOOST_TEST(ask(many, key) == "overloaded");
    BOOST_TEST(ask(many, bridge::key_id{2}) == "new");
    BOOST_TEST(ask(many, bridge::key_id{2}) == "new");
    BOOST_TEST(ask(many, bridge::key_id{2}) == "overloaded");
}
