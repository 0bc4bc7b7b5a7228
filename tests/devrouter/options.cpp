#include "options.hpp"

#include "address.hpp"
#include "crypto.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace wampfcgi::devrouter {

namespace {

using setter = void (*)(options&, const std::string& name, const std::string& value);

struct option {
    std::string_view name;
    bool takes_value;
    setter set;
};

// Names are inserted unchanged into a challenge, which is JSON.
bool is_unfit(std::string_view name)
{
    return name.empty() || std::ranges::any_of(name, [](char letter) {
               return letter == '"' || letter == '\\' || (letter >= 0 && letter < ' ');
           });
}

principal_option read_principal(const std::string& name, const std::string& value)
{
    const auto first = value.find(':');
    const auto second = first == std::string::npos ? first : value.find(':', first + 1);
    if (second == std::string::npos)
        throw std::invalid_argument(name + " expects AUTHID:ROLE:SECRET");
    principal_option who;
    who.salted = name == "--wampcra-salted";
    who.method = who.salted ? "wampcra" : name.substr(2);
    who.authid = value.substr(0, first);
    who.role = value.substr(first + 1, second - first - 1);
    who.secret = value.substr(second + 1);
    if (who.secret.empty() || is_unfit(who.authid) || is_unfit(who.role))
        throw std::invalid_argument(name + ": AUTHID, ROLE and SECRET may not be empty, nor hold quotes");
    if (who.method != "cryptosign")
        return who;
    const auto key = from_hex(who.secret);
    if (!key || key->size() != public_key_bytes)
        throw std::invalid_argument(name + ": expected a public key of 64 hexadecimal digits");
    who.secret = *key;
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

void set_serializers(options& into, const std::string& name, const std::string& value)
{
    into.serializers.clear();
    std::istringstream list(value);
    for (std::string item; std::getline(list, item, ',');) {
        if (item != name_of(serializer::json) && item != name_of(serializer::messagepack))
            throw std::invalid_argument(name + ": expected msgpack, json or msgpack,json, got " + value);
        into.serializers.push_back(item == "json" ? serializer::json : serializer::messagepack);
    }
    if (into.serializers.empty())
        throw std::invalid_argument(name + ": expected msgpack, json or msgpack,json, got nothing");
}

void set_on_ping(options& into, const std::string& name, const std::string& value)
{
    if (value != "answer" && value != "ignore" && value != "drop")
        throw std::invalid_argument(name + ": expected answer, ignore or drop, got " + value);
    into.ping_manners = value == "answer" ? on_ping::answer : value == "ignore" ? on_ping::ignore : on_ping::drop;
}

void set_idle_timeout(options& into, const std::string& name, const std::string& value)
{
    double seconds = 0;
    const auto [end, trouble] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (trouble != std::errc{} || end != value.data() + value.size() || !(seconds >= 0.001 && seconds <= 86400))
        throw std::invalid_argument(name + ": expected seconds, 0.001 to 86400, got " + value);
    into.idle_timeout = std::chrono::milliseconds(std::lround(seconds * 1000));
}

/// Checks that options fit together.
void check_together(const options& parsed)
{
    if (parsed.tls_certificate.empty() != parsed.tls_key.empty())
        throw std::invalid_argument("--tls-cert and --tls-key go together");
    for (const auto& text : parsed.listen)
        if (parse_address(text).is_tls() && parsed.tls_certificate.empty())
            throw std::invalid_argument("--listen " + text + " needs --tls-cert and --tls-key");
}

constexpr option known_options[] = {
    {"--listen", true, [](auto& into, auto&, auto& value) { into.listen.push_back(value); }},
    {"--realm", true, [](auto& into, auto&, auto& value) { into.realms.push_back(value); }},
    {"--anonymous-role", true, [](auto& into, auto&, auto& value) { into.anonymous_role = value; }},
    {"--no-anonymous", false, [](auto& into, auto&, auto&) { into.anonymous = false; }},
    {"--ticket", true, add_principal},
    {"--wampcra", true, add_principal},
    {"--wampcra-salted", true, add_principal},
    {"--cryptosign", true, add_principal},
    {"--serializers", true, set_serializers},
    {"--drop-on-unsupported", false, [](auto& into, auto&, auto&) { into.drop_on_unsupported = true; }},
    {"--tls-cert", true, [](auto& into, auto&, auto& value) { into.tls_certificate = value; }},
    {"--tls-key", true, [](auto& into, auto&, auto& value) { into.tls_key = value; }},
    {"--tls-client-ca", true, [](auto& into, auto&, auto& value) { into.tls_client_ca = value; }},
    {"--on-ping", true, set_on_ping},
    {"--accept-silently", false, [](auto& into, auto&, auto&) { into.accept_silently = true; }},
    {"--silent-after-welcome", false, [](auto& into, auto&, auto&) { into.silent_after_welcome = true; }},
    {"--idle-timeout", true, set_idle_timeout},
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
        const auto* found = std::ranges::find(known_options, name, &option::name);
        if (found == std::end(known_options))
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
    check_together(parsed);
    return parsed;
}

std::string_view usage()
{
    return R"(usage: wamp-devrouter [OPTION]...

A small WAMP router with built-in procedures, for development, demonstrations and tests of wamp-fcgi.
It is no production router: everybody may do everything, and it has procedures and topics that break
the protocol on purpose. Production routers are, among others, Crossbar.io, nexus, Bondy and
CppWAMP's router.

  --listen rs://HOST:PORT  RawSocket, there; [HOST] for IPv6, port 0 for any free one; rs:// may be left out
  --listen rss://HOST:PORT RawSocket over TLS
  --listen ws://HOST:PORT/PATH, --listen wss://HOST:PORT/PATH   WebSocket, and WebSocket over TLS
  --listen unix:/PATH      RawSocket on a Unix socket; --listen is repeatable; default: 127.0.0.1:8081
  --tls-cert FILE          certificate chain for rss:// and wss://, in PEM
  --tls-key FILE           its private key, in PEM
  --tls-client-ca FILE     ask for client certificates, and take only what these authorities signed
  --serializers LIST       offer these only: msgpack, json or msgpack,json (the default)
  --realm NAME             offer this realm; repeatable; default: realm1
  --anonymous-role ROLE    role of those who do not log in; default: anonymous
  --no-anonymous           refuse those who do not log in
  --ticket AUTHID:ROLE:SECRET           let AUTHID log in by ticket; repeatable
  --wampcra AUTHID:ROLE:SECRET          let AUTHID log in by WAMP-CRA; repeatable
  --wampcra-salted AUTHID:ROLE:SECRET   the same with a salted key; repeatable
  --cryptosign AUTHID:ROLE:PUBLICKEY    let AUTHID log in by cryptosign; 64 hexadecimal digits; repeatable
  --max-message BYTES      longest message it takes, a power of two, 512 to 16777216 (the default)
  --enforce-timeout        end calls after their option "timeout", in milliseconds
  --on-ping WHAT           on a RawSocket PING: answer (the default), ignore, or drop the connection
  --idle-timeout SECONDS   end a session from which nothing at all has come for so long; default: never
  --drop-on-unsupported    close without a reply when RawSocket's serializer is not offered
  --accept-silently        accept connections, and say nothing at all
  --silent-after-welcome   let sessions begin, then read what comes and do nothing about it; PING is answered
  --log-calls              one line on standard error for each message
  --help                   this text

Messages are MessagePack or JSON: RawSocket serializers 2 and 1, WebSocket subprotocols wamp.2.msgpack and
wamp.2.json. For each listener one line on standard output says where it listens: "listening rs://127.0.0.1:8081",
"listening wss://127.0.0.1:8443/ws", "listening unix:/PATH". TERM and INT end it.

Sessions may register procedures, one callee for each and no patterns; wamp.registration.list and
wamp.registration.get tell what there is. It has some of its own, each of which begins with "com.example.":
  add2 A B              the sum
  echo ...              the arguments
  sleep SECONDS         the argument, later; CANCEL ends it
  fail [URI [LIST [MAP]]]   an ERROR with that URI and payload, null for none
  nothing, kwargs_only  a RESULT without arguments, with keyword arguments only
  big N, binary N       a string, a binary value of that many bytes
  raw HEX, raw_kwargs HEX   a RESULT with these bytes as its (keyword) arguments
  count N [SECONDS [BYTES]]     progressive results 1 to N for who asks for them, each after so long and with a
                        text of so many bytes, then N; CANCEL ends it
  count_and_fail N [SECONDS [BYTES]]    the same, and an ERROR at the end
  publish TOPIC [LIST [MAP]]    an event for all who have subscribed, the caller too; gives its id
  publish_many TOPIC N [BYTES [RATE]]   events 1 to N, with a text of so many bytes, as fast as can be or at RATE a
                        second, then N; CANCEL ends it
  stats                 what the router has seen so far, and the caller's session, as keyword arguments

Procedures that break the rules; those that can answer "survived" after that:
  fault.drop, fault.drop_mid_frame      the connection ends, the second time within a message
  fault.late SECONDS    a RESULT whether the call was cancelled or not
  fault.silent          no answer, to CANCEL neither
  fault.garbage, fault.wrong_type, fault.unknown_id, fault.twice    no MessagePack; messages of the wrong
                        shape; answers to nobody's request; two answers
  fault.goodbye, fault.abort            the session ends
  fault.oversized, fault.reserved_frame the longest frame, never whole; a frame of an unknown type
  fault.refuse_logins SECONDS           nobody may join for so long
  fault.ping N          so many PINGs
  fault.deaf SECONDS    the router does not read from the connection for so long
  fault.progress_after_result, fault.progress_unasked   a progressive result too late, or for who asked for none
  fault.progress_then_silence, fault.progress_then_drop one progressive result, then nothing ever, not for CANCEL
                        either, or the connection's end
  fault.progress_wrong_type     malformed progressive results
  fault.count_on N [SECONDS [BYTES]]    counts on whether the call was cancelled or not
  fault.event_unknown_id TOPIC, fault.event_wrong_type TOPIC, fault.event_garbage TOPIC, fault.event_twice TOPIC
                        to all who have subscribed to TOPIC: an EVENT for no subscription of theirs, malformed
                        ones, no MessagePack, the same one twice; then an event "survived"
  fault.event_drop TOPIC, fault.event_goodbye TOPIC     their connections or sessions end
  fault.event_revoke TOPIC      the router ends their subscriptions, by an UNSUBSCRIBED for request 0

Topics are whatever clients publish and subscribe to, exactly or by prefix or wildcard; events can be
retained. Nobody may use topics that begin with com.example.denied (wamp.error.not_authorized).
These topics break the rules when they are published or subscribed to; their events come all the same:
  fault.silent          no PUBLISHED, no SUBSCRIBED, ever
  fault.late.MS         PUBLISHED, SUBSCRIBED after so many milliseconds
  fault.twice, fault.unknown_id, fault.wrong_type   two of them; one for nobody's request and an ERROR, too,
                        before the right one; malformed ones before the right one
  fault.drop            the connection ends
)";
}

}  // namespace wampfcgi::devrouter
