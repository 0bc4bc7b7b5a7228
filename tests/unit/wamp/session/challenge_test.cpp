#include "wamp/session/challenge.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::wamp;

namespace {

// In the form of the WAMP specification's example ("Challenge-Response Authentication").
const std::string text =
    R"({"nonce":"LHRTC9zeOIrt_9U3","authprovider":"userdb","authid":"peter","timestamp":"2014-06-22T16:36:25.448Z",)"
    R"("authrole":"user","authmethod":"wampcra","session":3251278072152162})";

const credentials by_ticket{authmethod_kind::ticket, "peter", "secret1", {}};
const credentials by_wampcra{authmethod_kind::wampcra, "peter", "secret1", {}};
const credentials anonymous{authmethod_kind::anonymous, "", "", {}};

std::string signature(const challenge& asked, const credentials& how)
{
    auto answered = answer_to(asked, how);
    if (const auto* found = std::get_if<std::string>(&answered))
        return *found;
    if (const auto* why_not = std::get_if<refused_challenge>(&answered))
        return "refused: " + why_not->reason;
    const auto& begun = std::get<std::unique_ptr<derived_signature>>(answered);
    while (true)
        if (const auto derived = begun->resume())
            return std::get<std::string>(*derived);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_ticket_is_sent_as_it_is)
{
    BOOST_TEST(signature({"ticket", "", "", 0, 0}, by_ticket) == "secret1");
}

// The signatures were computed with Python's hmac and hashlib.
BOOST_AUTO_TEST_CASE(a_wampcra_challenge_is_signed_with_the_secret)
{
    BOOST_TEST(signature({"wampcra", text, "", 0, 0}, by_wampcra) == "c6m/fH02rQoIaZctMoGK98fg0aotLGXc+c8nyfsdm9w=");
}

BOOST_AUTO_TEST_CASE(a_salted_wampcra_challenge_is_signed_with_the_derived_key)
{
    BOOST_TEST(signature({"wampcra", text, "salt123", 1000, 32}, by_wampcra) ==
               "YoYZFnhrMslRtzwL61peniVgag0dAbPOp0bvmputxQg=");
    BOOST_TEST(signature({"wampcra", text, "salt123", 100, 16}, by_wampcra) ==
               "FRb+Z47CYFFS9mGCZtbqEj0U8lsQkE5KzdL0A43RMg4=");
}

BOOST_AUTO_TEST_CASE(a_method_other_than_the_configured_one_is_refused)
{
    struct row {
        std::string_view asked;
        const credentials& how;
    };
    const std::vector<row> rows{{"ticket", by_wampcra}, {"wampcra", by_ticket}, {"ticket", anonymous},
                                {"wampcra", anonymous}, {"scram", by_wampcra},  {"", by_ticket},
                                {"Ticket", by_ticket}};
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.asked)
        {
            BOOST_TEST(signature({std::string(each.asked), text, "", 0, 0}, each.how) ==
                       "refused: the router asks for a login by \"" + std::string(each.asked) +
                           "\", which is not the configured authmethod");
        }
}

BOOST_AUTO_TEST_CASE(a_wampcra_challenge_without_text_is_refused)
{
    BOOST_TEST(signature({"wampcra", "", "", 0, 0}, by_wampcra) ==
               "refused: the router's CHALLENGE has no text to sign");
}

BOOST_AUTO_TEST_CASE(a_salt_out_of_range_is_refused)
{
    struct row {
        std::string_view name;
        std::uint64_t iterations, key_bytes;
    };
    constexpr std::uint64_t huge = UINT64_MAX;
    const std::vector<row> rows{
        {"neither", 0, 0},
        {"no iterations", 0, 32},
        {"no key", 1000, 0},
        {"iterations", 1'000'001, 32},
        {"iterations beyond int", std::uint64_t{1} << 32 | 1, 32},
        {"iterations at the end", huge, 32},
        {"key", 1, 1025},
        {"key at the end", 1, huge},
        {"iterations for each of two blocks", 500'001, 33},
        {"iterations for each of 32 blocks", 1'000'000, 1024},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            BOOST_TEST(signature({"wampcra", text, "salt123", each.iterations, each.key_bytes}, by_wampcra) ==
                       "refused: the router's CHALLENGE asks for a key of " + std::to_string(each.key_bytes) +
                           " bytes by " + std::to_string(each.iterations) +
                           " iterations; the limits are 1 to 1024 bytes, and 1 to 1000000 iterations for all "
                           "blocks of 32 bytes together");
        }
}

BOOST_AUTO_TEST_CASE(the_longest_key_is_derived)
{
    BOOST_TEST(signature({"wampcra", text, "salt123", 1, 1024}, by_wampcra).size() == 44U);
}
