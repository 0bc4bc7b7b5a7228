#include "metrics/rendering/json.hpp"
#include "unit/metrics/rendering/made_up.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace wampfcgi::metrics::testing {
namespace {

boost::json::value parsed(const snapshot& now, detail how_much = detail::sums)
{
    return boost::json::parse(json_text(now, how_much));
}

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(the_object_has_the_figures)
{
    const boost::json::value all = parsed(made_up());

    struct row {
        std::string_view pointer;
        std::string_view value;
    };
    for (const row& each : {
             row{"/version", R"("1.2.3")"},
             row{"/ready", "true"},
             row{"/missing", "[]"},
             row{"/started", R"("2026-03-01T12:00:00Z")"},
             row{"/now", R"("2026-03-02T15:00:00Z")"},
             row{"/workers", R"({"wanted":2,"serving":2,"starting":0,"draining":0,"started":5,)"
                             R"("ended":{"hung":0,"replaced":2,"signal":1}})"},
             row{"/reloads", R"({"good":1,"bad":1,"last":"2026-03-02T14:58:00Z","last_was_good":false})"},
             row{"/calls_in_flight", R"({"used":950,"limit":1000})"},
             row{"/event_streams_open", R"({"used":8,"limit":2000})"},
             row{"/listen_queue", R"({"used":3,"limit":4096})"},
             row{"/signatures_remembered", R"({"used":17,"limit":1000000})"},
             row{"/descriptors_open", R"({"used":50,"limit":2048})"},
             row{"/memory_bytes", "41943040"},
             row{"/sessions", R"([{"realm":"realm1","role":"frontend","wanted":4,"up":4,"joined":9,"lost":5,)"
                              R"("requests_waiting":6,"router_queue_bytes":2048}])"},
             row{"/services/0/service", R"("call")"},
             row{"/services/0/requests", R"({"200":90,"400":7,"503":0})"},
             row{"/services/0/requests_refused", R"({"body_not_json":7,"overloaded":0})"},
             row{"/services/0/request_duration_seconds/count", "97"},
             row{"/services/0/request_duration_seconds/buckets/0.0005", "60"},
             row{"/services/0/request_duration_seconds/buckets/+Inf", "97"},
             row{"/services/1/events_delivered", "5000"},
         }) {
        BOOST_TEST_CONTEXT(each.pointer)
        {
            BOOST_TEST(boost::json::serialize(all.at_pointer(each.pointer)) == each.value);
        }
    }
    BOOST_TEST(all.at_pointer("/services/0/request_duration_seconds/sum").as_double() == 40.123456);
    BOOST_TEST(all.at_pointer("/processor_seconds").as_double() == 3.25);
}

BOOST_AUTO_TEST_CASE(a_store_is_an_object_where_there_is_one)
{
    const boost::json::value all = parsed(made_up_with_store(), detail::each_worker);

    BOOST_TEST(boost::json::serialize(all.at_pointer("/store/round_trips")) == "4000");
    BOOST_TEST(boost::json::serialize(all.at_pointer("/store/failures")) == "21");
    BOOST_TEST(all.at_pointer("/store/wait_seconds").as_double() == 1.0005);
    BOOST_TEST(all.at_pointer("/store_answers").as_bool());
    BOOST_TEST(!all.at_pointer("/each_worker/1/store_answers").as_bool());
    BOOST_TEST(boost::json::serialize(all.at_pointer("/each_worker/1/store/round_trips")) == "31");
    BOOST_TEST(!parsed(made_up(), detail::each_worker).as_object().contains("store"));
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_a_list)
{
    snapshot now = made_up();
    now.workers.clear();

    BOOST_TEST(boost::json::serialize(parsed(now).at("missing")) == R"(["no worker serves"])");
    BOOST_TEST(!parsed(now).at("ready").as_bool());
}

BOOST_AUTO_TEST_CASE(names_are_escaped)
{
    snapshot now = made_up();
    now.services[0].path = "a\"\\\x01\n\xC3\xA9";

    BOOST_TEST(parsed(now).at_pointer("/services/0/service").as_string() == now.services[0].path);
}

BOOST_AUTO_TEST_CASE(each_worker_is_listed_when_asked_for)
{
    BOOST_TEST(parsed(made_up(), detail::each_worker).at_pointer("/each_worker/1/pid").to_number<int>() == 102);
    BOOST_TEST(!parsed(made_up()).as_object().contains("each_worker"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace wampfcgi::metrics::testing
