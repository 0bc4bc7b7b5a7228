#include "fcgi/accept/spare_memory.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <memory>
#include <set>
#include <vector>

using namespace wampfcgi::fcgi;

namespace {

struct large {
    std::array<char, 2000> bytes{};
};

std::shared_ptr<large> make()
{
    return std::allocate_shared<large>(spare_memory<large>());
}

}  // namespace

#ifndef WAMPFCGI_SANITIZED
BOOST_AUTO_TEST_CASE(the_memory_of_an_object_that_has_ended_is_that_of_the_next)
{
    const large* const first = make().get();

    BOOST_TEST(make().get() == first);
}
#endif

BOOST_AUTO_TEST_CASE(objects_at_the_same_time_have_memory_of_their_own)
{
    for (int round = 0; round < 3; ++round) {
        std::vector<std::shared_ptr<large>> all;
        std::set<const large*> places;
        for (int i = 0; i < 20; ++i) {
            all.push_back(make());
            all.back()->bytes.fill('x');
            places.insert(all.back().get());
        }
        BOOST_TEST(places.size() == all.size());
    }
}
