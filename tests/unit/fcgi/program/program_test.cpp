#include "wampfcgi/fcgi/cgi.hpp"

#include "support/fake_service.hpp"
#include "support/sink_contract.hpp"
#include "support/standard_error.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include <fcntl.h>
#include <unistd.h>

using namespace wampfcgi;

namespace {

/// A started CGI program, and the web server's ends of its pipes.
struct started_program {
    started_program()
    {
        BOOST_REQUIRE(::pipe2(input.data(), O_CLOEXEC) == 0);
        BOOST_REQUIRE(::pipe2(output.data(), O_CLOEXEC) == 0);
        BOOST_REQUIRE(::write(input[1], "body", 4) == 4);
        ::close(input[1]);
        static const std::array<const char*, 3> variables{"REQUEST_METHOD=POST", "CONTENT_LENGTH=4", nullptr};
        give_up = fcgi::serve_cgi(service, {variables.data(), input[0], output[1]},
                                  [this](bool written) { finished += written ? "written" : "not written"; });
    }
    ~started_program() { ::close(output[0]); }

    std::string read_all() const
    {
        std::string got;
        std::array<char, 4096> piece{};
        for (ssize_t bytes = 0; (bytes = ::read(output[0], piece.data(), piece.size())) > 0;)
            got.append(piece.data(), static_cast<std::size_t>(bytes));
        return got;
    }

    fake_service service;
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    std::string finished;
    std::function<void()> give_up;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_cgi_program_keeps_to_the_contract_of_a_response_sink)
{
    check_sink_contract([](const auto& use) {
        started_program program;
        BOOST_REQUIRE(program.service.open.size() == 1U);
        BOOST_TEST(program.service.open.front()->body == "body");
        auto got = std::async(std::launch::async, [&] { return program.read_all(); });
        use(program.service.open.front()->client);
        BOOST_TEST(program.finished == "written");
        const std::string text = got.get();
        BOOST_REQUIRE(text.starts_with("Status: "));
        return text.substr(8, 4) + text.substr(text.find("\r\n\r\n") + 4);
    });
}

BOOST_AUTO_TEST_CASE(a_cgi_program_that_is_given_up_ends_its_exchange_and_writes_nothing)
{
    started_program program;

    program.give_up();
    program.give_up();

    BOOST_TEST(program.service.given_up == 1);
    BOOST_TEST(program.finished == "not written");
    BOOST_TEST(program.read_all() == "");
}
