#include "wampfcgi/metrics/board.hpp"

#include "metrics/board/area.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace wampfcgi::metrics {
namespace {

settings with_store(bool is_needed = true)
{
    settings made;
    made.services.push_back({.path = "call", .realm = "realm1", .role = "backend"});
    made.services[0].options.replay_protection = is_needed;
    made.store.emplace();
    return made;
}

settings with_services(const std::vector<std::string>& paths)
{
    settings made;
    for (const std::string& each : paths)
        made.services.push_back({.path = each, .realm = "realm1", .role = "backend"});
    return made;
}

const service_figures& figures_of(const snapshot& seen, const std::string& path)
{
    const auto found = std::ranges::find(seen.services, path, &service_figures::path);
    BOOST_REQUIRE(found != seen.services.end());
    return *found;
}

void answer(bridge::meter& counted_by, const service_settings& which, int status, unsigned times = 1)
{
    bridge::service_cells& cells = counted_by.of(which);
    for (unsigned i = 0; i < times; ++i)
        bridge::count_answer(&cells, {status, 10, std::chrono::milliseconds(3)}, {});
}

/// Runs `what` in another process, and waits for its end.
template <class What>
void in_another_process(What what)
{
    std::fflush(nullptr);
    const pid_t pid = ::fork();
    if (pid == 0) {
        what();
        ::_exit(0);
    }
    int status = 0;
    BOOST_REQUIRE(::waitpid(pid, &status, 0) == pid);
    BOOST_REQUIRE(status == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(board_test)

BOOST_AUTO_TEST_CASE(what_can_be_answered_is_there_with_0_before_the_first_request)
{
    settings config = with_services({"call"});
    config.services[0].options.status_codes = status_style::http;
    const board pool(config, 2);

    const snapshot seen = pool.look(-1);

    const service_figures call = figures_of(seen, "call");
    BOOST_TEST(call.type == "caller");
    for (const int status : {200, 400, 403, 404, 405, 413, 415, 500, 502, 503, 504})
        BOOST_TEST(call.requests.count(status) == 1, status);
    BOOST_TEST(call.requests.count(401) == 0, "without keys nothing is signed");
    BOOST_TEST(call.refusals.at("body_not_json") == 0);
    BOOST_TEST(call.refusals.count("request_replayed") == 0);
    BOOST_TEST(call.wamp_errors.at("wamp.error.no_such_procedure") == 0);
    BOOST_TEST(call.wamp_errors.at("other") == 0);
    BOOST_TEST(figures_of(seen, "(none)").requests.at(404) == 0);
    BOOST_REQUIRE(seen.sessions.size() == 1);
    BOOST_TEST(seen.sessions[0].realm == "realm1");
    BOOST_TEST(seen.sessions[0].role == "backend");
    BOOST_TEST(seen.workers_ended.at("signal") == 0);
    BOOST_TEST(seen.workers_wanted == 2);
}

BOOST_AUTO_TEST_CASE(what_a_store_and_a_rate_can_refuse_is_there_where_there_is_one)
{
    const settings stored = with_store();
    settings rated = with_services({"call"});
    rated.services[0].options.rate.emplace();

    const service_figures with_store = figures_of(board(stored, 1).look(-1), "call");
    const service_figures with_rate = figures_of(board(rated, 1).look(-1), "call");

    BOOST_TEST(with_store.refusals.count("store_unavailable") == 1);
    BOOST_TEST(with_store.refusals.count("rate_limited") == 0);
    BOOST_TEST(with_store.requests.count(429) == 0);
    BOOST_TEST(with_rate.refusals.count("store_unavailable") == 0);
    BOOST_TEST(with_rate.refusals.count("rate_limited") == 1);
    BOOST_TEST(with_rate.requests.count(429) == 1);
}

BOOST_AUTO_TEST_CASE(a_store_has_figures_where_a_service_uses_it)
{
    const snapshot used = board(with_store(), 1).look(-1);
    const snapshot idle = board(with_store(false), 1).look(-1);

    BOOST_TEST(used.store.has_value());
    BOOST_TEST(!used.signatures_remembered.has_value(), "the store has them");
    BOOST_TEST(!idle.store.has_value());
}

BOOST_AUTO_TEST_CASE(what_a_worker_counted_of_the_store_outlives_it_but_not_that_it_was_down)
{
    const settings config = with_store();
    board pool(config, 1);
    const auto first = pool.take_slot();
    const auto second = pool.take_slot();
    for (const auto slot : {first, second})
        in_another_process([&] {
            pool.process(slot).begin(4711);
            bridge::store_cells& store = pool.meter_for(slot)->of_store();
            store.counted.round_trips.add(10);
            store.counted.failures.add(2);
            store.counted.waited_us.add(500);
            store.now.is_down.set(slot == first ? 1 : 0);
        });

    const snapshot before = pool.look(-1);
    pool.give_back(*first);
    const snapshot after = pool.look(-1);

    BOOST_TEST_REQUIRE(before.workers.size() == 2U);
    BOOST_TEST(!before.workers[0].store_answers);
    BOOST_TEST(before.workers[0].store.value().round_trips == 10U);
    BOOST_TEST(before.workers[1].store_answers);
    BOOST_TEST_REQUIRE(after.workers.size() == 1U);
    BOOST_TEST(after.workers[0].store_answers);
    for (const snapshot& seen : {before, after}) {
        BOOST_TEST(seen.store.value().round_trips == 20U);
        BOOST_TEST(seen.store.value().failures == 4U);
        BOOST_TEST(seen.store.value().wait_us == 1'000U);
    }
}

BOOST_AUTO_TEST_CASE(another_process_sees_what_a_worker_counts)
{
    const settings config = with_services({"call"});
    board pool(config, 1);
    const auto slot = pool.take_slot();

    in_another_process([&] {
        process_cells& own = pool.process(slot);
        own.begin(4711);
        own.set(process_phase::serving);
        const auto counts = pool.meter_for(slot);
        answer(*counts, config.services[0], 200, 3);
        answer(*counts, config.services[0], 503);
        counts->of_session("realm1", "backend").now.wanted.add();
    });
    const snapshot seen = pool.look(-1);

    const service_figures call = figures_of(seen, "call");
    BOOST_TEST(call.requests.at(200) == 3);
    BOOST_TEST(call.requests.at(503) == 1);
    BOOST_TEST(call.sent_bytes == 40);
    BOOST_TEST(call.request_durations.counts[3] == 4, "3 ms are within 2.5 and 5");
    BOOST_TEST(call.request_durations.sum_us == 12'000);
    BOOST_REQUIRE(seen.workers.size() == 1);
    BOOST_TEST(seen.workers[0].pid == 4711);
    BOOST_TEST((seen.workers[0].state == worker_figures::phase::serving));
    BOOST_TEST(seen.workers[0].requests == 4);
    BOOST_TEST(seen.workers[0].sessions_wanted == 1);
    BOOST_TEST(seen.workers[0].memory_bytes > 100'000);
    BOOST_TEST(seen.workers[0].descriptors >= 3);
}

BOOST_AUTO_TEST_CASE(what_a_worker_counted_outlives_it_but_not_what_it_was_doing)
{
    const settings config = with_services({"call"});
    board pool(config, 1);
    const auto slot = pool.take_slot();
    in_another_process([&] {
        pool.process(slot).begin(4711);
        pool.process(slot).processor_us.set(1'500);
        const auto counts = pool.meter_for(slot);
        answer(*counts, config.services[0], 200, 5);
        counts->of(config.services[0]).now.calls.add(2);
        counts->of_session("realm1", "backend").counted.joined.add();
        counts->of_session("realm1", "backend").now.up.add();
    });

    pool.give_back(*slot);
    pool.count_end(worker_end::by_signal);
    const snapshot seen = pool.look(-1);

    BOOST_TEST(figures_of(seen, "call").requests.at(200) == 5);
    BOOST_TEST(figures_of(seen, "call").calls_under_way == 0);
    BOOST_TEST(seen.sessions[0].joined == 1);
    BOOST_TEST(seen.sessions[0].up == 0);
    BOOST_TEST(seen.processor_us_of_ended == 1'500);
    BOOST_TEST(seen.workers.empty());
    BOOST_TEST(seen.workers_ended.at("signal") == 1);
    BOOST_TEST((pool.take_slot() == slot), "its slot is free again");
}

BOOST_AUTO_TEST_CASE(a_worker_in_the_slot_of_another_begins_with_nothing)
{
    const settings config = with_services({"call"});
    board pool(config, 1);
    const auto slot = pool.take_slot();
    answer(*pool.meter_for(slot), config.services[0], 200, 5);
    pool.give_back(*slot);
    const auto again = pool.take_slot();

    pool.process(again).begin(4712);
    answer(*pool.meter_for(again), config.services[0], 200);
    const snapshot seen = pool.look(-1);

    BOOST_TEST(figures_of(seen, "call").requests.at(200) == 6);
    BOOST_TEST(seen.workers[0].requests == 1);
}

BOOST_AUTO_TEST_CASE(a_reload_adds_services_and_keeps_what_was_counted)
{
    const settings before = with_services({"call", "gone"});
    const settings after = with_services({"call", "new"});
    board pool(before, 1);
    const auto old_worker = pool.take_slot();
    const auto old_counts = pool.meter_for(old_worker);
    answer(*old_counts, before.services[1], 200, 2);

    BOOST_TEST(pool.take_into_use(after));
    pool.count_reload(true);
    const auto new_worker = pool.take_slot();
    const auto new_counts = pool.meter_for(new_worker);
    answer(*new_counts, after.services[1], 200, 3);
    answer(*new_counts, after.services[0], 200, 4);
    answer(*old_counts, before.services[0], 200, 5);
    pool.give_back(*old_worker);
    const snapshot seen = pool.look(-1);

    BOOST_TEST(figures_of(seen, "call").requests.at(200) == 9);
    BOOST_TEST(figures_of(seen, "new").requests.at(200) == 3);
    BOOST_TEST(figures_of(seen, "gone").requests.at(200) == 2);
    BOOST_TEST(seen.reloads_good == 1);
    BOOST_TEST(seen.last_reload.has_value());
}

BOOST_AUTO_TEST_CASE(services_past_the_room_are_counted_for_nobody_and_harm_nobody)
{
    const settings first = with_services({"call"});
    board pool(first, 1);
    std::vector<std::string> many{"call"};
    for (int i = 0; i < 500; ++i)
        many.push_back("service" + std::to_string(i));
    const settings config = with_services(many);

    BOOST_TEST(!pool.take_into_use(config));
    const auto slot = pool.take_slot();
    const auto counts = pool.meter_for(slot);
    for (const service_settings& each : config.services)
        answer(*counts, each, 200);
    const snapshot seen = pool.look(-1);

    BOOST_TEST(figures_of(seen, "call").requests.at(200) == 1);
    BOOST_TEST(seen.services.size() > 20);
    BOOST_TEST(seen.services.size() < 400);
    for (const service_figures& each : seen.services)
        BOOST_TEST(each.requests.at(200 + 204 * (each.path == "(none)")) == (each.path == "(none)" ? 0 : 1), each.path);
}

BOOST_AUTO_TEST_CASE(how_much_is_remembered_stands_beside_the_capacity_where_anything_is)
{
    settings config = with_services({"call"});
    BOOST_TEST(!board(config, 1).look(-1).signatures_remembered.has_value());
    config.services[0].options.replay_protection = true;
    config.replay_capacity = 2048;
    board pool(config, 2);
    BOOST_TEST((pool.look(-1).signatures_remembered == 0U));

    for (const std::uint64_t known :
         {std::uint64_t{7}, std::uint64_t{5}}) {  // each worker tells what all have made, as it knew it last
        const auto slot = pool.take_slot();
        pool.process(slot).begin(4711);
        pool.process(slot).signatures_remembered.set(known);
    }

    BOOST_TEST((pool.look(-1).signatures_remembered == 7U));
    BOOST_TEST(pool.look(-1).signatures_capacity == 2048);
}

BOOST_AUTO_TEST_CASE(a_worker_without_a_slot_is_not_counted)
{
    const settings config = with_services({"call"});
    board pool(config, 1);
    while (pool.take_slot()) {}

    answer(*pool.meter_for({}), config.services[0], 200);
    pool.process({}).begin(4711);

    BOOST_TEST(figures_of(pool.look(-1), "call").requests.at(200) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::metrics
