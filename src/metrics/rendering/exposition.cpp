#include "metrics/rendering/exposition.hpp"

#include "metrics/rendering/totals.hpp"
#include "metrics/rendering/writing.hpp"

#include <cstddef>
#include <cstdint>

namespace wampfcgi::metrics {
namespace {

enum class dialect { prometheus, openmetrics };

// Both formats escape the same three characters in a label's value.
void append_escaped_label(std::string& out, std::string_view value)
{
    for (const char each : value) {
        if (each == '\n')
            out += "\\n";
        else if (each == '"' || each == '\\')
            (out += '\\') += each;
        else
            out += each;
    }
}

void append_sample(std::string& out, std::string_view name, std::string_view suffix, const label_list& labels,
                   std::string_view bound, std::string_view value)
{
    out.append(name).append(suffix);
    char separator = '{';
    const auto add = [&](std::string_view label, std::string_view text) {
        ((out += separator).append(label)).append("=\"");
        append_escaped_label(out, text);
        out += '"';
        separator = ',';
    };
    for (const auto& [label, text] : labels)
        add(label, text);
    if (!bound.empty())
        add("le", bound);
    if (separator == ',')
        out += '}';
    out.append(" ").append(value).append("\n");
}

void append_histogram(std::string& out, std::string_view name, const sample& what)
{
    const histogram& durations = *what.durations;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < durations.counts.size(); ++i) {
        count += durations.counts[i];
        const std::string bound = i < duration_bounds_us.size() ? as_seconds(duration_bounds_us[i]) : "+Inf";
        append_sample(out, name, "_bucket", what.labels, bound, std::to_string(count));
    }
    append_sample(out, name, "_sum", what.labels, {}, as_seconds(durations.sum_us));
    append_sample(out, name, "_count", what.labels, {}, std::to_string(count));
}

std::string_view suffix_of(family_type type)
{
    if (type == family_type::counter)
        return "_total";
    return type == family_type::info ? "_info" : "";
}

std::string_view name_of(family_type type, dialect how)
{
    switch (type) {
    case family_type::counter:
        return "counter";
    case family_type::gauge:
        return "gauge";
    case family_type::histogram:
        return "histogram";
    case family_type::info:
        return how == dialect::openmetrics ? "info" : "gauge";
    }
    return "";
}

void append_family(std::string& out, const family& what, dialect how)
{
    if (what.samples.empty())
        return;
    // Prometheus names a family like its samples, OpenMetrics without their suffix.
    std::string title(what.name);
    if (how == dialect::prometheus)
        title += suffix_of(what.type);
    out.append("# HELP ").append(title).append(" ").append(what.help).append("\n");
    out.append("# TYPE ").append(title).append(" ").append(name_of(what.type, how)).append("\n");
    if (how == dialect::openmetrics && !what.unit.empty())
        out.append("# UNIT ").append(title).append(" ").append(what.unit).append("\n");
    for (const sample& each : what.samples) {
        if (each.durations != nullptr)
            append_histogram(out, what.name, each);
        else
            append_sample(out, what.name, suffix_of(what.type), each.labels, {}, each.value);
    }
}

std::string exposition(const std::vector<family>& table, dialect how)
{
    std::string out;
    for (const family& each : table)
        append_family(out, each, how);
    return out;
}

}  // namespace

std::string prometheus_text(const std::vector<family>& table)
{
    return exposition(table, dialect::prometheus);
}

std::string openmetrics_text(const std::vector<family>& table)
{
    return exposition(table, dialect::openmetrics) + "# EOF\n";
}

}  // namespace wampfcgi::metrics
