// Owns the configuration file: finding it, and turning its text into settings or a list of mistakes.
#pragma once

#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/core/trouble.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wampfcgi::config {

/// Everything wrong with a file: "FILE:LINE: PATH: expected WHAT, got WHAT", ordered by line.
using mistakes = std::vector<std::string>;

/// The content of a file, and who may access it.
struct file_content {
    std::string text;
    bool open_to_others = false;      ///< a user other than owner and group may read, write or execute it
    bool readable_by_others = false;  ///< such a user may read it
    bool writable_by_others = false;  ///< such a user may write it
};

/// Reads a complete file. The trouble is the reason alone, without the path.
using file_reader = std::function<result<file_content, trouble>(const std::string& path)>;

/// Turns the text of a configuration file into settings, or finds every mistake in it. `file_name` is used in messages;
/// `read_file` reads the files that the configuration refers to.
std::variant<settings, mistakes> parse(std::string_view text, const std::string& file_name,
                                       const file_reader& read_file);

/// Reads and parses the file at `path`. It is a mistake if the file cannot be read or others can write it; it is a
/// warning if it holds a secret that others can read.
std::variant<settings, mistakes> load(const std::string& path);

/// Reads and parses the file at locate(option). If no file is named and none exists, the mistake lists the places
/// searched.
std::variant<settings, mistakes> load_located(const std::optional<std::string>& option);

/// The file to use: `option` (of --config) if given, else environment WAMP_FCGI_CONFIG, else
/// ~/.config/wamp-fcgi/config.json of the process's user (home from the password database) if it exists, else
/// /etc/wamp-fcgi/config.json.
std::string locate(const std::optional<std::string>& option);

}  // namespace wampfcgi::config
