// autobahn.hpp would also include its transports; only the session is used.
#include <autobahn/wamp_session.hpp>
#include <autobahn/wamp_transport.hpp>
#include <autobahn/wamp_transport_handler.hpp>

#include "wamp/session/login_session.hpp"

#include "wamp/session/challenge.hpp"
#include "wamp/session/cryptosign.hpp"
#include "wampfcgi/log/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <utility>
#include <vector>

namespace wampfcgi::wamp {
namespace {

using autobahn::message_type;
using autobahn::wamp_message;

// A parsed message takes up to fifty times as much memory. WELCOME, the longest, has a few hundred bytes.
constexpr std::size_t max_session_message_bytes = 64 * 1024;

struct string_sink {
    std::string& out;
    void write(const char* bytes, std::size_t size) { out.append(bytes, size); }
};

std::string encode(wamp_message& message)
{
    std::string out;
    string_sink sink{out};
    msgpack::packer<string_sink> packer(sink);
    packer.pack_array(static_cast<std::uint32_t>(message.size()));
    for (std::size_t i = 0; i < message.size(); ++i)
        packer.pack(message.field(i));
    return out;
}

wamp_message decode(std::string_view bytes)
{
    msgpack::zone zone;
    const msgpack::object array = msgpack::unpack(zone, bytes.data(), bytes.size());
    std::vector<msgpack::object> fields(array.via.array.ptr, array.via.array.ptr + array.via.array.size);
    return {std::move(fields), std::move(zone)};
}

/// A member of a dictionary; null when there is none.
const msgpack::object* member(const msgpack::object* dictionary, std::string_view name)
{
    if (dictionary == nullptr || dictionary->type != msgpack::type::MAP)
        return nullptr;
    for (const auto& [key, value] : dictionary->via.map)
        if (key.type == msgpack::type::STR && key.as<std::string>() == name)
            return &value;
    return nullptr;
}

/// A string member of a dictionary; empty when there is none.
std::string text_member(const msgpack::object& dictionary, std::string_view name)
{
    const auto* found = member(&dictionary, name);
    return found != nullptr && found->type == msgpack::type::STR ? found->as<std::string>() : std::string();
}

/// WELCOME.Details.roles.dealer.features.call_canceling ("Call Canceling").
bool announces_call_canceling(const msgpack::object& details)
{
    const auto* dealer = member(member(&details, "roles"), "dealer");
    const auto* feature = member(member(dealer, "features"), "call_canceling");
    return feature != nullptr && feature->type == msgpack::type::BOOLEAN && feature->via.boolean;
}

/// Crossbar.io adds keys that begin with "x_cb_" to WELCOME's details, or to their authextra.
bool tells_of_crossbar(const msgpack::object* details)
{
    if (details == nullptr || details->type != msgpack::type::MAP)
        return false;
    for (const auto& [key, value] : details->via.map)
        if (key.type == msgpack::type::STR && key.as<std::string>().starts_with("x_cb_"))
            return true;
    return false;
}

std::string_view authmethod_name(authmethod_kind method)
{
    switch (method) {
    case authmethod_kind::anonymous:
        return "anonymous";
    case authmethod_kind::ticket:
        return "ticket";
    case authmethod_kind::wampcra:
        return "wampcra";
    case authmethod_kind::cryptosign:
        return "cryptosign";
    }
    return "";
}

/// The URI and message of an ABORT or GOODBYE, for the log.
std::string reason_of(wamp_message& message)
{
    const std::string text = text_member(message.field(1), "message");
    std::string reason = log::quote(message.field<std::string>(2));
    if (!text.empty())
        reason += " " + log::quote(text);
    return reason;
}

/// True for reasons of an ABORT that last until a configuration is changed (WAMP specification, "Predefined URIs").
/// authorization_failed is not among them: it reports trouble of the router itself.
bool refuses_login(std::string_view reason)
{
    constexpr std::string_view standard = "wamp.error.";
    constexpr std::array<std::string_view, 11> lasting{
        "not_authorized",          "no_such_realm",         "no_such_role",
        "no_such_principal",       "authentication_failed", "authentication_denied",
        "authentication_required", "authorization_denied",  "authorization_required",
        "no_matching_auth_method", "no_auth_method"};
    if (reason.starts_with(standard))
        reason.remove_prefix(standard.size());
    return std::ranges::find(lasting, reason) != lasting.end();
}

}  // namespace

/// The adapter between Autobahn's session and the connection: a transport for the session, and the handler of that
/// transport.
class login_session::between : public autobahn::wamp_transport, public std::enable_shared_from_this<between> {
public:
    between(boost::asio::io_context& loop, std::string realm, const credentials& how, const client_roles& roles,
            sender send)
        : loop_(loop),
          realm_(std::move(realm)),
          how_(how),
          roles_(roles),
          send_(std::move(send)),
          session_(std::make_shared<autobahn::wamp_session>(loop))
    {}

