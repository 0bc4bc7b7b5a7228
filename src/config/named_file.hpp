// Owns reading the files that values name.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/config/config.hpp"

#include <optional>
#include <string>

namespace wampfcgi::config {

struct named_file {
    std::string path;
    std::string content;
};

enum class file_use { open, secret };

/// Refuses everything but the absolute path of a file that can be read, and a secret one that others can read too.
std::optional<named_file> read_named_file(const entry& from, const file_reader& read_file, file_use use);

}  // namespace wampfcgi::config
