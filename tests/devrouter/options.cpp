#include "options.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace wampfcgi::devrouter {

namespace {

using setter = void (*)(options&, const std::string& name, const std::string& value);

struct option {
    std::string_view name;
    bool takes_value;
    setter set;
};

principal_option read_principal(const std::string& name, const std::string& value)
{
    const auto first = value.find(':');
    const auto second = first == std::string::npos ? first : value.find(':', first + 1);
    if (second == std::string::npos)
        throw std::invalid_argument(name + " expects AUTHID:ROLE:SECRET");
    principal_option who;
    who.method = name == "--ticket" ? "ticket" : "wampcra";
    who.salted = name == "--wampcra-salted";
    who.authid = value.substr(0, first);
    who.role = value.substr(first + 1, second - first - 1);
    who.secret = value.substr(second + 1);
    // They are put into a challenge, which is JSON, as they are.
    const auto unfit = [](char letter) { return letter == '"' || letter == '\\' || (letter >= 0 && letter < ' '); };
    if (who.authid.empty() || who.role.empty() || who.secret.empty() || std::ranges::any_of(who.authid, unfit) ||
        std::ranges::any_of(who.role, unfit))
        throw std::invalid_argument(name + ": AUTHID, ROLE and SECRET may not be empty, nor hold quotes");
    return who;
}

void add_principal(options& into, const std::string& name, const std::string& value)
{
    into.principals.push_back(read_principal(name, value));
}

void set_max_message(options& into, const std::string& name, const std::string& value)
{
    std::size_t bytes = 0;
    const auto [end, trouble] = std::from_chars(value.data(), value.data() + value.size(), bytes);
    if (trouble != std::errc{} || end != value.data() + value.size() || !std::has_single_bit(bytes) || bytes < 512 ||
        bytes > 16777216)
        throw std::invalid_argument(name + ": expected a power of two, 512 to 16777216, got " + value);
    into.max_message_bytes = bytes;
}

constexpr option known[] = {
    {"--listen", true, [](auto& into, auto&, auto& value) { into.listen.push_back(value); }},
    {"--realm", true, [](auto& into, auto&, auto& value) { into.realms.push_back(value); }},
    {"--anonymous-role", true, [](auto& into, auto&, auto& value) { into.anonymous_role = value; }},
    {"--no-anonymous", false, [](auto& into, auto&, auto&) { into.anonymous = false; }},
    {"--ticket", true, add_principal},
    {"--wampcra", true, add_principal},
    {"--wampcra-salted", true, add_principal},
    {"--max-message", true, set_max_message},
    {"--log-calls", false, [](auto& into, auto&, auto&) { into.log_calls = true; }},
    {"--enforce-timeout", false, [](auto& into, auto&, auto&) { into.enforce_timeout = true; }},
    {"--help", false, [](auto& into, auto&, auto&) { into.help = true; }},
};

}  // namespace

options parse_options(const std::vector<std::string>& arguments)
{
    options parsed;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto equals = arguments[i].find('=');
        const std::string name = arguments[i].substr(0, equals);
        const auto* found = std::ranges::find(known, name, &option::name);
        if (found == std::end(known))
            throw std::invalid_argument("unknown argument " + name + ", see --help");
        std::optional<std::string> value;
        if (equals != std::string::npos)
            value = arguments[i].substr(equals + 1);
        else if (found->takes_value && i + 1 < arguments.size())
            value = arguments[++i];
        if (value.has_value() != found->takes_value)
            throw std::invalid_argument(name + (found->takes_value ? " needs a value" : " takes no value"));
        found->set(parsed, name, value.value_or(""));
    }
    if (parsed.listen.empty())
        parsed.listen.emplace_back("127.0.0.1:8081");
    if (parsed.realms.empty())
        parsed.realms.emplace_back("realm1");
    return parsed;
}

std::string_view usage()
{
    return R"(usage: wamp-devrouter [OPTION]...

A small WAMP router with built-in procedures, for development, demonstrations and tests of wamp-fcgi.
It is no production router: it has no callees but its own procedures, no publish and subscribe, and
procedures that break the protocol on purpose. Production routers are, among others, Crossbar.io,
nexus, Bondy and CppWAMP's router.

  --listen HOST:PORT       listen there, [HOST]:PORT for IPv6, port 0 for any free one; repeatable
  --listen unix:/PATH      listen on a Unix socket; default of --listen: 127.0.0.1:8081
  --realm NAME             offer this realm; repeatable; default: realm1
  --anonymous-role ROLE    role of those who do not log in; default: anonymous
  --no-anonymous           refuse those who do not log in
  --ticket AUTHID:ROLE:SECRET           let AUTHID log in by ticket; repeatable
  --wampcra AUTHID:ROLE:SECRET          let AUTHID log in by WAMP-CRA; repeatable
  --wampcra-salted AUTHID:ROLE:SECRET   the same with a salted key; repeatable
  --max-message BYTES      longest message it takes, a power of two, 512 to 16777216 (the default)
  --enforce-timeout        end calls after their option "timeout", in milliseconds
  --log-calls              one line on standard error for each message
  --help                   this text

RawSocket with MessagePack. For each listener one line on standard output says where it listens:
"listening rs://127.0.0.1:8081" or "listening unix:/PATH". TERM and INT end it.
)";
}

}  // namespace wampfcgi::devrouter