    void say_hello()
    {
        handler().on_attach(shared_from_this());
        session_->start();
        joined_ = session_->join(realm_, {std::string(authmethod_name(how_.authmethod))}, how_.authid);
    }

    const router_traits& router() const { return router_; }

    void say_goodbye() { session_->leave("wamp.close.close_realm"); }

    // Autobahn forgets its session before it answers, and then cannot send. So this sends the answer.
    void answer_goodbye()
    {
        wamp_message reply(3);
        reply.set_field(0, static_cast<int>(message_type::GOODBYE));
        reply.set_field(1, std::map<std::string, std::string>());
        reply.set_field(2, std::string("wamp.close.goodbye_and_out"));
        send_(encode(reply));
    }

    // The session and its transport own each other; without this, neither would be freed.
    void forget()
    {
        session_.reset();
        send_ = [](const std::string&) {};
    }

    std::optional<session_event> take(message_code code, wamp_message message)
    {
        switch (code) {
        case message_code::welcome:
            return welcome(std::move(message));
        case message_code::challenge:
            return answer_challenge(std::move(message));
        case message_code::abort:
            return event::refused{"the router sent ABORT " + reason_of(message),
                                  refuses_login(message.field<std::string>(2)) ? event::refusal::lasting
                                                                               : event::refusal::passing};
        case message_code::goodbye:
            return event::goodbye{reason_of(message)};
        default:
            return {};
        }
    }

private:
    autobahn::wamp_transport_handler& handler() { return *session_; }

    std::optional<session_event> welcome(wamp_message message)
    {
        // Read WELCOME's details here: those kept by Autobahn's session point into a message that is freed.
        event::welcomed said;
        if (const auto* authrole = member(&message.field(2), "authrole"); authrole != nullptr && !authrole->is_nil())
            said.authrole = text_member(message.field(2), "authrole");
        if (joined_.is_ready())
            return {};
        const msgpack::object& details = message.field(2);
        router_.cancels_calls = announces_call_canceling(details);
        router_.is_crossbar = tells_of_crossbar(&details) || tells_of_crossbar(member(&details, "authextra"));
        handler().on_message(std::move(message));
        if (!joined_.is_ready() || !joined_.has_value())
            return event::refused{"the router's WELCOME is malformed"};
        return said;
    }

    // Autobahn would answer from a thread of its own, and supports only ticket and wampcra.
    std::optional<session_event> answer_challenge(wamp_message message)
    {
        // Answer only one: each may cost a second of computing.
        if (std::exchange(was_challenged_, true) || joined_.is_ready())
            return event::refused{"the router sent a CHALLENGE out of turn"};
        const msgpack::object& extra = message.field(2);
        if (extra.type != msgpack::type::MAP)
            return event::refused{"the router's CHALLENGE is malformed"};
        challenge asked{message.field<std::string>(1), text_member(extra, "challenge"), text_member(extra, "salt"), 0,
                        0};
        for (const auto& [key, value] : extra.via.map) {
            if (key.type != msgpack::type::STR || value.type != msgpack::type::POSITIVE_INTEGER)
                continue;
            if (key.as<std::string>() == "iterations")
                asked.iterations = value.as<std::uint64_t>();
            if (key.as<std::string>() == "keylen")
                asked.key_bytes = value.as<std::uint64_t>();
        }
        auto signature = answer_to(asked, how_);
        if (const auto* why_not = std::get_if<refused_challenge>(&signature))
            return event::refused{why_not->reason, event::refusal::lasting};
        if (auto* begun = std::get_if<std::unique_ptr<derived_signature>>(&signature)) {
            derived_ = std::move(*begun);
            derive();
        } else {
            authenticate(std::get<std::string>(signature));
        }
        return {};
    }

    // Computes in steps, because other sessions and calls share the event loop.
    void derive()
    {
        const auto signature = derived_->resume();
        if (!signature)
            return boost::asio::post(loop_, [weak = weak_from_this()] {
                if (const auto self = weak.lock())
                    self->derive();
            });
        if (const auto* why_not = std::get_if<refused_challenge>(&*signature))
            return log::write(log_level::warning, "no answer to the router's CHALLENGE: " + why_not->reason);
        authenticate(std::get<std::string>(*signature));
    }

