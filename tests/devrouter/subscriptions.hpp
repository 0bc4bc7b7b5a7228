#pragma once
// Who has subscribed to what in one realm. It knows sessions by their address only.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wampfcgi::devrouter {

class session;

/// The patterns come after exact topics in the order of keys.
enum class match_policy { exact, prefix, wildcard };

/// As SUBSCRIBE spells it.
std::string_view name_of(match_policy match);

/// One for all sessions that have subscribed to the same topic by the same policy.
struct subscription {
    std::uint64_t id;
    match_policy match;
    std::string topic;
    std::vector<session*> subscribers;  ///< never none, each once
};

class subscriptions {
public:
    /// Gives the session's earlier subscription where there is one.
    const subscription& add(session& who, std::string_view topic, match_policy match);
    /// False: the session had none of that id.
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
