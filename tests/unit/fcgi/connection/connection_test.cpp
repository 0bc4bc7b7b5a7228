#include "fcgi/connection/connection.hpp"

#include "support/fake_service.hpp"
#include "support/record_maker.hpp"
#include "support/sink_contract.hpp"
#include "support/standard_error.hpp"

#include "fcgi/cgi/limits.hpp"
#include "fcgi/connection/library_request.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <unistd.h>

using namespace wampfcgi;
using namespace wampfcgi::fcgi;
using namespace std::chrono_literals;

namespace {

/// A connection whose web server is the test, and the service behind it.
struct served_connection final : connection_owner {
    void open()
    {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
        web_server = ends[1];
        served = std::make_shared<connection>(loop, ends[0], connection_origin::accepted, shared, service, *this);
        served->start();
    }

    ~served_connection() override { ::close(web_server); }

    void send(std::string_view bytes)
    {
        BOOST_REQUIRE(::send(web_server, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                      static_cast<ssize_t>(bytes.size()));
        run_until([&] { return !service.open.empty(); });
    }

    /// What the web server receives until `done`, or until the connection is closed.
    std::string receive(const std::function<bool(std::string_view)>& done)
    {
        std::string got;
        run_until([&] {
            std::array<char, 4096> piece{};
            ssize_t bytes = 0;
            while ((bytes = ::recv(web_server, piece.data(), piece.size(), MSG_DONTWAIT)) > 0)
                got.append(piece.data(), static_cast<std::size_t>(bytes));
            return bytes == 0 || done(got);
        });
        return got;
    }

    void run_until(const std::function<bool()>& done)
    {
        const auto deadline = std::chrono::steady_clock::now() + 30s;
        while (!done() && std::chrono::steady_clock::now() < deadline) {
            loop.restart();
            loop.run_one_for(5ms);
        }
        BOOST_TEST(done());
    }

    void request_begins() override {}
    void hand_over(int fd) override { ::close(fd); }
    void closed(connection&) override
    {
        is_closed = true;
        served.reset();
    }

    boost::asio::io_context loop;
    shared_resources shared{read_by_library, make_room_for_body, 100, budget(64 * 1024 * 1024),
                            budget(64 * 1024 * 1024)};
    fake_service service;
    std::shared_ptr<connection> served;
    int web_server = -1;
    bool is_closed = false;
};

std::shared_ptr<served_connection> with_request(after_answer then = after_answer::close)
{
    auto made = std::make_shared<served_connection>();
    made->open();
    made->send(whole_request(then));
    return made;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_fastcgi_connection_keeps_to_the_contract_of_a_response_sink)
{
    check_sink_contract([](const auto& use) {
        const auto web = with_request();
        use(web->service.open.front()->client);
        const std::string answer = answers_in(web->receive([](std::string_view) { return false; }));
        BOOST_REQUIRE(answer.starts_with("1:"));
        BOOST_REQUIRE(answer.ends_with("; "));
        return answer.substr(2, answer.size() - 4);
    });
}

BOOST_AUTO_TEST_CASE(an_exchange_is_destroyed_with_its_answer)
{
    for (const bool is_whole : {true, false}) {
        const auto web = with_request(after_answer::keep);
        auto& begun = *web->service.open.front();
        if (!is_whole)
            begun.client.begin({200, {}, {}});

        if (is_whole)
            begun.respond({});
        else
            begun.end();

        BOOST_TEST(web->service.open.empty());
        BOOST_TEST(web->service.given_up == 0);
    }
}

BOOST_AUTO_TEST_CASE(an_exchange_whose_client_has_gone_is_given_up_in_a_later_turn_and_not_as_it_writes)
{
    const auto web = with_request();
    auto& begun = *web->service.open.front();
    begun.client.begin({200, {}, {}});
    ::shutdown(web->web_server, SHUT_RDWR);

    begun.client.write("x");
    BOOST_TEST(web->service.given_up == 0);

    web->run_until([&] { return web->is_closed; });
    BOOST_TEST(web->service.given_up == 1);
    BOOST_TEST(web->service.open.empty());
}

BOOST_AUTO_TEST_CASE(a_web_server_that_closes_has_the_exchange_given_up)
{
    const auto web = with_request();
    web->served->tell(event::watch_client{});
    ::shutdown(web->web_server, SHUT_RDWR);

    web->run_until([&] { return web->is_closed; });

    BOOST_TEST(web->service.given_up == 1);
}

BOOST_AUTO_TEST_CASE(letting_go_of_a_connection_gives_its_exchange_up_and_closes)
{
    const auto web = with_request();

    web->served->let_go();

    BOOST_TEST(web->is_closed);
    BOOST_TEST(web->service.given_up == 1);
    BOOST_TEST(web->receive([](std::string_view) { return false; }) == "");
}

BOOST_AUTO_TEST_CASE(a_service_that_answers_within_serve_leaves_no_exchange)
{
    auto web = std::make_shared<served_connection>();
    web->service.at_once = response{200, {}, "now"};
    web->open();
    const std::string bytes = whole_request(after_answer::close);
    BOOST_REQUIRE(::send(web->web_server, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                  static_cast<ssize_t>(bytes.size()));

    BOOST_TEST(answers_in(web->receive([](std::string_view) { return false; })) == "1:200 now; ");

    BOOST_TEST(web->service.given_up == 0);
}
