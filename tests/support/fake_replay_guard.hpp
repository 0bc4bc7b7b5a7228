// Owns a replay_guard for tests that remembers in this process, and whose room can be used up.
#pragma once

#include "wampfcgi/bridge/replay_guard.hpp"

#include <cstddef>
#include <map>

namespace wampfcgi {

class fake_replay_guard final : public bridge::replay_guard {
public:
    result<void> remember(const bridge::signature_bytes& signature, instant expires_at, instant now) override
    {
        std::erase_if(remembered, [now](const auto& each) { return each.second < now; });
        if (remembered.contains(signature))
            return failure{errc::request_replayed, "signature was used before", {}, {}};
        if (remembered.size() >= room)
            return failure{errc::overloaded, "no room for another signature", {}, {}};
        remembered.emplace(signature, expires_at);
        return {};
    }

    std::map<bridge::signature_bytes, instant> remembered;  ///< with the end of their freshness
    std::size_t room = 1000;
};

}  // namespace wampfcgi
