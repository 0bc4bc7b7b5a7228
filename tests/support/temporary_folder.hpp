// Owns a temporary folder of a test.
#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace wampfcgi {

/// Removed with everything in it at the end.
struct temporary_folder {
    temporary_folder() { BOOST_REQUIRE(::mkdtemp(path.data()) != nullptr); }
    ~temporary_folder() { std::filesystem::remove_all(path); }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;

    std::string path = "/tmp/wamp-fcgi-test-XXXXXX";
};

}  // namespace wampfcgi
