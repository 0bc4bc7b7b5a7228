#pragma once
// The subscriptions in one realm. Identifies sessions by their address only.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wampfcgi::devrouter {

class session;

/// In the order of keys, patterns follow exact topics.
enum class match_policy { exact, prefix, wildcard };

/// As written in SUBSCRIBE.
std::string_view name_of(match_policy match);

/// A subscription, shared by all sessions with the same topic and policy.
struct subscription {
    std::uint64_t id;
    match_policy match;
    std::string topic;
    std::vector<session*> subscribers;  ///< never empty, without duplicates
};

class subscriptions {
public:
    /// Returns the session's existing subscription if there is one.
    const subscription& add(session& who, std::string_view topic, match_policy match);
    /// Returns false when the session has no subscription with this id.
    bool remove(session& who, std::uint64_t id);
    void remove_all(const session& who);

    std::vector<const subscription*> matching(std::string_view topic) const;
    const std::unordered_map<std::uint64_t, subscription>& all() const { return by_id_; }

private:
    using key = std::pair<match_policy, std::string>;

    std::unordered_map<std::uint64_t, subscription> by_id_;
    std::map<key, std::uint64_t> ids_;
};

}  // namespace wampfcgi::devrouter
