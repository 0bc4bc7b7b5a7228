#include "wampfcgi/fcgi/status_client.hpp"

#include "fcgi/records/records.hpp"
#include "support/record_maker.hpp"
#include "wampfcgi/core/descriptor.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wampfcgi::fcgi {
namespace {

/// Two ends of a connection; the first is non-blocking.
class connection {
public:
    connection()
    {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
        ours = descriptor(ends[0]);
        pools = descriptor(ends[1]);
        ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
    }

    void answer(std::string_view bytes) const
    {
        BOOST_REQUIRE(::write(pools.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
        ::shutdown(pools.get(), SHUT_WR);
    }

    descriptor ours;
    descriptor pools;
};

std::string answer_of(std::string_view text)
{
    return make_record(record_type::standard_output, text) +
           make_record(record_type::end_request, std::string(8, '\0'));
}

auto ask(const connection& where, std::chrono::milliseconds patience = std::chrono::seconds(60))
{
    return ask_for_status(where.ours.get(), "json", std::chrono::steady_clock::now() + patience);
}

BOOST_AUTO_TEST_SUITE(asking_for_status)

BOOST_AUTO_TEST_CASE(the_pool_is_asked_by_a_variable_that_no_web_server_sends)
{
    const connection where;
    where.answer("");
    ask(where);

    std::array<char, 1024> bytes{};
    const ssize_t got = ::read(where.pools.get(), bytes.data(), bytes.size());

    const std::string expected = begin_record(after_answer::close) +
                                 params_records({{"WAMP_FCGI_STATUS", "json"}, {"REQUEST_METHOD", "GET"}}) +
                                 stdin_record("");
    BOOST_TEST(std::string(bytes.data(), static_cast<std::size_t>(got)) == expected);
}

BOOST_AUTO_TEST_CASE(what_a_pool_answers_is_given_back)
{
    const connection ready;
    ready.answer(answer_of("Status: 200 OK\r\nX-Wamp-Fcgi: ready\r\n\r\n{}\r\n\r\n"));
    const auto said = ask(ready);
    BOOST_REQUIRE(said.has_value());
    BOOST_TEST(said->is_ready);
    BOOST_TEST(said->text == "{}\r\n\r\n");

    const connection other;
    other.answer(answer_of("Status: 503 Service Unavailable\r\nX-Wamp-Fcgi: not ready\r\n\r\n{}"));
    const auto not_ready = ask(other);
    BOOST_REQUIRE(not_ready.has_value());
    BOOST_TEST(!not_ready->is_ready);
}

BOOST_AUTO_TEST_CASE(whatever_else_answers_is_trouble)
{
    struct row {
        std::string_view bytes;
        std::string_view trouble;
    };
    const std::string of_another = answer_of("Status: 404 Not Found\r\n\r\nX-Wamp-Fcgi: ready");
    for (const row& each : {
             row{"", "it closed the connection without an answer"},
             row{std::string_view(of_another).substr(0, 20), "it closed the connection without an answer"},
             row{"HTTP/1.1 400 Bad Request\r\n\r\n", "the program that listens there does not speak FastCGI"},
             row{of_another, "the program that listens there reports no status: it is not wamp-fcgi, or too old"},
         }) {
        const connection where;
        where.answer(each.bytes);

        const auto said = ask(where);

        BOOST_REQUIRE(!said.has_value());
        BOOST_TEST(said.error().text == each.trouble);
    }
}

BOOST_AUTO_TEST_CASE(a_pool_that_is_silent_is_not_waited_for_any_longer)
{
    const connection where;

    const auto said = ask(where, std::chrono::milliseconds(1));

    BOOST_REQUIRE(!said.has_value());
    BOOST_TEST(said.error().text == "no answer in time");
}

BOOST_AUTO_TEST_CASE(a_connection_that_has_gone_is_no_signal)
{
    connection where;
    where.pools.reset();

    BOOST_TEST(!ask(where).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace wampfcgi::fcgi
