#include "login.hpp"

#include "crypto.hpp"
#include "message.hpp"

#include <algorithm>
#include <ctime>

namespace wampfcgi::devrouter {

namespace {

constexpr int iterations = 1000;
constexpr std::size_t key_bytes = 32;
constexpr std::size_t challenge_bytes = 32;
constexpr std::size_t signature_bytes = 64;  // for Ed25519

std::string now_utc()
{
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

login_challenge ticket_challenge(const principal&, std::uint64_t)
{
    return {"ticket", "", std::string(empty_map)};
}

bool ticket_proves(const principal& who, const login_challenge&, std::string_view ticket)
{
    return same_secret(who.key, ticket);
}

login_challenge wampcra_challenge(const principal& who, std::uint64_t session_id)
{
    const std::string text = R"({"nonce":")" + base64(random_bytes(16)) + R"(","authprovider":"static","authid":")" +
                             who.authid + R"(","authrole":")" + who.role + R"(","authmethod":"wampcra","timestamp":")" +
                             now_utc() + R"(","session":)" + std::to_string(session_id) + "}";
    packed extra;
    extra.map(who.salt.empty() ? 1 : 4).text("challenge").text(text);
    if (!who.salt.empty())
        extra.text("salt").text(who.salt).text("iterations").uint(iterations).text("keylen").uint(key_bytes);
    return {"wampcra", text, std::string(extra.view())};
}

bool wampcra_proves(const principal& who, const login_challenge& asked, std::string_view signature)
{
    return same_secret(base64(hmac_sha256(who.key, asked.text)), signature);
}

login_challenge cryptosign_challenge(const principal&, std::uint64_t)
{
    const std::string text = hex(random_bytes(challenge_bytes));
    packed extra;
    extra.map(2).text("challenge").text(text).text("channel_binding").nil();
    return {"cryptosign", text, std::string(extra.view())};
}

/// `signed_challenge` is the signature followed by the signed challenge, both in hexadecimal.
bool cryptosign_proves(const principal& who, const login_challenge& asked, std::string_view signed_challenge)
{
    if (signed_challenge.size() != 2 * (signature_bytes + challenge_bytes))
        return false;
    const auto signature = from_hex(signed_challenge.substr(0, 2 * signature_bytes));
    return signature && signed_challenge.substr(2 * signature_bytes) == asked.text &&
           ed25519_verifies(who.key, *from_hex(asked.text), *signature);
}

bool same_authid(const principal& who, const login_request& request)
{
    return who.authid == request.authid;
}

/// The key alone identifies the principal.
bool same_public_key(const principal& who, const login_request& request)
{
    return who.key == request.public_key && (request.authid.empty() || same_authid(who, request));
}

struct method {
    std::string_view name;
    bool (*is)(const principal&, const login_request&);
    login_challenge (*challenge)(const principal&, std::uint64_t session_id);
    bool (*proves)(const principal&, const login_challenge&, std::string_view signature);
};

constexpr method known_methods[] = {
    {"ticket", same_authid, ticket_challenge, ticket_proves},
    {"wampcra", same_authid, wampcra_challenge, wampcra_proves},
    {"cryptosign", same_public_key, cryptosign_challenge, cryptosign_proves},
};

const method* find_method(std::string_view name)
{
    const auto* found = std::ranges::find(known_methods, name, &method::name);
    return found == std::end(known_methods) ? nullptr : found;
}

}  // namespace

directory::directory(const options& from) : anonymous_(from.anonymous), anonymous_role_(from.anonymous_role)
{
    for (const auto& option : from.principals) {
        principal who{option.method, option.authid, option.role, option.secret, ""};
        if (option.salted) {
            who.salt = base64(random_bytes(12));
            who.key = base64(pbkdf2_sha256(option.secret, who.salt, iterations, key_bytes));
        }
        principals_.push_back(std::move(who));
    }
}

const principal* directory::find(std::string_view method_name, const login_request& request) const
{
    const auto* way = find_method(method_name);
    const auto found = std::ranges::find_if(
        principals_, [&](const principal& who) { return who.method == method_name && way->is(who, request); });
    return found == principals_.end() ? nullptr : &*found;
}

bool directory::knows_role(std::string_view role) const
{
    return (anonymous_ && role == anonymous_role_) ||
           std::ranges::find(principals_, role, &principal::role) != principals_.end();
}

std::variant<identity, login_challenge, refusal> login::begin(const login_request& request)
{
    if (!request.role.empty() && !directory_.knows_role(request.role))
        return refusal{"wamp.error.no_such_role", "nobody here has the role that was asked for"};
    auto offered = request.methods;
    if (offered.empty())
        offered.emplace_back("anonymous");
    bool known_method = false;
    for (const auto& name : offered) {
        if (name == "anonymous" && directory_.anonymous())
            return identity{"anonymous-" + std::to_string(random_id()), directory_.anonymous_role(), name};
        const auto* way = find_method(name);
        known_method = known_method || way;
        principal_ = way ? directory_.find(name, request) : nullptr;
        if (principal_)
            return challenge_ = way->challenge(*principal_, session_id_);
    }
    if (known_method)
        return refusal{"wamp.error.authentication_failed", "nobody of that authid logs in by an offered method"};
    return refusal{"wamp.error.no_matching_auth_method", "none of the offered ways to log in is known here"};
}

std::variant<identity, refusal> login::answer(std::string_view signature) const
{
    if (!find_method(principal_->method)->proves(*principal_, challenge_, signature))
        return refusal{"wamp.error.authentication_failed", "the signature or ticket is wrong"};
    return identity{principal_->authid, principal_->role, principal_->method};
}

}  // namespace wampfcgi::devrouter
