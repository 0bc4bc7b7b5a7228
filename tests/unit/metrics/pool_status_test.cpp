#include "wampfcgi/metrics/pool_status.hpp"

#include "metrics/rendering/html.hpp"
#include "unit/metrics/rendering/made_up.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string_view>

namespace wampfcgi::metrics::testing {
namespace {

BOOST_AUTO_TEST_SUITE(status_of_a_pool)

BOOST_AUTO_TEST_CASE(each_format_has_its_media_type)
{
    pool_status status(made_up);
    struct row {
        figures_format format;
        std::string_view content_type;
        std::string_view start;
    };
    for (const row& each : {
             row{figures_format::text, "text/plain; charset=UTF-8", "wamp-fcgi 1.2.3: ready"},
             row{figures_format::json, "application/json; charset=UTF-8", R"({"version":"1.2.3")"},
             row{figures_format::html, "text/html; charset=UTF-8", "<!DOCTYPE html>"},
             row{figures_format::prometheus, "text/plain; version=0.0.4; charset=utf-8", "# HELP wampfcgi_build_info "},
             row{figures_format::openmetrics, "application/openmetrics-text; version=1.0.0; charset=utf-8",
                 "# HELP wampfcgi_build "},
         })
        BOOST_TEST_CONTEXT(each.content_type)
        {
            const bridge::figures shown = status.show({.format = each.format});

            BOOST_TEST(shown.is_ready);
            BOOST_TEST(shown.content_type == each.content_type);
            BOOST_TEST(shown.body.starts_with(each.start));
            BOOST_TEST(shown.policy == (each.format == figures_format::html ? page_policy : ""));
        }
}

BOOST_AUTO_TEST_CASE(a_wish_is_granted)
{
    pool_status status(made_up);
    const auto has = [&](const bridge::figures_wish& wish, std::string_view text) {
        return status.show(wish).body.find(text) != std::string::npos;
    };

    BOOST_TEST(has({.format = figures_format::json, .each_worker = true}, R"("pid":102)"));
    BOOST_TEST(!has({.format = figures_format::json}, R"("pid":102)"));
    BOOST_TEST(has({.format = figures_format::html, .refresh = std::chrono::seconds(7)}, "content=\"7\""));
}

BOOST_AUTO_TEST_CASE(each_answer_is_of_its_own_moment)
{
    snapshot now = made_up();
    pool_status status([&] { return now; });
    BOOST_TEST(status.missing().empty());

    now.workers.clear();

    BOOST_TEST(status.missing().size() == 1U);
    BOOST_TEST(!status.show({}).is_ready);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace wampfcgi::metrics::testing
