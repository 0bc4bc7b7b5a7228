#include "wampfcgi/core/code_pages.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

using wampfcgi::forget_code_pages;

namespace {

/// The resident pages of files, in KiB.
std::uint64_t resident_of_files()
{
    std::ifstream status{"/proc/self/status"};
    for (std::string word; status >> word;)
        if (std::uint64_t kib = 0; word == "RssFile:" && status >> kib)
            return kib;
    return 0;
}

int changed = 1;

}  // namespace

BOOST_AUTO_TEST_CASE(fewer_pages_of_files_are_resident_afterwards)
{
    const std::uint64_t before = resident_of_files();

    forget_code_pages();

    BOOST_TEST(resident_of_files() < before);
}

BOOST_AUTO_TEST_CASE(code_constants_and_variables_are_what_they_were)
{
    static constexpr int constants[] = {1, 2, 3};
    std::vector<int> made(1000, 1);
    changed = 7;

    forget_code_pages();

    BOOST_TEST(std::accumulate(made.begin(), made.end(), 0) == 1000);
    BOOST_TEST(std::accumulate(std::begin(constants), std::end(constants), 0) == 6);
    BOOST_TEST(changed == 7);
}
