#include "config/login.hpp"

#include "config/secret.hpp"
#include "config/text.hpp"
#include "config/values.hpp"
#include "wampfcgi/codec/transcode.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace wampfcgi::config {
namespace {

using enum authmethod_kind;

constexpr unsigned max_levels = 16;  // of nested lists and objects, including authextra itself

// Writes a part of the tree as JSON text. Refuses what WAMP cannot represent.
class json_writer {
public:
    void value(const entry& from, unsigned levels_left)
    {
        switch (from.value->type) {
        case node::kind::object:
        case node::kind::list:
            if (levels_left == 0)
                refuse(from, "at most " + std::to_string(max_levels) + " nested lists and objects in authextra",
                       "more");
            else if (from.value->type == node::kind::object)
                object(from, levels_left - 1);
            else
                list(from, levels_left - 1);
            return;
        case node::kind::string:
            return text(from.value->text);
        case node::kind::number:
            return number(from);
        case node::kind::nothing:
        case node::kind::null:
        case node::kind::boolean:
            json_ += from.value->text;
        }
    }

    /// The text; null if something was refused.
    const std::string* json() const { return is_good_ ? &json_ : nullptr; }

private:
    void object(const entry& from, unsigned levels_left)
    {
        json_ += '{';
        for (named_entry& member : named_entries(from)) {
            member.value.is_secret = true;
            text(member.name);
            json_ += ':';
            value(member.value, levels_left);
            json_ += ',';
        }
        close('}');
    }

    void list(const entry& from, unsigned levels_left)
    {
        json_ += '[';
        for (const entry& item : from.items()) {
            value(item, levels_left);
            json_ += ',';
        }
        close(']');
    }

    void close(char bracket)
    {
        if (json_.ends_with(','))
            json_.back() = bracket;
        else
            json_ += bracket;
    }

    void text(std::string_view utf8) { json_ += boost::json::serialize(boost::json::string(utf8)); }

    void number(const entry& from)
    {
        if (!codec::value_from_json(from.value->text))
            refuse(from, "an integer from -2^63 to 2^64-1 or a double", "another number");
        json_ += from.value->text;
    }

    void refuse(const entry& from, const std::string& expected, const std::string& got)
    {
        from.refuse(expected, got);
        is_good_ = false;
    }

    std::string json_;
    bool is_good_ = true;
};

// Reads an object with any values as one MessagePack map. Refuses members that the login sets itself.
std::optional<std::string> read_authextra(entry from, authmethod_kind method)
{
    from.is_secret = true;
    if (from.value->type != node::kind::object) {
        from.refuse("an object");
        return std::nullopt;
    }
    if (method == authmethod_kind::cryptosign)
        for (const member& one : from.value->members)
            if (one.key == "pubkey")
                from.context->add(one.line, path_of_member(from.path, one.key),
                                  "expected no pubkey, which comes from the private key, got one");
    json_writer writer;
    writer.value(from, max_levels);
    const std::string* const json = writer.json();
    return json ? codec::value_from_json(*json) : std::nullopt;
}

void refuse_present(section& login, std::initializer_list<std::string_view> keys, const std::string& expected)
{
    for (const std::string_view key : keys)
        if (const entry found = login.find(key); found.is_present())
            found.refuse(expected, "one");
}

// With an invalid authmethod, requires nothing.
std::optional<std::string> read_secret_for(std::optional<authmethod_kind> method, section& login)
{
    if (method == cryptosign)
        return read_private_key(login);
    if (method == anonymous) {
        refuse_present(login, {"secret", "secret_file", "private_key_file"}, "no secret for anonymous");
        return std::nullopt;
    }
    auto secret = read_secret(login);
    const entry key_file = login.find("private_key_file");
    if (method && key_file.is_present())
        key_file.refuse("a private key for cryptosign only", "one");
    if (method && !has_secret(login))
        login.refuse_missing("secret", "a secret (or secret_file)");
    return secret;
}

}  // namespace

std::optional<credentials> read_login(const entry& from)
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
    if (auto secret = read_secret_for(method, login))
        out.secret = *std::move(secret);
    login.optional("authextra", out.authextra,
                   [&](const entry& found) { return read_authextra(found, out.authmethod); });
    login.finish();
    return out;
}

}  // namespace wampfcgi::config
