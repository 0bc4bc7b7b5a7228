// Owns parsing the answer to a request: the records of a FastCGI program, up to the end of the request.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wampfcgi::fcgi {

class answer_reader {
public:
    /// The most bytes of an answer.
    static constexpr std::size_t most_bytes = 64 * 1024 * 1024;

    enum class state {
        unfinished,
        whole,
        malformed,  ///< not an answer to request 1, or too long
    };

    /// Parses the next bytes. The state is final once it is not unfinished.
    state feed(std::string_view bytes);

    /// Header section and body, as far as received.
    const std::string& content() const noexcept { return content_; }

private:
    bool take_record();

    std::string unread_;
    std::string content_;
    state state_ = state::unfinished;
};

}  // namespace wampfcgi::fcgi
