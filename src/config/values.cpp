#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace wampfcgi::config {
namespace {

std::string range(std::uint64_t least, std::uint64_t most)
{
    return std::to_string(least) + ".." + std::to_string(most);
}

// The shortest form of a number in JSON.
std::string shortest(double number)
{
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

}  // namespace

std::optional<bool> read_boolean(const entry& from)
{
    if (from.value->type != node::kind::boolean) {
        from.refuse("true or false");
        return std::nullopt;
    }
    return from.value->text == "true";
}

std::optional<std::string> read_text(const entry& from)
{
    if (from.value->type != node::kind::string) {
        from.refuse("a string");
        return std::nullopt;
    }
    if (from.value->text.empty()) {
        from.refuse("a string that is not empty");
        return std::nullopt;
    }
    return from.value->text;
}

std::optional<std::string> read_absolute_path(const entry& from)
{
    return read_string_as<std::string>(from, "an absolute path",
                                       [](const std::string& text) -> std::optional<std::string> {
                                           if (!text.starts_with('/') || text.find('\0') != std::string::npos)
                                               return std::nullopt;
                                           return text;
                                       });
}

std::optional<std::uint64_t> read_integer(const entry& from, std::uint64_t least, std::uint64_t most)
{
    const std::string& text = from.value->text;
    if (from.value->type != node::kind::number || text.find_first_of(".eE") != std::string::npos) {
        from.refuse("an integer in " + range(least, most));
        return std::nullopt;
    }
    std::uint64_t value = 0;
    const char* const begin = text.data() + (text == "-0" ? 1 : 0);
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
    if (error != std::errc{} || value < least || value > most) {
        from.refuse(range(least, most));
        return std::nullopt;
    }
    return value;
}

std::optional<std::chrono::milliseconds> read_seconds(const entry& from, double least, double most)
{
    const std::string range = shortest(least) + ".." + shortest(most);
    const std::string& text = from.value->text;
    if (from.value->type != node::kind::number) {
        from.refuse("a number in " + range);
        return std::nullopt;
    }
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || seconds < least || seconds > most) {
        from.refuse(range);
        return std::nullopt;
    }
    const auto rounded = std::llround(seconds * 1000);
    return std::chrono::milliseconds{seconds > 0 ? std::max(rounded, 1LL) : rounded};
}

std::optional<std::vector<entry>> read_items(const entry& from, const std::string& expected)
{
    if (from.value->type != node::kind::list) {
        from.refuse(expected);
        return std::nullopt;
    }
    return from.items();
}

}  // namespace wampfcgi::config
