#pragma once
// Who may join, and how they prove it. A method is one entry in login.cpp's table; nothing here knows of
// messages or connections.

#include "options.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wampfcgi::devrouter {

struct principal {
    std::string method;
    std::string authid;
    std::string role;
    std::string key;   ///< the ticket; for WAMP-CRA the secret, or what a salt derives from it; the public key
    std::string salt;  ///< empty: not salted
};

/// What a session is given once it has joined.
struct identity {
    std::string authid;
    std::string role;
    std::string method;
};

struct refusal {
    std::string_view uri;
    std::string_view message;
};

struct login_challenge {
    std::string method;
    std::string text;   ///< what is to be signed, for cryptosign in hexadecimal; empty for a ticket
    std::string extra;  ///< the message's Extra, packed
};

/// What a client says of itself in HELLO.
struct login_request {
    std::string authid;
    std::string role;                  ///< empty: none asked for
    std::string public_key;            ///< its bytes, for cryptosign; empty: none
    std::vector<std::string> methods;  ///< in its order of preference; empty: anonymous
};

class directory {
public:
    explicit directory(const options& from);

    const principal* find(std::string_view method, const login_request& request) const;
    bool anonymous() const { return anonymous_; }
    const std::string& anonymous_role() const { return anonymous_role_; }
    bool knows_role(std::string_view role) const;

private:
    bool anonymous_;
    std::string anonymous_role_;
    std::vector<principal> principals_;
};

/// One session's login: begin() once, and answer() once if that gave a challenge.
class login {
public:
    login(const directory& who, std::uint64_t session_id) : directory_(who), session_id_(session_id) {}

    std::variant<identity, login_challenge, refusal> begin(const login_request& request);
    std::variant<identity, refusal> answer(std::string_view signature) const;

private:
    const directory& directory_;
    std::uint64_t session_id_;
    const principal* principal_ = nullptr;
    login_challenge challenge_;
};

}  // namespace wampfcgi::devrouter
