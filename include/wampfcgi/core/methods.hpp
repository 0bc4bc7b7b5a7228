// Owns the value that says which HTTP methods a service takes.
#pragma once

namespace wampfcgi {

/// A set of methods. OPTIONS is not among them: every service answers it.
struct method_set {
    bool get = false;
    bool head = false;
    bool post = false;
    bool put = false;

    friend bool operator==(const method_set&, const method_set&) = default;
};

inline constexpr method_set post_and_put{.post = true, .put = true};

}  // namespace wampfcgi
