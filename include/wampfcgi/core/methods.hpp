// Owns the value that says which HTTP methods a service takes.
#pragma once

namespace wampfcgi {

/// A set of methods. What web pages of other origins may call answers OPTIONS, for they ask first.
struct method_set {
    bool get = false;
    bool head = false;
    bool post = false;
    bool put = false;
    bool options = true;

    friend bool operator==(const method_set&, const method_set&) = default;
};

inline constexpr method_set post_and_put{.post = true, .put = true};

/// Of a service that shows something, and to pages of its own origin alone.
inline constexpr method_set get_and_head{.get = true, .head = true, .options = false};

}  // namespace wampfcgi
