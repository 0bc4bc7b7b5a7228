// Parsing timestamps.
#include "wampfcgi/checks/signature.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

using namespace wampfcgi::checks;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_CASE(a_timestamp_is_read_to_the_microsecond)
{
    struct row {
        const char* text;
        std::int64_t microseconds;  // since 1970
    };
    for (const row& row :
         {row{"1970-01-01T00:00:00Z", 0}, row{"2011-10-14T16:59:51Z", 1'318'611'591'000'000},
          row{"2011-10-14T16:59:51.1Z", 1'318'611'591'100'000}, row{"2011-10-14T16:59:51.12Z", 1'318'611'591'120'000},
          row{"2011-10-14T16:59:51.123Z", 1'318'611'591'123'000},
          row{"2011-10-14T16:59:51.1234Z", 1'318'611'591'123'400},
          row{"2011-10-14T16:59:51.12345Z", 1'318'611'591'123'450},
          row{"2011-10-14T16:59:51.123456Z", 1'318'611'591'123'456},
          row{"2011-10-14T16:59:51.000001Z", 1'318'611'591'000'001}, row{"2024-02-29T00:00:00Z", 1'709'164'800'000'000},
          row{"2000-02-29T23:59:59.999999Z", 951'868'799'999'999}, row{"1969-12-31T23:59:59.9Z", -100'000},
          row{"9999-12-31T23:59:59Z", 253'402'300'799'000'000}})
        BOOST_TEST_CONTEXT(row.text)
        {
            const auto time = parse_timestamp(row.text);

            BOOST_TEST_REQUIRE(time.has_value());
            BOOST_TEST(time->time_since_epoch().count() == row.microseconds);
        }
}

BOOST_AUTO_TEST_CASE(what_is_no_timestamp_is_not_read)
{
    for (const auto text : {""sv,
                            "Z"sv,
                            "2011-10-14"sv,
                            "2011-10-14T16:59:51"sv,
                            "2011-10-14T16:59Z"sv,
                            "2011-10-14T16:59:5Z"sv,
                            "2011-10-14t16:59:51Z"sv,
                            "2011-10-14T16:59:51z"sv,
                            "2011-10-14 16:59:51Z"sv,
                            "2011-10-14T16:59:51+00:00"sv,
                            "2011-10-14T16:59:51.Z"sv,
                            "2011-10-14T16:59:51.1234567Z"sv,
                            "2011-10-14T16:59:51.-1Z"sv,
                            "2011-10-14T16:59:51.+1Z"sv,
                            "2011-10-14T16:59:51.1 Z"sv,
                            "2011-10-14T16:59:51.1"sv,
                            "2011-10-14T16:59:51,123Z"sv,
                            "2011-10-14T16:59:51.123ZZ"sv,
                            "2011-10-14T16:59:51Z "sv,
                            " 2011-10-14T16:59:51Z"sv,
                            "2011-10-14T16:59:51Z\0"sv,
                            "20111014T165951Z"sv,
                            "11-10-14T16:59:51Z"sv,
                            "02011-10-14T16:59:51Z"sv,
                            "-011-10-14T16:59:51Z"sv,
                            "+011-10-14T16:59:51Z"sv,
                            "2011-1-14T16:59:51Z"sv,
                            "2011-10- 4T16:59:51Z"sv,
                            "1318611591"sv,
                            "2011-00-14T16:59:51Z"sv,
                            "2011-13-14T16:59:51Z"sv,
                            "2011-10-00T16:59:51Z"sv,
                            "2011-10-32T16:59:51Z"sv,
                            "2011-11-31T16:59:51Z"sv,
                            "2011-02-29T16:59:51Z"sv,
                            "2100-02-29T16:59:51Z"sv,
                            "2011-10-14T24:00:00Z"sv,
                            "2011-10-14T16:60:51Z"sv,
                            "2011-10-14T16:59:60Z"sv})
        BOOST_TEST_CONTEXT(text)
    BOOST_TEST(!parse_timestamp(text).has_value());
}
