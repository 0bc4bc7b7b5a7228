// Owns the contract of services, for the real ones and the fake one.
#pragma once

#include "support/fake_client.hpp"
#include "wampfcgi/bridge/service.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

namespace wampfcgi {

struct service_under_test {
    bridge::service& service;
    request good;                    ///< admitted, and answered after finish()
    request bad;                     ///< not admitted
    std::function<void()> finish;    ///< triggers pending answers, if any
    std::function<int()> under_way;  ///< the number of pending answers
};

inline void check_service_contract(const service_under_test& the)
{
    fake_client refused(the.bad);
    refused.ask(the.service);
    BOOST_TEST(refused.answers == 1);
    BOOST_TEST(refused.given->http.status >= 400);
    BOOST_TEST(!refused.under_way);

    fake_client first(the.good);
    fake_client second(the.good);
    first.ask(the.service);
    second.ask(the.service);
    BOOST_TEST(first.answers == 0);
    BOOST_TEST(first.asked.body().empty());
    BOOST_TEST(the.under_way() == 2);
    first.leave();
    BOOST_TEST(the.under_way() == 1);
    the.finish();
    the.finish();
    BOOST_TEST(first.answers == 0);
    BOOST_TEST(second.answers == 1);
    BOOST_TEST(second.given->http.status == 200);
    BOOST_TEST(!second.under_way);
    BOOST_TEST(the.under_way() == 0);

    const bridge::answer cut = the.service.refuse(second.admitted, errc::body_truncated);
    BOOST_TEST(cut.http.status == 400);
    BOOST_TEST((cut.report.why->code == errc::body_truncated));
}

}  // namespace wampfcgi
