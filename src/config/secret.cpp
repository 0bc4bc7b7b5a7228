#include "secret.hpp"

#include "named_file.hpp"
#include "text.hpp"
#include "values.hpp"

#include <utility>

namespace wampfcgi::config {
namespace {

std::optional<std::string> read_secret_file(const entry& from, const file_reader& read_file)
{
    entry hidden = from;  // who confuses the two keys has put the secret here
    hidden.is_secret = true;
    auto file = read_named_file(hidden, read_file);
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

}  // namespace

bool has_secret(const section& where)
{
    return where.has("secret") || where.has("secret_file");
}

std::optional<std::string> read_secret(section& where, const file_reader& read_file)
{
    entry secret = where.find("secret");
    secret.is_secret = true;
    const entry file = where.find("secret_file");
    if (secret.is_present() && file.is_present())
        file.refuse("either secret or secret_file", "both");
    if (secret.is_present())
        return read_text(secret);
    return file.is_present() ? read_secret_file(file, read_file) : std::nullopt;
}

}  // namespace wampfcgi::config
