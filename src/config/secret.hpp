// Owns secrets and the files that values name: `secret` and `secret_file` stand for one another wherever there is a
// secret or a private key.
#pragma once

#include "config/section.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::config {

/// A file that a value names.
struct named_file {
    std::string path;
    std::string content;
};

enum class file_use { open, secret };

/// Refuses everything but the absolute path of a file that can be read, and a secret one that others can read too.
std::optional<named_file> read_named_file(const entry& from, file_use use);

/// The keys of a secret, and of the file that it may be in.
struct secret_names {
    std::string_view secret = "secret";
    std::string_view file = "secret_file";
};

/// True if the secret or its file, right or wrong, is there.
bool has_secret(const section& where, const secret_names& names = {});

/// The secret that a file has, without the line feed at its end.
std::optional<std::string> read_secret_file(const entry& from);

/// Reads the secret, or the file that it is in, and refuses both together.
std::optional<std::string> read_secret(section& where, const secret_names& names = {});

/// The 32 bytes of the Ed25519 key whose digits `secret` has, or that is in the file which `secret_file` or
/// `private_key_file` names. Exactly one of the three has to be there.
std::optional<std::string> read_private_key(section& where);

}  // namespace wampfcgi::config
