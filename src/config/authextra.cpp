#include "config/authextra.hpp"

#include "config/text.hpp"
#include "wampfcgi/codec/transcode.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <string_view>

namespace wampfcgi::config {
namespace {

constexpr unsigned max_levels = 16;  // of lists and objects, authextra counted

// Writes a part of the tree as JSON text, and refuses what WAMP cannot carry.
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

    /// The text; nothing if something was refused.
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

}  // namespace

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
                from.log->add(one.line, path_of_member(from.path, one.key),
                              "expected no pubkey, which comes from the private key, got one");
    json_writer writer;
    writer.value(from, max_levels);
    const std::string* const json = writer.json();
    return json ? codec::value_from_json(*json) : std::nullopt;
}

}  // namespace wampfcgi::config
