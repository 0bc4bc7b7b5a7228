#include "metrics/rendering/text.hpp"

#include "metrics/rendering/writing.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace wampfcgi::metrics {
namespace {

/// Counts characters, which are terminal columns for most scripts.
std::size_t width_of(std::string_view text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char each) { return (static_cast<unsigned char>(each) & 0xC0U) != 0x80U; }));
}

void append_cell(std::string& line, std::string_view text, std::size_t width, column::kind is)
{
    const std::string space(width - std::min(width, width_of(text)), ' ');
    if (is == column::kind::number)
        line += space;
    line += text;
    if (is == column::kind::text)
        line += space;
}

void append_line(std::string& out, std::string line)
{
    line.erase(line.find_last_not_of(' ') + 1);
    out.append(line).append("\n");
}

void append_fact_lines(std::string& out, const std::vector<fact>& facts)
{
    std::size_t width = 0;
    for (const fact& each : facts)
        width = std::max(width, width_of(each.name));
    for (const fact& each : facts) {
        std::string line;
        append_cell(line, each.name, width + 2, column::kind::text);
        append_line(out, line + printable(each.value));
    }
}

void append_table(std::string& out, const table& what)
{
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < what.columns.size(); ++i) {
        std::size_t width = width_of(what.columns[i].name);
        for (const auto& cells : what.rows)
            width = std::max(width, width_of(cells[i]));
        widths.push_back(width);
    }
    const auto append_row = [&](auto text_of) {
        std::string line;
        for (std::size_t i = 0; i < what.columns.size(); ++i) {
            line += "  ";
            append_cell(line, text_of(i), widths[i], what.columns[i].is);
        }
        append_line(out, line);
    };
    out.append("\n").append(what.title).append("\n");
    append_row([&](std::size_t i) { return std::string(what.columns[i].name); });
    for (const auto& cells : what.rows)
        append_row([&](std::size_t i) { return printable(cells[i]); });
}

}  // namespace

std::string plain_text(const report& told)
{
    std::string out = "wamp-fcgi " + told.version + ": " + (told.is_ready ? "ready" : "not ready") + ", running for " +
                      told.age + "\n";
    for (const std::string& each : told.missing)
        out += "  missing: " + printable(each) + "\n";
    out += "\n";
    append_fact_lines(out, told.facts);
    for (const table& each : told.tables)
        append_table(out, each);
    return out;
}

}  // namespace wampfcgi::metrics
