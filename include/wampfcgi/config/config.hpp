// Owns the configuration file: where it is found, and the way from its text to settings or to a list of mistakes.
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

/// Everything wrong with a file: "FILE:LINE: PATH: expected WHAT, got WHAT", in the order of the lines.
using mistakes = std::vector<std::string>;

/// A whole file.
struct file_content {
    std::string text;
    bool open_to_others = false;      ///< somebody beside its owner and its group may read, write or run it
    bool readable_by_others = false;  ///< the same for reading alone
    bool writable_by_others = false;  ///< the same for writing alone
};

/// Reads a whole file. The trouble is the reason alone, without the path.
using file_reader = std::function<result<file_content, trouble>(const std::string& path)>;

/// Turns the text of a configuration file into settings, or finds every mistake in it. `file_name` is for messages;
/// `read_file` reads the files that it names.
std::variant<settings, mistakes> parse(std::string_view text, const std::string& file_name,
                                       const file_reader& read_file);

/// Reads and parses the file at `path`. A mistake too: one that cannot be read, or that others can write. A warning:
/// one with a secret in it that others can read.
std::variant<settings, mistakes> load(const std::string& path);

/// Reads and parses the file at locate(option). Where no file is named and none is there, the mistake says which places
/// were looked at.
std::variant<settings, mistakes> load_located(const std::optional<std::string>& option);

/// The file to use: `option` (of --config) if given, else environment WAMP_FCGI_CONFIG, else
/// ~/.config/wamp-fcgi/config.json of the process's user (home from the password database) if it exists, else
/// /etc/wamp-fcgi/config.json.
std::string locate(const std::optional<std::string>& option);

}  // namespace wampfcgi::config
