// Owns the simplest possible FastCGI responder with libfcgi, for comparison with wamp-fcgi. It reads the body and sends
// a constant answer, with the headers that wamp-fcgi sends. It ignores the request except for the length of the answer:
// the query "answer=N" asks for N bytes of body. As a CGI program it answers the one request.
#include "responder.hpp"

#include <array>

namespace {

constexpr std::string_view small_body = R"({"args":[5]})";

/// The constant answer, made again only when another length is requested.
class constant_answer {
public:
    explicit constant_answer(const bench::options&) {}

    const std::string& to(const FCGX_Request& request)
    {
        return for_query(FCGX_GetParam("QUERY_STRING", request.envp));
    }

    const std::string& for_query(const char* query)
    {
        const std::string_view asked = query != nullptr ? query : "";
        const std::size_t at = asked.find("answer=");
        const std::size_t bytes = at == std::string_view::npos ? 0 : std::strtoul(query + at + 7, nullptr, 10);
        if (bytes == bytes_)
            return text_;
        bytes_ = bytes;
        text_ = bench::answer_of(bytes == 0 ? std::string(small_body) : std::string(bytes, 'x'));
        return text_;
    }

private:
    std::size_t bytes_ = 0;
    std::string text_ = bench::answer_of(small_body);
};

int answer_as_cgi()
{
    std::array<char, 64 * 1024> body;
    while (::read(STDIN_FILENO, body.data(), body.size()) > 0) {}
    const std::string answer = constant_answer(bench::options{}).for_query(std::getenv("QUERY_STRING"));
    return ::write(STDOUT_FILENO, answer.data(), answer.size()) == static_cast<ssize_t>(answer.size()) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv)
{
    if (std::getenv("GATEWAY_INTERFACE") != nullptr)
        return answer_as_cgi();
    return bench::run_responder<constant_answer>(argc, argv);
}
