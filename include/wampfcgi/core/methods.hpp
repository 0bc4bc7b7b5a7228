// Owns the set of HTTP methods that a service accepts.
#pragma once

namespace wampfcgi {

/// A set of methods. OPTIONS is for CORS preflights, so a service that pages of other origins may call accepts it.
struct method_set {
    bool get = false;
    bool head = false;
    bool post = false;
    bool put = false;
    bool options = true;

    friend bool operator==(const method_set&, const method_set&) = default;
};

inline constexpr method_set post_and_put{.post = true, .put = true};

/// For a service that shows something to pages of its own origin only.
inline constexpr method_set get_and_head{.get = true, .head = true, .options = false};

}  // namespace wampfcgi
