#include "wampfcgi/metrics/pool_status.hpp"

#include "metrics/rendering/exposition.hpp"
#include "metrics/rendering/families.hpp"
#include "metrics/rendering/html.hpp"
#include "metrics/rendering/json.hpp"
#include "metrics/rendering/report.hpp"
#include "metrics/rendering/text.hpp"

#include <utility>

namespace wampfcgi::metrics {

pool_status::pool_status(std::function<snapshot()> take) : take_(std::move(take)) {}

bridge::figures pool_status::show(const bridge::figures_wish& wish)
{
    const snapshot now = take_();
    const detail how_much = wish.each_worker ? detail::each_worker : detail::sums;
    switch (wish.format) {
    case figures_format::text:
        break;
    case figures_format::json:
        return {is_ready(now), "application/json; charset=UTF-8", {}, json_text(now, how_much)};
    case figures_format::html:
        return {is_ready(now), "text/html; charset=UTF-8", page_policy,
                html_page(report_of(now, how_much), wish.refresh)};
    case figures_format::prometheus:
        return {
            is_ready(now), "text/plain; version=0.0.4; charset=utf-8", {}, prometheus_text(families_of(now, how_much))};
    case figures_format::openmetrics:
        return {is_ready(now),
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
                {},
                openmetrics_text(families_of(now, how_much))};
    }
    return {is_ready(now), "text/plain; charset=UTF-8", {}, plain_text(report_of(now, how_much))};
}

std::vector<std::string> pool_status::missing()
{
    return what_is_missing(take_());
}

}  // namespace wampfcgi::metrics
