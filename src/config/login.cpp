#include "config/login.hpp"

#include "config/authextra.hpp"
#include "config/secret.hpp"
#include "config/values.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace wampfcgi::config {
namespace {

using enum authmethod_kind;

void refuse_present(section& login, std::initializer_list<std::string_view> keys, const std::string& expected)
{
    for (const std::string_view key : keys)
        if (const entry found = login.find(key); found.is_present())
            found.refuse(expected, "one");
}

// An authmethod that is faulty demands nothing.
std::optional<std::string> read_secret_for(std::optional<authmethod_kind> method, section& login,
                                           const file_reader& read_file)
{
    if (method == cryptosign)
        return read_private_key(login, read_file);
    if (method == anonymous) {
        refuse_present(login, {"secret", "secret_file", "private_key_file"}, "no secret for anonymous");
        return std::nullopt;
    }
    auto secret = read_secret(login, read_file);
    const entry key_file = login.find("private_key_file");
    if (method && key_file.is_present())
        key_file.refuse("a private key for cryptosign only", "one");
    if (method && !has_secret(login))
        login.refuse_missing("secret", "a secret (or secret_file)");
    return secret;
}

}  // namespace

std::optional<credentials> read_login(const entry& from, const file_reader& read_file)
{
    section login{from};
    std::optional<authmethod_kind> method;
    login.required(
        "authmethod", method,
        one_of<authmethod_kind>(
            {{"anonymous", anonymous}, {"ticket", ticket}, {"wampcra", wampcra}, {"cryptosign", cryptosign}}));
    credentials out;
    out.authmethod = method.value_or(anonymous);
    if (method == ticket || method == wampcra)
        login.required("authid", out.authid, read_text);
    else
        login.optional("authid", out.authid, read_text);
    if (auto secret = read_secret_for(method, login, read_file))
        out.secret = *std::move(secret);
    login.optional("authextra", out.authextra,
                   [&](const entry& found) { return read_authextra(found, out.authmethod); });
    login.finish();
    return out;
}

}  // namespace wampfcgi::config
