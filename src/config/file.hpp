// Owns getting a file's content, with the system's word for why that failed.
#pragma once

#include "wampfcgi/config/config.hpp"

#include <optional>
#include <string>

namespace wampfcgi::config {

/// The content of the file at `path`, 16 MiB at most; nothing, and the reason in `why_not`, if it cannot be read.
std::optional<file_content> read_file(const std::string& path, std::string& why_not);

}  // namespace wampfcgi::config
