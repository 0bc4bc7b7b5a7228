#include "metrics/rendering/html.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace wampfcgi::metrics {

// Bars have classes in steps, because the policy allows no style attributes.
const std::string_view page_style = R"(
:root{color-scheme:light dark;--back:#fff;--text:#1c2024;--dim:#5b6470;--line:#dde1e6;--good:#13703a;--bad:#b3261e;--bar:#2f6fde;--empty:#e6e9ee;--high:#c26a00}
@media(prefers-color-scheme:dark){:root{--back:#15181c;--text:#e6e9ed;--dim:#9aa4b0;--line:#343a42;--good:#5fce8d;--bad:#ff8a80;--bar:#7aa7ff;--empty:#2a2f36;--high:#f0a850}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:84rem;padding:1rem;background:var(--back);color:var(--text);font:15px/1.45 system-ui,sans-serif}
h1{font-size:1.35rem;margin:0}
h2{font-size:1.05rem;margin:1.6rem 0 .4rem}
p{margin:.3rem 0;color:var(--dim)}
a{color:var(--bar)}
ul{margin:.4rem 0;padding-left:1.2rem}
.ready{color:var(--good)}
.missing{color:var(--bad)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(max(9rem,18%),1fr));gap:.6rem 1.4rem;margin:1rem 0}
dl div{border-top:1px solid var(--line);padding-top:.35rem}
dt{color:var(--dim);font-size:.85rem}
dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.bar{display:block;height:.4rem;margin-top:.3rem;border-radius:.2rem;background:linear-gradient(var(--bar) 0 0) 0/0% 100% no-repeat var(--empty)}
.high{background-image:linear-gradient(var(--high) 0 0)}
.more{margin-top:1.6rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .9rem .25rem 0;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap}
th{color:var(--dim);font-weight:500;font-size:.85rem}
.n{text-align:right}
.p1{background-size:1% 100%}.p5{background-size:5% 100%}.p10{background-size:10% 100%}.p15{background-size:15% 100%}.p20{background-size:20% 100%}
.p25{background-size:25% 100%}.p30{background-size:30% 100%}.p35{background-size:35% 100%}.p40{background-size:40% 100%}
.p45{background-size:45% 100%}.p50{background-size:50% 100%}.p55{background-size:55% 100%}.p60{background-size:60% 100%}
.p65{background-size:65% 100%}.p70{background-size:70% 100%}.p75{background-size:75% 100%}.p80{background-size:80% 100%}
.p85{background-size:85% 100%}.p90{background-size:90% 100%}.p95{background-size:95% 100%}.p100{background-size:100% 100%}
)";

// A test compares the hash with the style sheet.
const std::string_view page_policy =
    "default-src 'none'; style-src 'sha256-R81qsLcaCzgm00JOml5RDydfNTsk0J6hdl7wAWwqaUk='; base-uri 'none'; form-action "
    "'none'; frame-ancestors 'none'";

namespace {

void append_escaped(std::string& out, std::string_view text)
{
    for (const char each : text) {
        switch (each) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += each;
        }
    }
}

void append_element(std::string& out, std::string_view start, std::string_view text, std::string_view end)
{
    out += start;
    append_escaped(out, text);
    out += end;
}

/// Rounds down to steps of 5 %, but shows light use as 1 %, not as unused.
std::uint64_t percent_of(const usage& share)
{
    if (share.limit == 0)
        return 0;
    const std::uint64_t exact = std::min(share.used, share.limit) * 100 / share.limit;
    if (exact < 5)
        return share.used > 0 ? 1 : 0;
    return exact / 5 * 5;
}

void append_bar(std::string& out, std::string_view name, const usage& share, bool is_scarce)
{
    const std::uint64_t percent = percent_of(share);
    out += "<span class=\"bar";
    if (percent > 0)
        out += " p" + std::to_string(percent);
    if (is_scarce && percent >= 80)
        out += " high";
    out += "\" role=\"meter\" aria-valuemin=\"0\" aria-valuenow=\"" +
           std::to_string(std::min(share.used, share.limit)) + "\" aria-valuemax=\"" + std::to_string(share.limit);
    append_element(out, "\" aria-label=\"", name, "\"></span>");
}

void append_facts(std::string& out, const std::vector<fact>& facts)
{
    out += "<dl>\n";
    for (const fact& each : facts) {
        append_element(out, "<div><dt>", each.name, "</dt>");
        append_element(out, "<dd>", each.value, "");
        if (each.share)
            append_bar(out, each.name, *each.share, each.is_scarce);
        out += "</dd></div>\n";
    }
    out += "</dl>\n";
}

void append_page_table(std::string& out, const table& what)
{
    const auto kind = [&](std::size_t i) {
        return std::string_view(what.columns[i].is == column::kind::number ? " class=\"n\"" : "");
    };
    append_element(out, "<h2>", what.title, "</h2>\n");
    append_element(out, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"", what.title,
                   "\"><table>\n<thead><tr>");
    for (std::size_t i = 0; i < what.columns.size(); ++i)
        append_element(out.append("<th scope=\"col\"").append(kind(i)), ">", what.columns[i].name, "</th>");
    out += "</tr></thead>\n<tbody>\n";
    for (const auto& cells : what.rows) {
        out += "<tr>";
        for (std::size_t i = 0; i < what.columns.size(); ++i)
            append_element(out.append("<td").append(kind(i)), ">", cells[i], "</td>");
        out += "</tr>\n";
    }
    out += "</tbody></table></div>\n";
}

void append_head(std::string& out, const report& told, std::chrono::seconds refresh)
{
    out += "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    if (refresh.count() > 0)
        out += "<meta http-equiv=\"refresh\" content=\"" + std::to_string(refresh.count()) + "\">\n";
    out.append("<title>wamp-fcgi: ").append(told.is_ready ? "ready" : "not ready").append("</title>\n<style>");
    out.append(page_style).append("</style>\n</head>\n");
}

}  // namespace

std::string html_page(const report& told, std::chrono::seconds refresh)
{
    std::string out;
    append_head(out, told, refresh);
    out += "<body>\n<main>\n<h1>wamp-fcgi: <span class=\"";
    out += told.is_ready ? "ready\">ready" : "missing\">not ready";
    out += "</span></h1>\n";
    append_element(out, "<p>Version ", told.version, ", ");
    append_element(out, "running for ", told.age, "</p>\n");
    if (!told.missing.empty()) {
        out += "<ul class=\"missing\">\n";
        for (const std::string& each : told.missing)
            append_element(out, "<li>", each, "</li>\n");
        out += "</ul>\n";
    }
    append_facts(out, told.facts);
    for (const table& each : told.tables)
        append_page_table(out, each);
    out += "<p class=\"more\"><a href=\"?html&amp;full\">With each worker</a>, <a "
           "href=\"?html&amp;refresh=5\">refreshed</a>; as "
           "<a href=\"?text\">text</a>, <a href=\"?json\">JSON</a>, <a href=\"?prometheus\">Prometheus text</a>, "
           "<a href=\"?openmetrics\">OpenMetrics</a></p>\n</main>\n</body>\n</html>\n";
    return out;
}

}  // namespace wampfcgi::metrics
