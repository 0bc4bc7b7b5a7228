#include "config/secret.hpp"

#include "config/text.hpp"
#include "config/values.hpp"
#include "wampfcgi/checks/private_key.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

namespace wampfcgi::config {
namespace {

std::optional<std::string> read_key_digits(entry from)
{
    from.context->note_secret();
    from.is_secret = true;
    return read_string_as<std::string>(from, "an Ed25519 private key, 64 hexadecimal digits",
                                       [](const std::string& text) -> std::optional<std::string> {
                                           constexpr std::size_t digits = 64;
                                           if (text.size() != digits)
                                               return std::nullopt;
                                           return checks::read_ed25519_key(text);
                                       });
}

std::optional<std::string> read_key_file(const entry& from)
{
    entry hidden = from;  // as in read_secret_file()
    hidden.is_secret = true;
    const auto file = read_named_file(hidden, file_use::secret);
    if (!file)
        return std::nullopt;
    auto key = checks::read_ed25519_key(file->content);
    if (!key)
        from.refuse("an Ed25519 private key (32 raw bytes, 64 hex digits, OpenSSH or PEM, unencrypted)",
                    quote(file->path) + ", a file of " + std::to_string(file->content.size()) + " bytes");
    return key;
}

}  // namespace

std::optional<named_file> read_named_file(const entry& from, file_use use)
{
    auto path = read_absolute_path(from);
    if (!path)
        return std::nullopt;
    auto content = from.context->read_file(*path);
    if (!content) {
        from.refuse("a file that can be read", quote(*path) + " (" + content.error().text + ')');
        return std::nullopt;
    }
    if (use == file_use::secret && content->open_to_others) {
        from.refuse("a file that only its owner and group can read (chmod o= FILE)",
                    quote(*path) + ", which others can read or write");
        return std::nullopt;
    }
    return named_file{*std::move(path), std::move(content->text)};
}

std::optional<std::string> read_secret_file(const entry& from)
{
    entry hidden = from;  // the secret itself may have been put here by mistake
    hidden.is_secret = true;
    auto file = read_named_file(hidden, file_use::secret);
    if (!file)
        return std::nullopt;
    std::string& secret = file->content;
    if (secret.ends_with('\n'))
        secret.pop_back();
    if (secret.ends_with('\r'))
        secret.pop_back();
    if (secret.empty()) {
        from.refuse("a file with a secret in it", quote(file->path) + ", which is empty");
        return std::nullopt;
    }
    return std::move(secret);
}

bool has_secret(const section& where, const secret_names& names)
{
    return where.has(names.secret) || where.has(names.file);
}

std::optional<std::string> read_secret(section& where, const secret_names& names)
{
    entry secret = where.find(names.secret);
    secret.is_secret = true;
    const entry file = where.find(names.file);
    if (secret.is_present() && file.is_present())
        file.refuse("either " + std::string(names.secret) + " or " + std::string(names.file), "both");
    if (secret.is_present()) {
        secret.context->note_secret();
        return read_text(secret);
    }
    return file.is_present() ? read_secret_file(file) : std::nullopt;
}

std::optional<std::string> read_private_key(section& where)
{
    std::optional<std::string> key;
    std::string_view first;
    for (const std::string_view name : {"secret", "secret_file", "private_key_file"}) {
        const entry found = where.find(name);
        if (!found.is_present())
            continue;
        if (!first.empty()) {
            found.refuse(std::string{"either "}.append(first).append(" or ").append(name), "both");
            continue;
        }
        first = name;
        key = name == "secret" ? read_key_digits(found) : read_key_file(found);
    }
    if (first.empty())
        where.refuse_missing("secret", "a private key (or secret_file)");
    return key;
}

}  // namespace wampfcgi::config
