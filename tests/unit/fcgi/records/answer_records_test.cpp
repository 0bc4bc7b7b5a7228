// The records of an answer, as parsed by a web server.
#include "fcgi/records/answer_records.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

using namespace wampfcgi;
using namespace wampfcgi::fcgi;

namespace {

/// The content of records, and which ends they contain.
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
    return "Status: 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: 1-2\r\nContent-Length: " +
           std::to_string(what.body.size()) + "\r\n\r\n" + what.body;
}

/// Takes everything, at most `bytes_a_write` at a time.
std::string write_out(answer_records& answer, std::size_t bytes_a_write)
{
    std::string written;
    while (!answer.piece_at(0).empty()) {
        const std::string_view piece = answer.piece_at(0).substr(0, bytes_a_write);
        written += piece;
        answer.advance(piece.size());
    }
    return written;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_answer_in_the_memory_of_another_is_the_same)
{
    for (const std::size_t body_bytes : {0U, 10U, 20'000U, 70'000U}) {
        answer_records other(3, response_of(2000), "9-9");
        write_out(other, 1'000'000);
        answer_records alone(7, response_of(body_bytes), "1-2");
        answer_records records(7, response_of(body_bytes), "1-2", answer_end::request, other.take_memory());

        BOOST_TEST(write_out(records, 1'000'000) == write_out(alone, 1'000'000));
    }
}

BOOST_AUTO_TEST_CASE(an_answer_without_the_end_of_the_request_has_the_end_of_its_output)
{
    for (const std::size_t body_bytes : {10U, 70'000U}) {
        const response what = response_of(body_bytes);
        answer_records records(7, response(what), "1-2", answer_end::output);

        const read_answer found = read_records(write_out(records, 1'000'000), 7);

        BOOST_TEST(found.fault == "");
        BOOST_TEST(found.stream == stream_of(what));
        BOOST_TEST(found.stream_ended);
        BOOST_TEST(!found.request_ended);
    }
}

BOOST_AUTO_TEST_CASE(an_answer_of_any_size_is_read_as_it_was)
{
    for (const std::size_t bytes : std::initializer_list<std::size_t>{0, 1, 12, 16'384, 16'385, 65'527, 65'528, 65'529,
                                                                      131'056, 131'057, 3'000'000})
        BOOST_TEST_CONTEXT(bytes << " bytes")
        {
            const response what = response_of(bytes);
            answer_records answer(0x1234, response(what), "1-2");

            const std::string written = write_out(answer, 1'000'000);

            const read_answer read = read_records(written, 0x1234);
            BOOST_TEST(read.fault == "");
            BOOST_TEST((read.stream == stream_of(what)));
            BOOST_TEST(read.stream_ended);
            BOOST_TEST(read.request_ended);
            BOOST_TEST(answer.written_bytes() == written.size());
        }
}

BOOST_AUTO_TEST_CASE(an_answer_is_whole_however_it_is_written)
{
    const response what = response_of(150'000);
    for (const std::size_t bytes : {1U, 7U, 8U, 4096U, 65'536U}) {
        answer_records answer(1, response(what), "1-2");
        BOOST_TEST((read_records(write_out(answer, bytes), 1).stream == stream_of(what)));
    }
}

BOOST_AUTO_TEST_CASE(pieces_behind_each_other_are_what_is_written)
{
    answer_records answer(1, response_of(150'000), "1-2");
    std::string gathered;
    for (std::string_view piece = answer.piece_at(0); !piece.empty(); piece = answer.piece_at(gathered.size()))
        gathered += piece;

    BOOST_TEST((gathered == write_out(answer, 1'000'000)));
}

BOOST_AUTO_TEST_CASE(a_stream_is_read_as_its_pieces_were)
{
    for (const std::size_t bytes_a_write : {1U, 100U, 1'000'000U}) {
        answer_records answer = answer_records::stream(7, response_of(0), "1-2");
        std::string written;
        std::string body;
        for (const std::size_t bytes : {1U, 10U, 65'528U, 65'529U, 200'000U}) {
            const std::string piece(bytes, static_cast<char>('a' + bytes % 26));
            body += piece;
            answer.append(piece);
            BOOST_TEST(answer.waiting_bytes() >= bytes);
            // Only a part: the rest waits for the next piece.
            const std::string_view some = answer.piece_at(0).substr(0, bytes / 2);
            written += some;
            answer.advance(some.size());
        }
        answer.finish();
        written += write_out(answer, bytes_a_write);

        const read_answer read = read_records(written, 7);
        BOOST_TEST(read.fault == "");
        BOOST_TEST(
            (read.stream == "Status: 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: 1-2\r\n\r\n" + body));
        BOOST_TEST(read.stream_ended);
        BOOST_TEST(read.request_ended);
        BOOST_TEST(answer.waiting_bytes() == 0U);
        BOOST_TEST(answer.written_bytes() == written.size());
    }
}
