// Owns the readers of single values: they return the value, or report a mistake and return nothing.
#pragma once

#include "config/section.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::config {

std::optional<bool> read_boolean(const entry& from);

/// A non-empty string.
std::optional<std::string> read_text(const entry& from);

/// Refuses anything but the absolute path of a file.
std::optional<std::string> read_absolute_path(const entry& from);

std::optional<std::uint64_t> read_integer(const entry& from, std::uint64_t least, std::uint64_t most);

/// Seconds, with or without a fraction; never rounds a value above 0 down to 0.
std::optional<std::chrono::milliseconds> read_seconds(const entry& from, double least, double most);

/// Refuses a value that is not a list; `expected` describes the list.
std::optional<std::vector<entry>> read_items(const entry& from, const std::string& expected);

/// Reader for integers in least..most, inclusive.
template <class T>
auto integer_in(std::uint64_t least, std::uint64_t most)
{
    return [=](const entry& from) -> std::optional<T> {
        const auto value = read_integer(from, least, most);
        return value ? std::optional<T>{static_cast<T>(*value)} : std::nullopt;
    };
}

/// Reader for seconds in least..most, inclusive.
inline auto seconds_in(double least, double most)
{
    return [=](const entry& from) { return read_seconds(from, least, most); };
}

/// Reader for a list; `read_item` reads each item.
template <class T, class Reader>
auto list_of(const std::string& expected, const Reader& read_item)
{
    return [=](const entry& from) -> std::optional<std::vector<T>> {
        const auto items = read_items(from, expected);
        if (!items)
            return std::nullopt;
        std::vector<T> values;
        for (const entry& item : *items)
            if (auto value = read_item(item))
                values.push_back(*std::move(value));
        return values;
    };
}

/// Refuses anything but strings for which `accept` returns a value.
template <class T, class Accept>
std::optional<T> read_string_as(const entry& from, const std::string& expected, const Accept& accept)
{
    const auto text = read_text(from);
    if (!text)
        return std::nullopt;
    std::optional<T> value = accept(*text);
    if (!value)
        from.refuse(expected);
    return value;
}

/// A word with its value.
template <class T>
struct choice {
    std::string_view word;
    T value;
};

/// Words known from other programs, but refused here.
struct refused_words {
    std::vector<std::string_view> words;
    std::string_view why;  ///< follows the word: "is not supported here"
};

/// Reader for one of a few words.
template <class T>
auto one_of(std::vector<choice<T>> choices, const refused_words& refused = {})
{
    return [=](const entry& from) -> std::optional<T> {
        const bool is_string = from.value->type == node::kind::string;
        std::string expected;
        for (const choice<T>& one : choices) {
            if (is_string && from.value->text == one.word)
                return one.value;
            if (!expected.empty())
                expected += &one == &choices.back() ? " or " : ", ";
            expected.append("\"").append(one.word).append("\"");
        }
        for (const std::string_view word : refused.words)
            if (is_string && from.value->text == word)
                expected.append(" (\"").append(word).append("\" ").append(refused.why).append(")");
        from.refuse(expected);
        return std::nullopt;
    };
}

}  // namespace wampfcgi::config
