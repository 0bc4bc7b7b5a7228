// Rate limits: buckets in the file that all processes of a user share.
#include "support.hpp"

#include "store/buckets.hpp"
#include "store/rate_file.hpp"
#include "wampfcgi/store/local_rates.hpp"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::store;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t begin = 1'800'000'000 * second;

service_settings limited(std::uint64_t requests, std::chrono::seconds period, const std::string& path = "call")
{
    service_settings made{.path = path, .realm = "realm1", .role = "backend"};
    made.options.rate = rate_limit{requests, period};
    return made;
}

/// One process's rate limiter, with a settable clock.
class counter {
public:
    counter(const std::string& folder, const service_settings& of) : rates_(folder, of, [this] { return now; }) {}

    bridge::rate_decision take(std::string_view client = "a")
    {
        result<bridge::rate_decision> found = failure{errc::internal_error, "not decided at once"};
        BOOST_REQUIRE(rates_.decides_at_once());
        BOOST_REQUIRE(rates_.take_token(client, [&](auto decision) { found = std::move(decision); }) == 0U);
        return found.value();
    }

    std::uint64_t take_all(std::string_view client = "a")
    {
        std::uint64_t taken = 0;
        while (take(client).is_allowed)
            ++taken;
        return taken;
    }

    instant now = window_begin;

private:
    local_rates rates_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(as_many_as_are_allowed_go_through_and_the_next_is_told_when_to_come_again)
{
    scratch_folder scratch;
    counter of(scratch / "state", limited(3, 60s));
    for (const std::uint64_t left : {2U, 1U, 0U}) {
        const auto decision = of.take();
        BOOST_TEST(decision.is_allowed);
        BOOST_TEST(decision.remaining == left);
        BOOST_TEST((decision.next_token_in == 20s));
    }
    const auto refused = of.take();
    BOOST_TEST(!refused.is_allowed);
    BOOST_TEST(refused.remaining == 0U);
    BOOST_TEST((refused.next_token_in == 20s));
    BOOST_TEST(of.take("b").is_allowed);
    BOOST_TEST(of.take({}).is_allowed);
    BOOST_TEST(of.take_all("a name that is longer than a block of the hash") == 3U);
    BOOST_TEST(of.take_all("a name that is longer than a block of the hasH") == 3U);

    of.now += 5s;
    BOOST_TEST((of.take().next_token_in == 15s));
}

BOOST_AUTO_TEST_CASE(a_bucket_refills_evenly_and_never_beyond_its_size)
{
    scratch_folder scratch;
    counter of(scratch / "state", limited(3, 60s));
    of.take_all();
    of.now += 20s - 1us;
    BOOST_TEST(!of.take().is_allowed);
    of.now += 1us;
    BOOST_TEST(of.take_all() == 1U);
    of.now += 59s;
    BOOST_TEST(of.take_all() == 2U);
    of.now += 1h;
    BOOST_TEST(of.take_all() == 3U);
}

BOOST_AUTO_TEST_CASE(limits_that_do_not_divide_evenly_are_exact_to_the_request)
{
    for (const auto& [requests, period] : std::vector<std::pair<std::uint64_t, std::chrono::seconds>>{
             {7, 60s}, {29'999, 1s}, {10'000, 86'400s}, {1, 31'536'000s}}) {
        scratch_folder scratch;
        counter of(scratch / "state", limited(requests, period));
        BOOST_TEST(of.take_all() == requests);
    }
}

BOOST_AUTO_TEST_CASE(a_clock_that_goes_back_leaves_nobody_shut_out)
{
    scratch_folder scratch;
    counter of(scratch / "state", limited(3, 60s));
    of.take_all();
    of.now -= 24h;
    BOOST_TEST((of.take().next_token_in <= 20s));
    of.now += 20s;
    BOOST_TEST(of.take_all() == 1U);
}

BOOST_AUTO_TEST_CASE(what_one_process_counts_the_next_one_knows)
{
    scratch_folder scratch;
    counter(scratch / "state", limited(3, 60s)).take();
    BOOST_TEST(counter(scratch / "state", limited(3, 60s)).take_all() == 2U);
    BOOST_TEST(counter(scratch / "state", limited(3, 60s, "other")).take_all() == 3U);
    BOOST_TEST(counter(scratch / "state", limited(2, 1s)).take_all() == 0U);  // an empty bucket stays empty
}

BOOST_AUTO_TEST_CASE(of_many_processes_exactly_as_many_go_through_as_are_allowed)
{
    constexpr int processes = 8;
    constexpr std::uint64_t allowed = 10'000;
    scratch_folder scratch;
    const std::string state = scratch / "state";
    auto* const through = static_cast<std::atomic<std::uint64_t>*>(
        mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    BOOST_REQUIRE(through != MAP_FAILED);
    std::vector<pid_t> all;
    for (int i = 0; i < processes; ++i)
        all.push_back(start([&] {
            counter of(state, limited(allowed, 86'400s));
            for (std::uint64_t n = 0; n < 5 * allowed / processes; ++n)
                if (of.take().is_allowed)
                    ++*through;
        }));
    for (const pid_t each : all) {
        int status = 0;
        BOOST_REQUIRE(waitpid(each, &status, 0) == each);
        BOOST_TEST(status == 0);
    }
    BOOST_TEST(through->load() == allowed);
    munmap(through, sizeof(std::uint64_t));
}

BOOST_AUTO_TEST_CASE(no_process_waits_for_one_that_is_killed_or_stopped)
{
    scratch_folder scratch;
    const std::string state = scratch / "state";
    std::vector<pid_t> all;
    for (int i = 0; i < 4; ++i)
        all.push_back(start([&] {
            counter of(state, limited(1'000'000, 31'536'000s));
            for (;;)
                of.take();
        }));
    counter own(state, limited(1'000'000, 31'536'000s));
    for (const int signal : {SIGSTOP, SIGKILL})
        for (const pid_t each : all) {
            for (int i = 0; i < 1000; ++i)
                own.take();
            kill(each, signal);
        }
    for (int i = 0; i < 1000; ++i)
        own.take();
    for (const pid_t each : all)
        BOOST_TEST(waitpid(each, nullptr, 0) == each);
}

BOOST_AUTO_TEST_CASE(in_a_full_set_the_fullest_gives_way_and_nobody_gets_more_than_is_allowed)
{
    constexpr refill limit{second, 4};
    bucket_set set;
    const nanosecond_clock now = [] { return begin; };
    for (std::uint64_t tag = 1; tag <= slots_in_set; ++tag)
        for (int i = 0; i < (tag == 5 ? 1 : 4); ++i)
            BOOST_TEST(take_token(set, tag, limit, now).is_allowed);

    // The new client continues with the three tokens of the fullest bucket.
    BOOST_TEST(take_token(set, 100, limit, now).remaining == 2U);
    BOOST_TEST(!take_token(set, 1, limit, now).is_allowed);
    BOOST_TEST(set[4].tag.load() == 100U);

    // An evicted client gets what is left of the fullest bucket, and never more than it had itself.
    BOOST_TEST(take_token(set, 5, limit, now).remaining == 1U);
    for (std::uint64_t tag = 1; tag < 1000; ++tag)
        take_token(set, tag, limit, now);
    for (std::uint64_t tag = 1; tag < 1000; ++tag)
        BOOST_TEST(!take_token(set, tag, limit, now).is_allowed);

    const nanosecond_clock later = [] { return begin + second; };
    BOOST_TEST(take_token(set, 7777, limit, later).is_allowed);
}

BOOST_AUTO_TEST_CASE(however_many_clients_there_are_each_gets_at_most_its_limit)
{
    constexpr std::uint64_t clients = 5 * sets_in_file * slots_in_set / 4;
    scratch_folder scratch;
    counter of(scratch / "state", limited(2, 3600s));
    std::vector<int> through(clients);
    for (int round = 0; round < 3; ++round)
        for (std::uint64_t each = 0; each < clients; ++each)
            through[each] += of.take(std::to_string(each)).is_allowed ? 1 : 0;
    BOOST_TEST(*std::max_element(through.begin(), through.end()) == 2);
}

BOOST_AUTO_TEST_CASE(a_place_that_two_processes_have_made_for_one_client_counts_twice)
{
    constexpr refill limit{second, 2};
    bucket_set set;
    const nanosecond_clock now = [] { return begin; };
    set[1].tag = 7;
    set[3].tag = 7;
    set[3].full_at = begin + second;
    BOOST_TEST(take_token(set, 7, limit, now).is_allowed);
    BOOST_TEST(!take_token(set, 7, limit, now).is_allowed);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_removed_in_use_is_made_anew_for_all)
{
    scratch_folder scratch;
    const std::string state = scratch / "state";
    counter first(state, limited(1'000, 3600s));
    first.take();
    std::filesystem::remove_all(state);
    const std::string said = written_by([&] {
        const auto give_up = std::chrono::steady_clock::now() + 10s;
        while (!std::filesystem::exists(state) && std::chrono::steady_clock::now() < give_up)
            first.take();
    });
    BOOST_TEST(said.find("was removed while in use") != std::string::npos);
    const auto left = first.take().remaining;
    BOOST_TEST(counter(state, limited(1'000, 3600s)).take().remaining == left - 1);
}

BOOST_AUTO_TEST_CASE(a_file_of_another_kind_is_put_away_and_what_others_may_write_is_refused)
{
    scratch_folder scratch;
    const std::string state = scratch / "state";
    counter(state, limited(3, 60s)).take();
    const std::string file = std::filesystem::directory_iterator(state)->path();
    std::ofstream(file, std::ios::trunc) << "something else";
    BOOST_TEST(counter(state, limited(3, 60s)).take_all() == 3U);

    std::filesystem::permissions(file, std::filesystem::perms(0666));
    BOOST_TEST(try_rates(state, limited(3, 60s)).error().text == file + ": expected mode 0600, got 0666");
    BOOST_CHECK_THROW(counter(state, limited(3, 60s)), std::runtime_error);
}
