#include "wampfcgi/core/header_fields.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace wampfcgi;

namespace {

std::string lines_of(const header_fields& fields)
{
    return std::string(fields.fixed_lines()) + std::string(fields.added_lines());
}

std::vector<std::string> listed(const header_fields& fields)
{
    std::vector<std::string> all;
    fields.each([&](std::string_view name, std::string_view value) {
        all.push_back(std::string(name) + '=' + std::string(value));
    });
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(fields_are_sent_in_their_order)
{
    header_fields fields("A: 1\r\nB: 2: 3\r\n");
    fields.add("C", "");
    fields.add(header_fields{{"D", "4"}, {"A", "5"}});

    const std::vector<std::string> expected{"A=1", "B=2: 3", "C=", "D=4", "A=5"};
    BOOST_TEST(lines_of(fields) == "A: 1\r\nB: 2: 3\r\nC: \r\nD: 4\r\nA: 5\r\n");
    BOOST_TEST(listed(fields) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_field_is_removed_wherever_it_is)
{
    header_fields fields("A: 1\r\nB: 2\r\n");
    fields.add("AA", "3");
    fields.add("A", "4");

    fields.remove("A");
    fields.remove("C");

    BOOST_TEST(lines_of(fields) == "B: 2\r\nAA: 3\r\n");
}

BOOST_AUTO_TEST_CASE(none_are_empty)
{
    BOOST_TEST(header_fields().empty());
    BOOST_TEST(listed(header_fields()).empty());
    BOOST_TEST(!header_fields({{"A", "1"}}).empty());
    BOOST_TEST(!header_fields("A: 1\r\n").empty());
}
