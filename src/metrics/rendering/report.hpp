// Owns the content and order of the report for people; text and HTML only lay it out.
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
    std::optional<usage> share{};  ///< the numbers in `value`, if there is a limit: for a bar
    bool is_scarce = true;         ///< being near the limit is a warning
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
    std::string age;                   ///< how long the pool has run
    std::vector<std::string> missing;  ///< a line for each reason for not being ready
    std::vector<fact> facts;
    std::vector<table> tables;  ///< without empty ones
};

report report_of(const snapshot& now, detail how_much);

}  // namespace wampfcgi::metrics
