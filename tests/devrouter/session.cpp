#include "session.hpp"

#include "crypto.hpp"

#include <iostream>
#include <utility>

namespace wampfcgi::devrouter {

namespace {

/// Reads the login from HELLO.Details; nothing when a type is wrong.
std::optional<login_request> read_login_request(const msgpack::object& details)
{
    login_request request;
    request.authid = find_text(details, "authid").value_or("");
    request.role = find_text(details, "authrole").value_or("");
    if (const auto* extra = find(details, "authextra"))
        request.public_key = from_hex(find_text(*extra, "pubkey").value_or("")).value_or("");
    const auto* methods = find(details, "authmethods");
    if (!methods || methods->is_nil())
        return request;
    if (methods->type != msgpack::type::ARRAY)
        return {};
    for (const auto& method : methods->via.array) {
        if (method.type != msgpack::type::STR)
            return {};
        request.methods.push_back(method.as<std::string>());
    }
    return request;
}

bool has_roles(const msgpack::object& details)
{
    const auto* roles = find(details, "roles");
    return roles && roles->type == msgpack::type::MAP && roles->via.map.size > 0;
}

void pack_features(packed& into, std::initializer_list<std::string_view> names)
{
    into.map(1).text("features").map(names.size());
    for (const auto name : names)
        into.text(name).flag(true);
}

}  // namespace

session::session(router& shared, transport& wire, std::uint64_t number) : router_(shared), wire_(wire), number_(number)
{}

session::~session()
{
    state_ = state::ended;  // the connection is gone, so nothing must be sent
    clear();
}

void session::receive(std::string_view payload)
{
    if (router_.settings.log_calls)
        log("<-", payload);
    if (state_ == state::ended || (state_ == state::joined && router_.settings.silent_after_welcome))
        return;
    const auto message = split_array(payload);
    const std::uint64_t type = message ? type_of(*message) : 0;
    if (type == 0)
        return violated("a message is a list that begins with its type");
    switch (type) {
    case message_type::hello:
        return on_hello(*message);
    case message_type::authenticate:
        return on_authenticate(*message);
    case message_type::goodbye:
        return on_goodbye(*message);
    case message_type::abort_session:
        state_ = state::ended;
        clear();
        return wire_.close();
    default:
        return on_request(type, *message);
    }
}

bool session::send(std::initializer_list<std::string_view> parts)
{
    if (!wire_.send({parts.begin(), parts.size()}))
        return false;
    if (router_.settings.log_calls) {
        std::string payload;
        for (const auto part : parts)
            payload += part;
        log("->", payload);
    }
    return true;
}

void session::abort(std::string_view uri, std::string_view text)
{
    packed message;
    message.list(3).uint(message_type::abort_session).map(1).text("message").text(text).text(uri);
    send({message.view()});
    state_ = state::ended;
    clear();
    wire_.close();
}

void session::leave(std::string_view uri)
{
    packed message;
    message.list(3).uint(message_type::goodbye).map(0).text(uri);
    send({message.view()});
    state_ = state::leaving;
    clear();
}

bool session::take_request_id(std::uint64_t id)
{
    if (id != last_request_id_ + 1) {
        violated("request ids are 1, 2, 3, ... within a session");
        return false;
    }
    last_request_id_ = id;
    return true;
}

void session::on_hello(const elements& message)
{
    if (state_ != state::closed)
        return violated("HELLO within a session");
    const auto realm = message.count == 3 ? read_text(message.item[1]) : std::nullopt;
    if (!realm || !is_map(message.item[2]))
        return violated("HELLO is [1, realm, details]");
    realm_ = *realm;
    hello_details_ = message.item[2];
    const auto details = msgpack::unpack(hello_details_.data(), hello_details_.size());
    if (!has_roles(details.get()))
        return violated("HELLO has to name the client's roles");
    if (std::chrono::steady_clock::now() < router_.refuse_logins_until)
        return abort("wamp.error.authorization_failed", "nobody may join for the moment");
    if (!router_.has_realm(realm_))
        return abort("wamp.error.no_such_realm", "no such realm here: " + realm_);
    start_login(details.get());
}

void session::start_login(const msgpack::object& details)
{
    const auto request = read_login_request(details);
    if (!request)
        return violated("authmethods is a list of strings");
    id_ = random_id();
    login_.emplace(router_.who, id_);
    const auto outcome = login_->begin(*request);
    if (const auto* refused = std::get_if<refusal>(&outcome))
        return abort(refused->uri, refused->message);
    if (const auto* accepted = std::get_if<identity>(&outcome))
        return join(*accepted);
    const auto& asked = std::get<login_challenge>(outcome);
    state_ = state::challenged;
    packed challenge;
    challenge.list(3).uint(message_type::challenge).text(asked.method).raw(asked.extra);
    send({challenge.view()});
}

void session::on_authenticate(const elements& message)
{
    if (state_ != state::challenged)
        return violated("AUTHENTICATE without a CHALLENGE");
    const auto signature = message.count == 3 ? read_text(message.item[1]) : std::nullopt;
    if (!signature || !is_map(message.item[2]))
        return violated("AUTHENTICATE is [5, signature, extra]");
    const auto outcome = login_->answer(*signature);
    if (const auto* refused = std::get_if<refusal>(&outcome))
        return abort(refused->uri, refused->message);
    join(std::get<identity>(outcome));
}

void session::join(identity who)
{
    who_ = std::move(who);
    last_request_id_ = 0;
    dealer_ = std::make_shared<dealer>(*this);
    pubsub_ = std::make_shared<pubsub>(*this);
    callee_ = std::make_shared<callee>(*this);
    state_ = state::joined;
    ++router_.counts.sessions;

    packed message;
    message.list(3).uint(message_type::welcome).uint(id_).map(7);
    message.text("realm").text(realm_).text("authid").text(who_.authid).text("authrole").text(who_.role);
    message.text("authmethod").text(who_.method).text("authprovider").text("static");
    message.text("agent").text("wamp-devrouter");
    message.text("roles").map(2);
    pack_features(message.text("dealer"),
                  {"call_canceling", "call_timeout", "caller_identification", "progressive_call_results"});
    pack_features(message.text("broker"),
                  {"publisher_identification", "publisher_exclusion", "event_retention",
                   "subscriber_blackwhite_listing", "pattern_based_subscription", "subscription_revocation"});
    send({message.view()});
}

void session::on_goodbye(const elements& message)
{
    if (message.count != 3 || !is_map(message.item[1]) || !read_text(message.item[2]))
        return violated("GOODBYE is [6, details, reason]");
    if (state_ == state::leaving) {
        state_ = state::ended;
        return wire_.close();
    }
    if (state_ != state::joined)
        return violated("GOODBYE without a session");
    state_ = state::closed;
    clear();
    packed reply;
    reply.list(3).uint(message_type::goodbye).map(0).text("wamp.close.goodbye_and_out");
    send({reply.view()});
}

void session::on_request(std::uint64_t type, const elements& message)
{
    if (state_ == state::leaving)
        return;  // sent before our GOODBYE arrived
    if (state_ != state::joined)
        return violated("a request without a session");
    // A request may end the session and destroy its handler: the copy keeps it alive during the call.
    switch (type) {
    case message_type::call:
        return std::shared_ptr(dealer_)->on_call(message);
    case message_type::cancel:
        return std::shared_ptr(dealer_)->on_cancel_message(message);
    case message_type::publish:
        return std::shared_ptr(pubsub_)->on_publish(message);
    case message_type::subscribe:
        return std::shared_ptr(pubsub_)->on_subscribe(message);
    case message_type::unsubscribe:
        return std::shared_ptr(pubsub_)->on_unsubscribe(message);
    case message_type::register_procedure:
        return std::shared_ptr(callee_)->on_register(message);
    case message_type::unregister_procedure:
        return std::shared_ptr(callee_)->on_unregister(message);
    case message_type::yield:
        return std::shared_ptr(callee_)->on_yield(message);
    case message_type::error:
        return std::shared_ptr(callee_)->on_error(message);
    default:
        return violated("a message that a client does not send");
    }
}

void session::clear()
{
    dealer_.reset();
    pubsub_.reset();
    callee_.reset();
}

void session::log(const char* arrow, std::string_view payload) const
{
    std::cerr << "connection " << number_ << ' ' << arrow << ' ' << describe(payload) << std::endl;
}

}  // namespace wampfcgi::devrouter
