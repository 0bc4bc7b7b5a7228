#include "wampfcgi/checks/accept.hpp"

#include <boost/test/unit_test.hpp>

#include <string_view>
#include <vector>

using namespace wampfcgi;
using checks::media;

namespace {

struct row {
    std::string_view accept;
    media wanted;
};

void check(const std::vector<row>& rows)
{
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.accept)
        {
            BOOST_TEST((checks::wanted_media(each.accept) == each.wanted));
        }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_stream_is_wanted_only_where_its_media_type_is_named)
{
    check({{"", media::json},
           {"*/*", media::json},
           {"text/*", media::json},
           {"application/*", media::json},
           {"text/html, */*;q=0.1", media::json},
           {"application/json", media::json},
           {"text/event-streams", media::json},
           {"text/event-stream", media::event_stream},
           {"application/x-ndjson", media::ndjson},
           {"Text/Event-Stream", media::event_stream},
           {"text/event-stream, */*", media::event_stream},
           {"text/html,text/event-stream ; charset=utf-8 ,x/y", media::event_stream},
           {R"(text/event-stream;a="b,c;q=0",application/xml)", media::event_stream},
           {R"(x/y;a="\",text/event-stream")", media::json}});
}

BOOST_AUTO_TEST_CASE(of_several_media_types_the_largest_weight_decides_and_then_the_order)
{
    check({{"application/json, text/event-stream", media::json},
           {"text/event-stream, application/json", media::event_stream},
           {"application/json;q=0.9, text/event-stream", media::event_stream},
           {"text/event-stream;q=0.9, application/json", media::json},
           {"text/event-stream;q=0.5, application/x-ndjson;q=0.501", media::ndjson},
           {"application/x-ndjson, text/event-stream", media::ndjson},
           {"application/json;Q=0.2;x=y, application/x-ndjson; q=0.3", media::ndjson}});
}

BOOST_AUTO_TEST_CASE(a_wildcard_weighs_against_a_stream_only_where_it_weighs_more)
{
    check({{"*/*, text/event-stream", media::event_stream},
           {"text/event-stream;q=0.5, */*", media::json},
           {"text/event-stream;q=0.5, */*;q=0.4", media::event_stream},
           {"text/event-stream;q=0.5, application/*;q=0.4, */*", media::event_stream},
           {"text/event-stream;q=0.5, application/json;q=0.1, */*", media::event_stream}});
}

BOOST_AUTO_TEST_CASE(a_weight_of_zero_or_one_that_cannot_be_read_asks_for_nothing)
{
    check({{"text/event-stream;q=0", media::json},
           {"text/event-stream;q=0.000", media::json},
           {"text/event-stream;q=1.000", media::event_stream},
           {"text/event-stream;q=1.", media::event_stream},
           {"text/event-stream;q=0.001", media::event_stream},
           {"text/event-stream;q=1.001", media::json},
           {"text/event-stream;q=0.0001", media::json},
           {"text/event-stream;q=", media::json},
           {"text/event-stream;q=2", media::json},
           {"text/event-stream;q=0,5", media::json},
           {"text/event-stream;q=-1", media::json},
           {"text/event-stream;q", media::json}});
}

BOOST_AUTO_TEST_CASE(figures_are_given_in_the_form_that_weighs_most)
{
    struct figures_row {
        std::string_view accept;
        figures_format wanted;
    };
    // Includes the headers of Prometheus 2.42, Chromium and curl.
    for (const figures_row& each : {
             figures_row{"", figures_format::text},
             figures_row{"*/*", figures_format::text},
             figures_row{"image/png", figures_format::text},
             figures_row{"text/plain", figures_format::text},
             figures_row{"application/json", figures_format::json},
             figures_row{"Application/JSON, text/html;q=0.9", figures_format::json},
             figures_row{"application/json;q=0.8, text/html;q=0.9", figures_format::html},
             figures_row{"application/json;q=0", figures_format::text},
             figures_row{"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
                         figures_format::html},
             figures_row{"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                         "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                         figures_format::openmetrics},
             figures_row{"text/plain;version=0.0.4", figures_format::prometheus},
             figures_row{"text/plain; Version=\"0.0.4\" ; q=0.3, */*;q=0.1", figures_format::prometheus},
             figures_row{"text/plain;version=0.0.5", figures_format::text},
         })
        BOOST_TEST_CONTEXT(each.accept)
        {
            BOOST_TEST((checks::wanted_figures(each.accept) == each.wanted));
        }
}
