#include "fcgi/answer_log.hpp"

#include "wampfcgi/log/log.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>

#include <unistd.h>

namespace wampfcgi::fcgi {
namespace {

/// Fields are key=value; what a client chose is quoted, so that it can pose as no other field.
std::string context(const request& req, const bridge::answer& given, std::chrono::steady_clock::duration took)
{
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    std::string text = " id=" + req.id + " peer=" + log::quote(req.remote_addr) +
                       " path=" + log::quote(req.script_name + req.path_info) +
                       " status=" + std::to_string(given.http.status) + " duration_us=" + std::to_string(micros);
    if (!given.procedure.empty())
        text += " procedure=" + log::quote(given.procedure);
    return text;
}

std::string refusal_text(const failure& why)
{
    std::string text = "request refused: ";
    text += describe(why.code).name;
    if (!why.parameter.empty())
        text += " " + why.parameter;
    if (!why.detail.empty())
        text += ": " + why.detail;
    if (!why.peer_text.empty())
        text += " " + log::quote(why.peer_text);
    return text + " [wampfcgi:" + std::to_string(static_cast<int>(why.code)) + "]";
}

std::string hex(std::uint64_t number)
{
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
    return {digits.data(), end};
}

}  // namespace

void log_answer(const request& req, const bridge::answer& given, std::chrono::steady_clock::duration took)
{
    const log_level level = given.why ? describe(given.why->code).level : log_level::debug;
    const log_level loud = given.debug ? std::min(level, log_level::notice) : level;
    if (!log::enabled(loud))
        return;
    std::string text;
    if (given.why)
        text = refusal_text(*given.why);
    else if (!given.error_uri.empty())
        text = "call ended with " + log::quote(given.error_uri);
    else
        text = "request answered";
    log::write(loud, text + context(req, given, took));
}

std::string next_request_id()
{
    static std::uint64_t count = 0;
    static const std::string process = hex(static_cast<std::uint64_t>(::getpid()));
    return process + '-' + hex(++count);
}

}  // namespace wampfcgi::fcgi
