// Owns separating a CGI program's own arguments from those that a client chose.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace wampfcgi::process {

/// The arguments of a CGI program without the words of the query. Web servers append a query without '=' to the command
/// line, word by word (RFC 3875, 4.4), so a client could choose our options. A wrapper script puts the administrator's
/// arguments before those words, and may drop the words. Returns nothing when an argument may be a client's and the
/// words are not found completely, or when a word is `--config`: no request may be served with a configuration that the
/// administrator did not choose. `arguments` does not include the program's name.
std::optional<std::vector<const char*>> own_arguments(const std::vector<const char*>& arguments,
                                                      std::string_view query);

}  // namespace wampfcgi::process
