#include "wampfcgi/log/log.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <poll.h>
#include <unistd.h>

namespace wampfcgi::log {

namespace {

constexpr std::size_t max_quoted_bytes = 200;
constexpr int full_pipe_patience_ms = 1000;

std::atomic<log_level> threshold{log_level::notice};

std::string_view name_of(log_level level) noexcept
{
    switch (level) {
    case log_level::error:
        return "error";
    case log_level::warning:
        return "warning";
    case log_level::notice:
        return "notice";
    case log_level::info:
        return "info";
    case log_level::debug:
        return "debug";
    }
    return "error";
}

/// Length of the character that `text` begins with, and its code point; length 0 where that is not UTF-8.
struct character {
    std::size_t length = 0;
    std::uint32_t code = 0;
};

/// Bounds of well-formed UTF-8: no overlong form, no surrogate, nothing past U+10FFFF (RFC 3629, 3).
bool is_scalar(std::size_t length, std::uint32_t code) noexcept
{
    constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    return code >= smallest[length] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

character first_character(std::string_view text) noexcept
{
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
    const std::uint32_t lead = byte(0);
    if (lead < 0x80)
        return {1, lead};
    const std::size_t length = lead >= 0xF8 ? 0 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
    if (length == 0 || text.size() < length)
        return {};
    std::uint32_t code = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80)
            return {};
        code = code << 6U | (byte(i) & 0x3FU);
    }
    return is_scalar(length, code) ? character{length, code} : character{};
}

/// Characters that end a line or move text about where a log is looked at: C0 and C1 controls, U+2028 and U+2029, and
/// the overrides and isolates of bidirectional text.
bool is_unfit(std::uint32_t code) noexcept
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

void append_hex(std::string& out, std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += "\\x";
        out += digits[byte >> 4U];
        out += digits[byte & 0xFU];
    }
}

/// Moves the first character of `text`, or its first byte where that is not UTF-8, escaped where needed, to `out`.
void take_escaped(std::string& out, std::string_view& text, bool quoted)
{
    const character first = first_character(text);
    const std::string_view bytes = text.substr(0, first.length == 0 ? 1 : first.length);
    text.remove_prefix(bytes.size());
    if (first.length == 0 || is_unfit(first.code)) {
        append_hex(out, bytes);
        return;
    }
    if (quoted && (first.code == '"' || first.code == '\\'))
        out += '\\';
    out += bytes;
}

/// False where it cannot be written to within the patience: whoever reads the log must not stop the program.
bool wait_until_writable(int fd) noexcept
{
    pollfd wanted{fd, POLLOUT, 0};
    return poll(&wanted, 1, full_pipe_patience_ms) > 0;
}

void write_all(int fd, std::string_view bytes) noexcept
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
        else if (errno == EAGAIN && !wait_until_writable(fd))
            return;
        else if (errno != EINTR && errno != EAGAIN)
            return;
    }
}

}  // namespace

void set_threshold(log_level least_important) noexcept
{
    threshold.store(least_important, std::memory_order_relaxed);
}

bool enabled(log_level level) noexcept
{
    return level <= threshold.load(std::memory_order_relaxed);
}

std::string format(log_level level, std::string_view text)
{
    std::string line;
    line.reserve(text.size() + 16);
    line += name_of(level);
    line += ": ";
    while (!text.empty())
        take_escaped(line, text, false);
    line += '\n';
    return line;
}

void write(log_level level, std::string_view text) noexcept
{
    if (!enabled(level))
        return;
    const int saved_errno = errno;
    try {
        write_all(STDERR_FILENO, format(level, text));
    } catch (const std::exception&) {
        write_all(STDERR_FILENO, "error: a log line was lost: out of memory\n");
    }
    errno = saved_errno;
}

std::string quote(std::string_view peer_text)
{
    std::string quoted = "\"";
    while (!peer_text.empty()) {
        const std::size_t before = quoted.size();
        take_escaped(quoted, peer_text, true);
        if (quoted.size() > max_quoted_bytes + 1) {  // 1: the opening quote
            quoted.resize(before);
            return quoted + "\"...";
        }
    }
    return quoted + '"';
}

}  // namespace wampfcgi::log
