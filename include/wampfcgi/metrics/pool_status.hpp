// Owns the conversion of a snapshot to what a status service shows.
#pragma once

#include "wampfcgi/bridge/status_source.hpp"
#include "wampfcgi/metrics/snapshot.hpp"

#include <functional>

namespace wampfcgi::metrics {

class pool_status final : public bridge::status_source {
public:
    /// `take` makes a snapshot of the current moment.
    explicit pool_status(std::function<snapshot()> take);

    bridge::figures show(const bridge::figures_wish& wish) override;
    std::vector<std::string> missing() override;

private:
    std::function<snapshot()> take_;
};

}  // namespace wampfcgi::metrics
