#include "metrics/rendering/html.hpp"
#include "metrics/rendering/report.hpp"
#include "unit/metrics/rendering/made_up.hpp"
#include "wampfcgi/core/text/base64.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include <openssl/sha.h>

namespace wampfcgi::metrics::testing {
namespace {

std::string page_of(const snapshot& now, std::chrono::seconds refresh = std::chrono::seconds(0))
{
    return html_page(report_of(now, detail::sums), refresh);
}

bool has(const std::string& page, std::string_view what)
{
    return page.find(what) != std::string::npos;
}

std::string sha256_of(std::string_view text)
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

BOOST_AUTO_TEST_SUITE(html)

BOOST_AUTO_TEST_CASE(the_policy_admits_the_style_of_the_page_and_nothing_else)
{
    BOOST_TEST(page_policy == "default-src 'none'; style-src 'sha256-" + sha256_of(page_style) +
                                  "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    BOOST_TEST(has(page_of(made_up()), "<style>" + std::string(page_style) + "</style>"));
}

BOOST_AUTO_TEST_CASE(nothing_in_the_page_needs_another_policy)
{
    const std::string page = page_of(made_up());

    for (const char* const absent : {"<script", " style=", "<img", "<link", "url(", " onload"})
        BOOST_TEST(!has(page, absent), absent);
}

BOOST_AUTO_TEST_CASE(usage_is_a_bar_beside_its_limit)
{
    const std::string page = page_of(made_up());

    BOOST_TEST(has(page, "<dt>Calls in flight</dt><dd>950 of 1000<span class=\"bar p95 high\" role=\"meter\" "
                         "aria-valuemin=\"0\" aria-valuenow=\"950\" aria-valuemax=\"1000\" "
                         "aria-label=\"Calls in flight\"></span>"));
    BOOST_TEST(has(page, "<dd>8 of 2000<span class=\"bar p1\""));
}

BOOST_AUTO_TEST_CASE(names_are_shown_as_text)
{
    snapshot now = made_up();
    now.services[0].path = "<img src=x onerror=\"alert(1)\">&";

    BOOST_TEST(has(page_of(now), "<td>&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;</td>"));
    BOOST_TEST(!has(page_of(now), "<img"));
}

BOOST_AUTO_TEST_CASE(the_page_is_refreshed_only_when_asked_for)
{
    BOOST_TEST(has(page_of(made_up(), std::chrono::seconds(5)), "<meta http-equiv=\"refresh\" content=\"5\">"));
    BOOST_TEST(!has(page_of(made_up()), "http-equiv"));
}

BOOST_AUTO_TEST_CASE(what_is_missing_stands_on_top)
{
    snapshot now = made_up();
    now.workers.clear();

    BOOST_TEST(has(page_of(now), "not ready</span></h1>"));
    BOOST_TEST(has(page_of(now), "<li>no worker serves</li>"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace wampfcgi::metrics::testing
