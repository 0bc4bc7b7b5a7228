// Owns what tests of the log file share.
#pragma once

#include "support/temporary_folder.hpp"
#include "wampfcgi/log/log.hpp"

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
