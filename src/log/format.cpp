#include "log/format.hpp"

#include "log/escape.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include <syslog.h>

namespace wampfcgi::log {

namespace {

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

bool is_bare(std::string_view value) noexcept
{
    return !value.empty() && std::all_of(value.begin(), value.end(),
                                         [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\'; });
}

void append_text(std::string& out, const field& one)
{
    out += ' ';
    out += one.key;
    out += '=';
    if (one.what == field::kind::outside)
        out += quote(one.value);
    else if (is_bare(one.value))
        out += one.value;
    else
        append_quoted(out, one.value);
}

void append_text(std::string& out, const record& what)
{
    append_escaped(out, what.text);
    for (const field& one : what.with)
        append_text(out, one);
}

/// The value for formats in which fields are separate without quotes.
std::string escaped_value(const field& one)
{
    if (one.what == field::kind::outside)
        return escape_outside(one.value);
    std::string value;
    append_escaped(value, one.value);
    return value;
}

void append_member(std::string& out, std::string_view key, std::string_view value)
{
    out += out.empty() ? "{\"" : ",\"";
    out += key;
    out += "\":";
    out += value;
}

/// After escaping for a line, only quotes and backslashes are left to escape for JSON.
std::string json_string(std::string_view text)
{
    std::string escaped;
    append_escaped(escaped, text);
    std::string quoted;
    append_quoted(quoted, escaped);
    return quoted;
}

std::string json_object(const record& what)
{
    std::string out;
    append_member(out, "time", json_string(format_time(what.time)));
    append_member(out, "level", json_string(name_of(what.level)));
    append_member(out, "pid", std::to_string(what.pid));
    append_member(out, "message", json_string(what.text));
    for (const field& one : what.with)
        append_member(out, one.key, one.what == field::kind::number ? one.value : json_string(escaped_value(one)));
    return out + '}';
}

/// "KEY", a line feed, the length as 64 bits little-endian, the value, a line feed. So no value can begin another
/// field.
void append_journal_field(std::string& out, std::string_view key, std::string_view value)
{
    for (const char c : key)
        out += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    out += '\n';
    for (std::size_t i = 0; i < 8; ++i)
        out += static_cast<char>(static_cast<std::uint64_t>(value.size()) >> (8 * i) & 0xFFU);
    out += value;
    out += '\n';
}

}  // namespace

std::string format_time(std::chrono::sys_time<std::chrono::milliseconds> time)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const std::time_t since_epoch = std::chrono::system_clock::to_time_t(seconds);
    std::tm parts{};
    ::gmtime_r(&since_epoch, &parts);
    std::array<char, 32> day_and_time{};
    const std::size_t length = std::strftime(day_and_time.data(), day_and_time.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::array<char, 8> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>((time - seconds).count()));
    return std::string(day_and_time.data(), length) + fraction.data();
}

std::string text_line(const record& what, bool stamped)
{
    std::string line;
    line.reserve(what.text.size() + 64);
    if (stamped)
        line.append(format_time(what.time)).append(" [").append(std::to_string(what.pid)).append("] ");
    line.append(name_of(what.level)).append(": ");
    append_text(line, what);
    return line + '\n';
}

std::string json_line(const record& what)
{
    return json_object(what) + '\n';
}

std::string journal_entry(const record& what, log_format format)
{
    std::string message;
    if (format == log_format::json)
        message = json_object(what);
    else
        append_text(message, what);
    std::string entry;
    append_journal_field(entry, "PRIORITY", std::to_string(syslog_priority(what.level)));
    append_journal_field(entry, "SYSLOG_IDENTIFIER", "wamp-fcgi");
    append_journal_field(entry, "MESSAGE", message);
    for (const field& one : what.with)
        append_journal_field(entry, one.key, escaped_value(one));
    return entry;
}

int syslog_priority(log_level level) noexcept
{
    switch (level) {
    case log_level::error:
        return LOG_ERR;
    case log_level::warning:
        return LOG_WARNING;
    case log_level::notice:
        return LOG_NOTICE;
    case log_level::info:
        return LOG_INFO;
    case log_level::debug:
        return LOG_DEBUG;
    }
    return LOG_ERR;
}

}  // namespace wampfcgi::log
