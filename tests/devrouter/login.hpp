#pragma once
// Who may join, and how they prove their identity. Each method is an entry in login.cpp's table. Independent of
// messages and connections.

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
    std::string key;   ///< the ticket; for WAMP-CRA the secret or the derived key; or the public key
    std::string salt;  ///< empty: not salted
};

/// The identity of a joined session.
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
    std::string text;   ///< text to sign, for cryptosign in hexadecimal; empty for a ticket
    std::string extra;  ///< the message's Extra, packed
};

/// What a client says about itself in HELLO.
struct login_request {
    std::string authid;
    std::string role;                  ///< empty: none requested
    std::string public_key;            ///< raw bytes, for cryptosign; empty: none
    std::vector<std::string> methods;  ///< in order of preference; empty: anonymous
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

/// One session's login: call begin() once, and answer() once if it returned a challenge.
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
