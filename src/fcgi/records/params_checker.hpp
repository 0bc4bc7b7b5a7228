// Owns the check that a stream of CGI variables (FastCGI specification, 3.4) is well-formed. libfcgi trusts every
// length and takes a zero byte for the end of a string, so the checked and signed text could differ from what was sent.
#pragma once

#include <cstddef>
#include <string_view>

namespace wampfcgi::fcgi {

class params_checker {
public:
    /// The most bytes of the whole stream.
    static constexpr std::size_t most_bytes = 256 * 1024;

    /// Checks the next bytes of the stream. Returns what is wrong, for the log; empty when nothing is.
    std::string_view feed(std::string_view bytes);

    /// Counts bytes that need no check.
    void skip(std::size_t bytes) noexcept { bytes_ += bytes; }

    /// The stream has ended. Returns what is wrong with that, like feed().
    std::string_view finish() const;

    std::size_t bytes() const noexcept { return bytes_; }

private:
    enum class part { name_length, value_length, name, value };

    void skip_sound_pairs(std::string_view& bytes) const;
    bool take_length_byte(unsigned char byte);
    std::string_view begin_pair();
    std::string_view take_text(std::string_view& bytes);

    std::size_t bytes_ = 0;
    part next_ = part::name_length;
    std::size_t length_bytes_left_ = 0;  // missing bytes of a four-byte length
    std::size_t length_ = 0;
    std::size_t name_left_ = 0;
    std::size_t value_left_ = 0;
};

}  // namespace wampfcgi::fcgi
