// Owns the interface between the services and the source of the pool's figures.
#pragma once

#include "wampfcgi/core/figures.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::bridge {

/// What a client asked for.
struct figures_wish {
    figures_format format = figures_format::text;
    bool each_worker = false;
    std::chrono::seconds refresh{0};  ///< of an HTML page; 0: never
};

/// The figures at one moment.
struct figures {
    bool is_ready = false;
    std::string_view content_type;
    std::string_view policy;  ///< Content-Security-Policy of an HTML page; empty otherwise
    std::string body;
};

/// Reports the state of the pool. metrics::pool_status implements it.
class status_source {
public:
    virtual ~status_source() = default;

    virtual figures show(const figures_wish& wish) = 0;

    /// The reasons why the pool is not ready, one line each; empty when it is.
    virtual std::vector<std::string> missing() = 0;
};

}  // namespace wampfcgi::bridge
