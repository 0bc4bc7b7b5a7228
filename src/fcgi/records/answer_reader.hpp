// Owns reading the answer to a request: the records that a FastCGI program sends, until the request has ended.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wampfcgi::fcgi {

class answer_reader {
public:
    /// Most bytes of an answer.
    static constexpr std::size_t most_bytes = 64 * 1024 * 1024;

    enum class state {
        unfinished,
        whole,
        malformed,  ///< not what a FastCGI program sends to request 1, or too much of it
    };

    /// Takes the next bytes. Nothing changes the state once it is not unfinished.
    state feed(std::string_view bytes);

    /// Header section and body, as far as they have come.
    const std::string& content() const noexcept { return content_; }

private:
    bool take_record();

    std::string unread_;
    std::string content_;
    state state_ = state::unfinished;
};

}  // namespace wampfcgi::fcgi
