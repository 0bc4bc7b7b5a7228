// Owns the contract of response_sinks, for the real ones and the fake one.
#pragma once

#include "wampfcgi/bridge/response_sink.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <functional>
#include <string>

namespace wampfcgi {

/// Makes a sink, lets `use` answer through it, and returns what the client received: "STATUS BODY".
using sink_maker = std::function<std::string(const std::function<void(bridge::response_sink&)>& use)>;

inline void check_sink_contract(const sink_maker& answer_by)
{
    const std::string large(300'000, 'x');
    BOOST_TEST(answer_by([&](bridge::response_sink& client) {
                   client.respond({{200, {}, "whole"}, {}});
               }) == "200 whole");
    const bool is_whole = answer_by([&](bridge::response_sink& client) {
                              client.respond({{503, {}, large}, {.why = errc::overloaded}});
                          }) == "503 " + large;
    BOOST_TEST(is_whole);
    BOOST_TEST(answer_by([&](bridge::response_sink& client) {
                   client.begin({200, {{"Content-Type", "text/plain"}}, {}});
                   client.end({});
               }) == "200 ");
    BOOST_TEST(answer_by([&](bridge::response_sink& client) {
                   client.begin({200, {{"Content-Type", "text/plain"}}, {}});
                   client.write("one ");
                   client.write("");
                   client.write("two");
                   client.end({});
               }) == "200 one two");
    const bool is_in_order = answer_by([&](bridge::response_sink& client) {
                                 client.begin({200, {}, {}});
                                 std::size_t waiting = 0;
                                 for (int i = 0; i < 3; ++i) {
                                     waiting = client.write(large);
                                     BOOST_TEST((waiting == 0 || waiting >= large.size()));
                                 }
                                 client.end({});
                             }) == "200 " + large + large + large;
    BOOST_TEST(is_in_order);
}

}  // namespace wampfcgi
