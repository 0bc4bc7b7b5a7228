// Owns which paths a service can be at, and where the program can be mounted.
#pragma once

#include <string_view>

namespace wampfcgi::config {

/// True for "/", and for names joined by single slashes without one at either end, free of control characters, '?'
/// and '#': what PATH_INFO can be.
bool is_service_path(std::string_view text);

/// True for "/", and for a slash and names joined by single slashes, with or without one at the end.
bool is_mount(std::string_view text);

}  // namespace wampfcgi::config
