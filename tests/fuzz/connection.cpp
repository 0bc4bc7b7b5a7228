// Input: a whole connection of the web server, without its socket. The first byte chooses the service's behaviour; the
// rest is what the web server sends. If answered at its end, each request must have the same answer however its bytes
// are cut. Whenever it is answered, no record of an answer may have the id 0, and no request may be answered twice.
#include "target.hpp"

#include "support/scripted_driver.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace wampfcgi::fuzz {
namespace {

using namespace fcgi;

struct found_records {
    std::string answers;  // without replies to management records
    std::string management;
    std::size_t completed = 0;  // requests answered, or aborted by the web server
};

found_records records_of(std::string_view sent)
{
    found_records found;
    const auto octet = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(sent[at])); };
    while (!sent.empty()) {
        must(sent.size() >= record_header_bytes, "what is sent is whole records");
        const std::size_t bytes = record_header_bytes + octet(4) * 256 + octet(5) + octet(6);
        must(sent.size() >= bytes, "what is sent is whole records");
        const auto type = static_cast<record_type>(octet(1));
        const unsigned id = octet(2) * 256 + octet(3);
        const bool is_answer = type == record_type::standard_output || type == record_type::end_request;
        must(is_answer == (id != 0), "an answer has the id of a request, and nothing else has one");
        if (is_answer)  // without its length, which depends on that of the id
            found.answers.append(sent.substr(0, 4))
                .append(sent.substr(record_header_bytes, bytes - record_header_bytes));
        else
            found.management += sent.substr(0, bytes);
        if (type == record_type::end_request && octet(record_header_bytes + 4) == 0)
            ++found.completed;
        sent.remove_prefix(bytes);
    }
    return found;
}

struct outcome {
    std::string answers;
    std::string management;
    std::size_t requests_begun;
    std::size_t requests_served;
    bool is_closed;

    bool operator==(const outcome&) const = default;
};

enum class service { answers_at_once, refuses, answers_later, streams };

void stream(scripted_driver& driver)
{
    driver.begin_stream();
    driver.tell(event::stream_data{"ans"});
    driver.tell(event::stream_data{"wer"});
    driver.tell(event::stream_ended{});
}

/// Every request has another id.
std::string without_ids(std::string answers)
{
    constexpr std::string_view name = "X-Request-Id: ";
    for (std::size_t at = 0; (at = answers.find(name, at)) != std::string::npos;)
        answers.erase(at, answers.find("\r\n", at) - at);
    return answers;
}

outcome serve(std::string_view bytes, service how, std::size_t bytes_a_read)
{
    scripted_driver driver;
    driver.bytes_a_read = bytes_a_read;
    if (how == service::answers_at_once)
        driver.at_once = response{200, {}, "answer"};
    if (how == service::refuses)
        driver.refusal = response{404, {}, "refused"};
    driver.send(bytes);
    for (bool more = true; more && !driver.is_closed;) {
        more = driver.fsm.current() == connection_fsm::state::serving || driver.done.back() == action::yield;
        if (driver.done.back() == action::yield)
            driver.have_turn();
        else if (more && how == service::streams)
            stream(driver);
        else if (more)
            driver.answer("answer");
    }
    driver.hang_up();
    must(driver.is_closed, "a connection that is hung up is closed");
    must(driver.resources.requests.taken() == 0 && driver.resources.answers.taken() == 0, "all is given back");
    const found_records found = records_of(driver.sent);
    must(found.completed <= driver.requests_begun, "no request is answered twice");
    must(driver.served.size() <= driver.requests_begun, "only a request that has begun is served");
    return {without_ids(found.answers), found.management, driver.requests_begun, driver.served.size(),
            driver.fsm.current() == connection_fsm::state::closed};
}

}  // namespace

void run(std::string_view input)
{
    if (input.empty() || input.size() > 20'000)
        return;
    const auto how = static_cast<service>(static_cast<unsigned char>(input.front()) % 4);
    input.remove_prefix(1);
    const outcome whole = serve(input, how, scripted_driver::any_number);
    for (const std::size_t bytes : {std::size_t{1}, std::size_t{13}}) {
        const outcome cut = serve(input, how, bytes);
        // If a request is refused before its body, another may follow in its place.
        must(how == service::refuses || cut == whole, "how the bytes are cut makes no difference");
    }
}

}  // namespace wampfcgi::fuzz
