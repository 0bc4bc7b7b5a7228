// Owns the bytes of Valkey's and Redis's protocol, RESP2: commands into bytes, bytes into replies. hiredis does the
// work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

namespace wampfcgi::store {

/// A command with its arguments, whatever bytes they have.
std::string valkey_command(std::initializer_list<std::string_view> arguments);

struct valkey_reply {
    enum class kind { nil, status, error, integer, string, array };

    kind what = kind::nil;
    std::int64_t integer = 0;
    std::string text{};  ///< of a status, an error or a string; the server's words
    std::vector<valkey_reply> elements{};

    bool is_error(std::string_view beginning = {}) const { return what == kind::error && text.starts_with(beginning); }
};

/// Finds the replies in what a server sends.
class valkey_reader {
public:
    valkey_reader();

    void feed(std::string_view bytes);

    /// The next reply that is complete. None: it takes more bytes, or what came is no reply, see fault().
    std::optional<valkey_reply> next();

    /// What is wrong with what came, for the log; empty: nothing. There is no way on then.
    const std::string& fault() const noexcept { return fault_; }

private:
    struct deleter {
        void operator()(redisReader* reader) const noexcept;
    };

    std::unique_ptr<redisReader, deleter> reader_;
    std::size_t pending_bytes_ = 0;  // since the last reply
    std::string fault_;
};

}  // namespace wampfcgi::store
