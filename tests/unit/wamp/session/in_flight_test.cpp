#include "wamp/session/in_flight.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::wamp;
using namespace std::chrono_literals;

namespace {

const in_flight::time_point start{std::chrono::hours(1)};

in_flight::one call_with(in_flight::operation_id id, std::uint64_t request_id,
                         std::optional<in_flight::time_point> deadline = {})
{
    return {id, nullptr, {request_id, request_kind::call, deadline}};
}

std::vector<in_flight::operation_id> take_all(in_flight& sent)
{
    std::vector<in_flight::operation_id> order;
    while (const auto* const next = sent.first())
        order.push_back(sent.take(*next).id);
    return order;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_request_in_flight_is_found_by_either_id_until_it_is_taken)
{
    in_flight sent;
    BOOST_TEST(sent.with_id(1) == nullptr);
    sent.add(call_with(1, 101));
    sent.add(call_with(17, 117));  // in the same chain

    BOOST_TEST(sent.with_id(17)->as.id == 117U);
    BOOST_TEST(sent.with_request_id(101)->id == 1U);
    BOOST_TEST(sent.with_id(101) == nullptr);

    BOOST_TEST(sent.take(*sent.with_id(1)).as.id == 101U);

    BOOST_TEST(sent.with_id(1) == nullptr);
    BOOST_TEST(sent.with_request_id(101) == nullptr);
    BOOST_TEST(sent.with_request_id(117)->id == 17U);
    BOOST_TEST(!sent.empty());
}

BOOST_AUTO_TEST_CASE(requests_come_by_deadline_then_by_age_and_last_those_without_one)
{
    in_flight sent;
    sent.add(call_with(1, 1));
    sent.add(call_with(2, 2, start + 3s));
    sent.add(call_with(3, 3, start + 1s));
    sent.add(call_with(5, 4, start + 2s));
    sent.add(call_with(4, 5, start + 2s));
    sent.add(call_with(6, 6));

    BOOST_TEST(take_all(sent) == (std::vector<in_flight::operation_id>{3, 4, 5, 2, 1, 6}),
               boost::test_tools::per_element());
    BOOST_TEST(sent.empty());
}

BOOST_AUTO_TEST_CASE(another_deadline_changes_the_order)
{
    in_flight sent;
    for (in_flight::operation_id id = 1; id <= 4; ++id)
        sent.add(call_with(id, id, start + 10s * id));

    sent.defer(*sent.with_id(1), start + 35s);
    sent.defer(*sent.with_id(4), start + 5s);

    BOOST_TEST((sent.with_id(1)->as.deadline == start + 35s));
    BOOST_TEST(take_all(sent) == (std::vector<in_flight::operation_id>{4, 2, 3, 1}), boost::test_tools::per_element());
}

// Compares with what is obviously right, through growing, emptying and growing again.
BOOST_AUTO_TEST_CASE(thousands_of_requests_in_flight_stay_in_order)
{
    std::mt19937 random{7};
    in_flight sent;
    std::map<in_flight::operation_id, in_flight::time_point> expected;
    in_flight::operation_id last = 0;
    const auto any_deadline = [&] { return start + std::chrono::seconds(random() % 500); };
    const auto any_of_them = [&] { return std::next(expected.begin(), static_cast<long>(random() % expected.size())); };
    for (const std::size_t target : {3000U, 0U, 40U, 2000U, 0U})
        while (expected.size() != target) {
            const bool grows = expected.size() < target;
            if (grows || random() % 4 == 0) {
                const auto deadline = any_deadline();
                expected[++last] = deadline;
                sent.add(call_with(last, last + 7, deadline));
            }
            if (random() % 8 == 0 && !expected.empty()) {
                const auto changed = any_of_them();
                changed->second = any_deadline();
                sent.defer(*sent.with_id(changed->first), changed->second);
            }
            if (!expected.empty() && (!grows || random() % 4 == 0)) {
                const auto taken = random() % 2 == 0 ? any_of_them() : expected.begin();
                BOOST_REQUIRE(sent.take(*sent.with_request_id(taken->first + 7)).id == taken->first);
                expected.erase(taken);
            }
            BOOST_REQUIRE(sent.empty() == expected.empty());
            if (expected.empty())
                continue;
            if (random() % 64 != 0)
                continue;
            std::pair earliest{in_flight::time_point::max(), in_flight::operation_id{0}};
            for (const auto& [id, deadline] : expected)
                earliest = std::min(earliest, std::pair(deadline, id));
            BOOST_REQUIRE(sent.first()->id == earliest.second);
        }
    BOOST_TEST(sent.with_id(last) == nullptr);
}
