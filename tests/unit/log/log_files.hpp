// Owns what tests of the log file share.
#pragma once

#include "wampfcgi/log/log.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace wampfcgi::test {

struct settings_restored {
    ~settings_restored()
    {
        log::finish();
        log::configure({});
    }
};

struct temporary_folder {
    temporary_folder() { BOOST_REQUIRE(::mkdtemp(path.data()) != nullptr); }
    ~temporary_folder() { std::filesystem::remove_all(path); }
    std::string path = "/tmp/wamp-fcgi-log-XXXXXX";
};

inline std::string content(const std::string& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline log_settings to_file(const std::string& path)
{
    log_settings wanted;
    wanted.target = log_target::file;
    wanted.file = path;
    wanted.timestamps = false;
    return wanted;
}

}  // namespace wampfcgi::test
