#include "net/proxy_answer.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace wampfcgi;
using net::proxy_answer;
using state_kind = net::proxy_answer::state_kind;

namespace {

constexpr std::string_view established = "HTTP/1.1 200 Connection established\r\n\r\n";

struct heard {
    proxy_answer answer;
    std::size_t used = 0;

    void feed(std::string_view bytes) { used += answer.feed(bytes); }
};

heard hear(std::string_view bytes)
{
    heard made;
    made.feed(bytes);
    return made;
}

std::string failure_of(std::string_view bytes)
{
    const heard made = hear(bytes);
    BOOST_TEST((made.answer.state() == state_kind::failed));
    return made.answer.failure();
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_request_names_the_place_twice)
{
    BOOST_TEST(net::connect_request("router.example.com", 443) ==
               "CONNECT router.example.com:443 HTTP/1.1\r\nHost: router.example.com:443\r\nUser-Agent: "
               "wamp-fcgi\r\n\r\n");
    BOOST_TEST(net::connect_request("::1", 8081) ==
               "CONNECT [::1]:8081 HTTP/1.1\r\nHost: [::1]:8081\r\nUser-Agent: wamp-fcgi\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(an_answer_of_2xx_is_a_tunnel_however_it_is_cut)
{
    for (const std::string& head : {
             std::string(established),
             std::string("HTTP/1.0 200\r\n\r\n"),
             std::string("HTTP/1.1 204 \r\nVia: 1.1 p\r\n\r\n"),
             std::string("HTTP/1.1 299 x\n\n"),
             std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
             std::string("HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 102\r\n\r\n").append(established),
         })
        for (std::size_t cut = 0; cut <= head.size(); ++cut)
            BOOST_TEST_CONTEXT(head << " cut at " << cut)
            {
                const std::string text = head + "\x7F\xF2 of the router\r\n\r\n";

                heard made = hear(text.substr(0, cut));
                BOOST_TEST((made.answer.state() == state_kind::connected) == (cut == head.size()));
                if (made.answer.state() == state_kind::incomplete)
                    made.feed(text.substr(cut));

                BOOST_TEST((made.answer.state() == state_kind::connected));
                BOOST_TEST(made.used == head.size());
            }
}

BOOST_AUTO_TEST_CASE(a_refusal_is_said_with_status_and_reason)
{
    BOOST_TEST(failure_of("HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!") ==
               R"(the proxy refused the tunnel with HTTP status 403 "Forbidden")");
    BOOST_TEST(failure_of("HTTP/1.1 502\r\n\r\n") == "the proxy refused the tunnel with HTTP status 502");
    BOOST_TEST(failure_of("HTTP/1.1 300 \r\n\r\n") == "the proxy refused the tunnel with HTTP status 300");
    BOOST_TEST(failure_of("HTTP/1.1 101 Switching Protocols\r\n\r\n") ==
               R"(the proxy refused the tunnel with HTTP status 101 "Switching Protocols")");
    BOOST_TEST(failure_of("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") ==
               R"(the proxy refused the tunnel with HTTP status 407 "Proxy Authentication Required")"
               " (wamp-fcgi cannot log in at a proxy)");
}

BOOST_AUTO_TEST_CASE(a_reason_cannot_forge_a_line_and_is_cut)
{
    const std::string why = failure_of("HTTP/1.1 503 \x1B[31m\r\xFF" + std::string(300, 'x') + "\r\n\r\n");

    BOOST_TEST(why.find(R"(status 503 "\x1b[31m\x0d\xffxxx)") != std::string::npos);
    BOOST_TEST(why.size() < 270U);
    BOOST_TEST(why.ends_with("\"..."));
}

BOOST_AUTO_TEST_CASE(another_protocol_is_noticed_before_its_line_ends)
{
    for (const std::string& bytes : {
             std::string("SSH-2.0-Open"),
             std::string("HTTP/2.0 200"),
             std::string("HTTP/1.1 20x"),
             std::string("http/1.1 200"),
             std::string("\x05\xFF\0\0\0\0\0\0\0\0\0\0", 12),
         })
        BOOST_TEST_CONTEXT(bytes)
        {
            BOOST_TEST((hear(std::string_view(bytes).substr(0, 11)).answer.state() == state_kind::incomplete));
            BOOST_TEST(failure_of(bytes).starts_with("the proxy's answer is not HTTP/1.1: \""));
        }
    BOOST_TEST(failure_of("+OK\r\n") == R"(the proxy's answer is not HTTP/1.1: "+OK")");
    BOOST_TEST(failure_of("\r\n") == R"(the proxy's answer is not HTTP/1.1: "")");
    BOOST_TEST(failure_of("HTTP/1.1 2000\r\n") == R"(the proxy's answer is not HTTP/1.1: "HTTP/1.1 2000")");
    BOOST_TEST(failure_of("HTTP/1.1 100\r\n\r\n\x7F\xF2\r\n").starts_with("the proxy's answer is not HTTP/1.1: "));
}

BOOST_AUTO_TEST_CASE(an_answer_of_16_KiB_is_accepted_and_a_byte_more_is_not)
{
    std::string text = "HTTP/1.1 200 OK\r\nA: ";
    text.append(proxy_answer::max_bytes - text.size() - 4, 'a').append("\r\n\r\n");
    std::string longer = text;
    longer.insert(20, 1, 'a');

    BOOST_TEST((hear(text).answer.state() == state_kind::connected));
    BOOST_TEST(failure_of(longer) == "the proxy's answer is longer than 16 KiB");
}

BOOST_AUTO_TEST_CASE(interim_answers_without_an_end_are_too_long)
{
    proxy_answer answer;

    for (int count = 0; count < 2000 && answer.state() == state_kind::incomplete; ++count)
        answer.feed("HTTP/1.1 100\r\n\r\n");

    BOOST_TEST(answer.failure() == "the proxy's answer is longer than 16 KiB");
}

BOOST_AUTO_TEST_CASE(a_proxy_that_closes_is_said)
{
    BOOST_TEST(hear("").answer.cut_short() == "the proxy closed the connection without an answer");
    BOOST_TEST(hear("HTTP/1.1 200 OK\r\nVia: ").answer.cut_short() ==
               R"(the proxy closed the connection in the middle of its answer, at "Via: ")");
}
