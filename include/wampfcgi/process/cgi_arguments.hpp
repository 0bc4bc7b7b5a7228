// Owns telling a CGI program's own arguments from those that a client has chosen.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace wampfcgi::process {

/// What a CGI program's arguments are without the words of the query. Web servers put a query without '=' on the
/// command line, word by word, as its last arguments (RFC 3875, 4.4), where a client could choose our options; a
/// wrapper script puts the administrator's own in front, and may leave the words out. Nothing where some argument may
/// be a client's and the words are not found whole, or where a word is `--config`: never is a request served with
/// another configuration than the administrator's. `arguments` does not begin with the program's name.
std::optional<std::vector<const char*>> own_arguments(const std::vector<const char*>& arguments,
                                                      std::string_view query);

}  // namespace wampfcgi::process
