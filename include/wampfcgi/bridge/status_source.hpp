// Owns the interface between the services and whatever knows how the pool is doing.
#pragma once

#include "wampfcgi/core/figures.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::bridge {

/// What somebody wants to see.
struct figures_wish {
    figures_format format = figures_format::text;
    bool each_worker = false;
    std::chrono::seconds refresh{0};  ///< of a page; 0: never
};

/// The figures of one moment.
struct figures {
    bool is_ready = false;
    std::string_view content_type;
    std::string_view policy;  ///< Content-Security-Policy of a page; empty: it is none
    std::string body;
};

/// Tells how the pool is doing. metrics::pool_status is the real one.
class status_source {
public:
    virtual ~status_source() = default;

    virtual figures show(const figures_wish& wish) = 0;

    /// What keeps the pool from being ready, a line each; empty when it is.
    virtual std::vector<std::string> missing() = 0;
};

}  // namespace wampfcgi::bridge
