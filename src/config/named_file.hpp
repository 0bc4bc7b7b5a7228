// Owns reading the files that values name.
#pragma once

#include "section.hpp"
#include "wampfcgi/config/config.hpp"

#include <optional>
#include <string>

namespace wampfcgi::config {

struct named_file {
    std::string path;
    std::string content;
};

/// Refuses everything but the absolute path of a file that can be read.
std::optional<named_file> read_named_file(const entry& from, const file_reader& read_file);

}  // namespace wampfcgi::config
