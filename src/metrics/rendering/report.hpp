// Owns what people are told of a pool, and in which order; text and HTML only lay it out.
#pragma once

#include "metrics/rendering/families.hpp"
#include "metrics/rendering/totals.hpp"
#include "wampfcgi/metrics/snapshot.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::metrics {

struct fact {
    std::string_view name;
    std::string value;
    std::optional<usage> share{};  ///< what `value` says, where there is a limit: for a bar
    bool is_scarce = true;         ///< near the limit is near trouble
};

struct column {
    std::string_view name;
    enum class kind { text, number } is = kind::number;
};

struct table {
    std::string_view title;
    std::vector<column> columns;
    std::vector<std::vector<std::string>> rows;
};

struct report {
    bool is_ready = false;
    std::string version;
    std::string age;                   ///< since when the pool has run
    std::vector<std::string> missing;  ///< a line each, when it is not ready
    std::vector<fact> facts;
    std::vector<table> tables;  ///< none is empty
};

report report_of(const snapshot& now, detail how_much);

}  // namespace wampfcgi::metrics
