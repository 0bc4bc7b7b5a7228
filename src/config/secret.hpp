// Owns secrets and files named by values. A file may stand in place of any secret or private key.
#pragma once

#include "config/section.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::config {

/// A file named by a value.
struct named_file {
    std::string path;
    std::string content;
};

enum class file_use { open, secret };

/// Refuses anything but the absolute path of a readable file, and a secret file that other users can read.
std::optional<named_file> read_named_file(const entry& from, file_use use);

/// The keys for a secret, and for the file that may contain it.
struct secret_names {
    std::string_view secret = "secret";
    std::string_view file = "secret_file";
};

/// True if the secret or its file is given, valid or not.
bool has_secret(const section& where, const secret_names& names = {});

/// The secret in a file, without a line feed at its end.
std::optional<std::string> read_secret_file(const entry& from);

/// Reads the secret or its file; refuses both together.
std::optional<std::string> read_secret(section& where, const secret_names& names = {});

/// Reads the 32 bytes of an Ed25519 key from the digits of `secret`, or from the file named by `secret_file` or
/// `private_key_file`. Exactly one of the three must be given.
std::optional<std::string> read_private_key(section& where);

}  // namespace wampfcgi::config
