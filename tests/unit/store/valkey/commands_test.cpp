#include "store/valkey/commands.hpp"

#include "store/valkey/marker.hpp"
#include "store/valkey/protocol.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::store;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds delta{300};

valkey_outcome replies_in(std::string_view bytes)
{
    valkey_reader reader;
    reader.feed(bytes);
    std::vector<valkey_reply> replies;
    while (auto each = reader.next())
        replies.push_back(std::move(*each));
    return replies;
}

store_settings with_replicas(unsigned count)
{
    store_settings store;
    store.replicas = count;
    return store;
}

std::string outcome_of_set(std::string_view bytes, unsigned replicas = 0)
{
    const auto is = is_new(with_replicas(replicas), replies_in(bytes));
    return is ? "new" : std::string(describe(is.error().code).name);
}

bridge::store::instant at(std::chrono::milliseconds since_epoch)
{
    return bridge::store::instant{since_epoch};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_signature_is_remembered_by_one_command)
{
    bridge::signature_bytes signature{};
    signature.fill(0xff);

    const auto request = remembering(store_settings(), signature, 600s);

    BOOST_TEST(request.bytes == "*6\r\n$3\r\nSET\r\n$49\r\nwamp-fcgi:replay:" + std::string(32, '\xff') +
                                    "\r\n$0\r\n\r\n$2\r\nNX\r\n$2\r\nPX\r\n$6\r\n600000\r\n");
    BOOST_TEST(!request.wants_replicas);
    BOOST_TEST(remembering(with_replicas(1), signature, 600s).wants_replicas);
}

BOOST_AUTO_TEST_CASE(what_a_reply_to_set_means)
{
    BOOST_TEST(outcome_of_set("+OK\r\n") == "new");
    BOOST_TEST(outcome_of_set("$-1\r\n") == "request_replayed");
    BOOST_TEST(outcome_of_set("-OOM command not allowed when used memory > 'maxmemory'.\r\n") == "store_unavailable");
    BOOST_TEST(outcome_of_set(":1\r\n") == "store_unavailable");
    BOOST_TEST(outcome_of_set("+OK\r\n:2\r\n", 2) == "new");
    BOOST_TEST(outcome_of_set("+OK\r\n:1\r\n", 2) == "store_unavailable");
    BOOST_TEST(outcome_of_set("+OK\r\n-ERR WAIT cannot be used with replica instances\r\n", 2) == "store_unavailable");
    BOOST_TEST(outcome_of_set("$-1\r\n", 2) == "request_replayed");
}

BOOST_AUTO_TEST_CASE(a_signature_is_kept_for_twice_the_limit_at_least)
{
    const auto now = at(1'000'000s);

    BOOST_TEST((time_to_keep(now - delta, now, delta) == 600s));
    BOOST_TEST((time_to_keep(now + delta, now, delta) == 600s));
    BOOST_TEST((time_to_keep(now + 2 * delta, now, delta) == 900s));  // from a clock that is ahead by the limit
}

BOOST_AUTO_TEST_CASE(a_new_memory_has_forgotten_nothing_on_a_first_start)
{
    const known_memory first = known_after({}, 1000);
    BOOST_TEST((first == known_memory{1000, false}));
    BOOST_TEST((known_after(first, 1000) == first));

    const known_memory second = known_after(first, 2000);
    BOOST_TEST((second == known_memory{2000, true}));
    BOOST_TEST((known_after(second, 2000) == second));
}

BOOST_AUTO_TEST_CASE(a_known_memory_is_read_as_it_was_written)
{
    for (const known_memory& each : {known_memory{1'795'700'588'763, false}, known_memory{0, true}})
        BOOST_TEST((known_memory_in(text_of(each)) == each));
    for (const std::string_view text : {"", "17", "x new\n", "17 new", "17 forgot\n ", "99999999999999999999 new\n"})
        BOOST_TEST(!known_memory_in(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(what_another_memory_may_have_had_is_not_new)
{
    const known_memory memory{1'000'000'000, true};
    const auto limit = at(1'000'000s) + delta;  // the last doubtful timestamp

    BOOST_TEST(may_be_forgotten(memory, limit + delta, delta));
    BOOST_TEST(!may_be_forgotten(memory, limit + delta + 1us, delta));
    BOOST_TEST(!may_be_forgotten({1'000'000'000, false}, limit + delta, delta));
}

BOOST_AUTO_TEST_CASE(buckets_of_two_installations_do_not_meet)
{
    service_settings of;
    of.realm = "realm1";
    of.path = "call";

    BOOST_TEST(bucket_key({}, of, "127.0.0.1") == "wamp-fcgi:rate:6:realm1,4:call,9:127.0.0.1");
    service_settings other;
    other.realm = "realm1,4:call";
    BOOST_TEST(bucket_key({}, other, "127.0.0.1") != bucket_key({}, of, "127.0.0.1"));
}

BOOST_AUTO_TEST_CASE(a_token_is_asked_for_in_whole_microseconds)
{
    const auto request = taking_token("k", {7, 60s, rate_subject::address}, script_form::digest);
    BOOST_TEST(request.bytes.starts_with("*6\r\n$7\r\nEVALSHA\r\n$40\r\n"));
    BOOST_TEST(request.bytes.ends_with("$1\r\n1\r\n$1\r\nk\r\n$7\r\n8571428\r\n$8\r\n59999996\r\n"));

    const auto many = taking_token("k", {10'000'000, 1s, rate_subject::address}, script_form::text);
    BOOST_TEST(many.bytes.ends_with("$1\r\n1\r\n$8\r\n10000000\r\n"));
    BOOST_TEST(many.bytes.starts_with("*6\r\n$4\r\nEVAL\r\n"));
}

BOOST_AUTO_TEST_CASE(what_a_reply_about_a_token_means)
{
    const auto allowed = decision_of(replies_in("*3\r\n:1\r\n:4\r\n:250000\r\n"));
    BOOST_TEST(allowed.value().is_allowed);
    BOOST_TEST(allowed.value().remaining == 4U);
    BOOST_TEST((allowed.value().next_token_in == 250ms));
    BOOST_TEST(!decision_of(replies_in("*3\r\n:0\r\n:0\r\n:1\r\n")).value().is_allowed);
    for (const std::string_view reply : {"-OOM no memory\r\n", "*1\r\n:1\r\n", "+OK\r\n", "*3\r\n:1\r\n:-1\r\n:0\r\n"})
        BOOST_TEST((decision_of(replies_in(reply)).error().code == errc::store_unavailable), reply);
    BOOST_TEST(script_is_unknown(replies_in("-NOSCRIPT No matching script.\r\n")));
}
