// Owns the protocol of Valkey and Redis, RESP2: encodes commands, decodes replies. Uses hiredis.
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

/// Encodes a command; arguments may contain any bytes.
std::string valkey_command(std::initializer_list<std::string_view> arguments);

struct valkey_reply {
    enum class kind { nil, status, error, integer, string, array };

    kind what = kind::nil;
    std::int64_t integer = 0;
    std::string text{};  ///< of a status, an error or a string, as the server sent it
    std::vector<valkey_reply> elements{};

    bool is_error(std::string_view beginning = {}) const { return what == kind::error && text.starts_with(beginning); }
};

/// Splits the bytes of a server into replies.
class valkey_reader {
public:
    valkey_reader();

    void feed(std::string_view bytes);

    /// The next complete reply. Nothing when more bytes are needed, or after a fault().
    std::optional<valkey_reply> next();

    /// Why the bytes are not a reply, for the log; empty: no fault. Reading cannot go on after a fault.
    const std::string& fault() const noexcept { return fault_; }

private:
    struct deleter {
        void operator()(redisReader* reader) const noexcept;
    };

    std::unique_ptr<redisReader, deleter> reader_;
    std::size_t pending_bytes_ = 0;  // received since the last reply
    std::string fault_;
};

}  // namespace wampfcgi::store
