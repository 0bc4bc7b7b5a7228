// The records that an answer is made of, as a web server reads them.
#include "fcgi/answer_writer.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <unistd.h>

using namespace wampfcgi;
using namespace wampfcgi::fcgi;

namespace {

class socket_pair {
public:
    socket_pair() { BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()) == 0); }
    ~socket_pair()
    {
        ::close(ends_[0]);
        close_reader();
    }

    int writer() const { return ends_[0]; }
    void close_reader()
    {
        ::close(ends_[1]);
        ends_[1] = -1;
    }

    /// All that can be read now.
    std::string read()
    {
        std::string all;
        std::array<char, 100'000> piece;
        for (ssize_t got = 0; (got = ::recv(ends_[1], piece.data(), piece.size(), MSG_DONTWAIT)) > 0;)
            all.append(piece.data(), static_cast<std::size_t>(got));
        return all;
    }

private:
    std::array<int, 2> ends_{-1, -1};
};

/// What a web server makes of records: the stream, and what ended it.
struct read_answer {
    std::string stream;
    bool stream_ended = false;
    bool request_ended = false;
    std::string fault;
};

read_answer read_records(std::string_view bytes, unsigned request_id)
{
    read_answer answer;
    while (!bytes.empty() && answer.fault.empty()) {
        const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
        const std::size_t content = bytes.size() < 8 ? 0 : at(4) * 256 + at(5);
        if (bytes.size() < 8 + content || at(0) != 1 || at(2) * 256 + at(3) != request_id || at(6) != 0) {
            answer.fault = "malformed record";
        } else if (at(1) == 6 && !answer.stream_ended) {
            answer.stream += bytes.substr(8, content);
            answer.stream_ended = content == 0;
        } else if (at(1) == 3 && content == 8 && bytes.substr(8, 8) == std::string(8, '\0') && !answer.request_ended) {
            answer.request_ended = true;
        } else {
            answer.fault = "unexpected record";
        }
        bytes.remove_prefix(std::min(bytes.size(), 8 + content));
    }
    return answer;
}

response response_of(std::size_t body_bytes)
{
    response what;
    what.headers = {{"Content-Type", "application/json"}};
    for (std::size_t i = 0; i < body_bytes; ++i)
        what.body += static_cast<char>('a' + i / 7 % 26);
    return what;
}

std::string stream_of(const response& what)
{
    return "Status: 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(what.body.size()) +
           "\r\n\r\n" + what.body;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_answer_of_any_size_is_read_as_it_was)
{
    for (const std::size_t bytes : std::initializer_list<std::size_t>{0, 1, 12, 16'384, 16'385, 65'527, 65'528, 65'529,
                                                                      131'056, 131'057, 3'000'000})
        BOOST_TEST_CONTEXT(bytes << " bytes")
        {
            socket_pair connection;
            const response what = response_of(bytes);
            answer_writer writer(0x1234, what);

            std::string received;
            auto reached = answer_writer::progress::blocked;
            while (reached == answer_writer::progress::blocked) {
                reached = writer.write(connection.writer());
                received += connection.read();
            }

            BOOST_TEST((reached == answer_writer::progress::done));
            const read_answer read = read_records(received, 0x1234);
            BOOST_TEST(read.fault == "");
            BOOST_TEST((read.stream == stream_of(what)));
            BOOST_TEST(read.stream_ended);
            BOOST_TEST(read.request_ended);
        }
}

BOOST_AUTO_TEST_CASE(an_answer_is_whole_wherever_the_socket_was_full)
{
    for (std::size_t bytes = 150'000; bytes < 150'040; ++bytes)
        BOOST_TEST_CONTEXT(bytes << " bytes")
        {
            socket_pair connection;
            const int small = 5000;
            ::setsockopt(connection.writer(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
            const response what = response_of(bytes);
            answer_writer writer(1, what);

            std::string received;
            int blocked = 0;
            for (; writer.write(connection.writer()) == answer_writer::progress::blocked; ++blocked)
                received += connection.read();
            received += connection.read();

            BOOST_TEST(blocked > 5);
            BOOST_TEST((read_records(received, 1).stream == stream_of(what)));
        }
}

BOOST_AUTO_TEST_CASE(a_web_server_that_has_gone_fails_the_answer_and_ends_nothing_else)
{
    socket_pair connection;
    connection.close_reader();
    answer_writer writer(1, response_of(10));

    BOOST_TEST((writer.write(connection.writer()) == answer_writer::progress::failed));
}