    void authenticate(const std::string& signature)
    {
        wamp_message reply(3);
        reply.set_field(0, static_cast<int>(message_type::AUTHENTICATE));
        reply.set_field(1, signature);
        reply.set_field(2, std::map<std::string, std::string>());
        send_(encode(reply));
    }

    // Sends a message of Autobahn's session. Replaces the details of HELLO, which offer roles that we do not play and
    // lack the features that we use.
    void send_message(wamp_message&& message) override
    {
        if (message.field<int>(0) == static_cast<int>(message_type::HELLO))
            message.set_field(2, hello_details());
        send_(encode(message));
    }

    std::map<std::string, msgpack::object> hello_details()
    {
        std::map<std::string, std::map<std::string, std::map<std::string, bool>>> roles;
        if (roles_.caller)
            roles["caller"]["features"] = {{"call_canceling", true},
                                           {"call_timeout", true},
                                           {"caller_identification", true},
                                           {"progressive_call_results", true}};
        if (roles_.publisher)
            roles["publisher"]["features"] = {{"publisher_exclusion", true},
                                              {"publisher_identification", true},
                                              {"subscriber_blackwhite_listing", true}};
        if (roles_.subscriber)
            roles["subscriber"]["features"] = {{"pattern_based_subscription", true},
                                               {"publisher_identification", true}};
        const std::vector<std::string> methods{std::string(authmethod_name(how_.authmethod))};
        std::map<std::string, msgpack::object> details{
            {"roles", msgpack::object(roles, hello_zone_)},
            {"agent", msgpack::object(std::string("wamp-fcgi"), hello_zone_)},
            {"authmethods", msgpack::object(methods, hello_zone_)}};
        if (!how_.authid.empty())
            details["authid"] = msgpack::object(how_.authid, hello_zone_);
        const auto extra = authextra();
        if (!extra.empty())
            details["authextra"] = msgpack::object(extra, hello_zone_);
        return details;
    }

    /// The configured authextra and, for cryptosign, the public key by which the router finds the principal.
    std::map<std::string, msgpack::object> authextra()
    {
        std::map<std::string, msgpack::object> extra;
        if (!how_.authextra.empty())
            msgpack::unpack(hello_zone_, how_.authextra.data(), how_.authextra.size()).convert(extra);
        if (how_.authmethod != authmethod_kind::cryptosign)
            return extra;
        if (const auto key = cryptosign_public_key(how_.secret))
            extra["pubkey"] = msgpack::object(*key, hello_zone_);
        return extra;
    }

    bool is_connected() const override { return true; }
    bool has_handler() const override { return true; }

    // link manages the connection; Autobahn's session calls none of these.
    boost::future<void> connect() override { return boost::make_ready_future(); }
    boost::future<void> disconnect() override { return boost::make_ready_future(); }
    void set_pause_handler(pause_handler&&) override {}
    void set_resume_handler(resume_handler&&) override {}
    void pause() override {}
    void resume() override {}
    void attach(const std::shared_ptr<autobahn::wamp_transport_handler>&) override {}
    void detach() override {}

    boost::asio::io_context& loop_;
    std::string realm_;
    const credentials& how_;
    client_roles roles_;
    sender send_;
    msgpack::zone hello_zone_;
    std::shared_ptr<autobahn::wamp_session> session_;
    boost::future<std::uint64_t> joined_;
    router_traits router_;
    bool was_challenged_ = false;
    std::unique_ptr<derived_signature> derived_;  // for the CHALLENGE
};

login_session::login_session(boost::asio::io_context& loop, std::string realm, const credentials& how,
                             const client_roles& roles, sender send)
    : between_(std::make_shared<between>(loop, std::move(realm), how, roles, std::move(send)))
{}

login_session::~login_session()
{
    between_->forget();
}

void login_session::say_hello()
{
    between_->say_hello();
}

void login_session::say_goodbye()
{
    between_->say_goodbye();
}

void login_session::answer_goodbye()
{
    between_->answer_goodbye();
}

const router_traits& login_session::router() const
{
    return between_->router();
}

std::optional<session_event> login_session::take(const message_fields& message, std::string_view bytes)
{
    const bool is_ours = message.code == 2 || message.code == 3 || message.code == 4 || message.code == 6;
    if (!is_ours || !message.whole)
        return {};
    if (bytes.size() > max_session_message_bytes)
        return event::refused{"the router sent a session message of more than 64 KiB"};
    // Autobahn and msgpack throw when a message has an unexpected shape.
    try {
        return between_->take(static_cast<message_code>(message.code), decode(bytes));
    } catch (const std::exception& error) {
        return event::refused{"the router sent a malformed session message: " + log::quote(error.what())};
    }
}

}  // namespace wampfcgi::wamp
