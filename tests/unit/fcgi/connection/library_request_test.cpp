// Parsing by libfcgi, for requests whose CGI variables did not arrive in one piece.
#include "fcgi/connection/library_request.hpp"

#include "wampfcgi/core/pairs.hpp"

#include "support/record_maker.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include <sys/resource.h>

using namespace wampfcgi;
using namespace wampfcgi::fcgi;

namespace {

struct with_library {
    with_library() { initialize_library(); }
};

const variable_list variables{{"REQUEST_METHOD", "POST"}, {"PATH_INFO", "/x"}, {"QUERY_STRING", "a=b"}};

}  // namespace

BOOST_FIXTURE_TEST_CASE(variables_are_read_by_libfcgi, with_library)
{
    const auto read = read_by_library(pairs_of(variables));

    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(read->method() == "POST");
    BOOST_TEST(read->path_info() == "/x");
    BOOST_TEST(read->query() == "a=b");
    BOOST_TEST(!read->id().empty());
}

BOOST_FIXTURE_TEST_CASE(libfcgi_reads_variables_that_fill_several_records, with_library)
{
    const std::string long_value(65'535, 'x');
    std::string pairs;
    append_pair(pairs, "QUERY_STRING", long_value);
    append_pair(pairs, "PATH_INFO", "/x");

    const auto read = read_by_library(pairs);

    BOOST_REQUIRE(read.has_value());
    BOOST_TEST((read->query() == long_value));
    BOOST_TEST(read->path_info() == "/x");
}

BOOST_FIXTURE_TEST_CASE(libfcgi_reads_one_request_after_the_other, with_library)
{
    for (const std::string path : {"/one", "/two"}) {
        const auto read = read_by_library(pairs_of({{"PATH_INFO", path}}));
        BOOST_REQUIRE(read.has_value());
        BOOST_TEST(read->path_info() == path);
    }
}

BOOST_FIXTURE_TEST_CASE(without_a_descriptor_nothing_is_read_and_nothing_else_happens, with_library)
{
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{3, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    const auto read = read_by_library(pairs_of(variables));
    ::setrlimit(RLIMIT_NOFILE, &before);

    BOOST_TEST(!read.has_value());
}
