#include "wampfcgi/process/cgi_arguments.hpp"

#include "wampfcgi/core/text/hex.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace wampfcgi::process {
namespace {

/// Apache puts a backslash before characters with a meaning to a shell (ap_escape_shell_cmd).
std::string without_backslashes(std::string_view text)
{
    std::string plain(text);
    std::erase(plain, '\\');
    return plain;
}

std::string plus_as_space(std::string text)
{
    std::replace(text.begin(), text.end(), '+', ' ');
    return text;
}

std::string percent_decoded(std::string_view text)
{
    std::string decoded;
    while (!text.empty()) {
        const auto byte = percent_escape(text);
        decoded += byte.value_or(text.front());
        text.remove_prefix(byte ? 3 : 1);
    }
    return decoded;
}

std::vector<std::string> words_of(std::string_view query)
{
    std::vector<std::string> words;
    for (;;) {
        const std::size_t end = query.find('+');
        words.push_back(without_backslashes(percent_decoded(query.substr(0, end))));
        if (end == std::string_view::npos)
            return words;
        query.remove_prefix(end + 1);
    }
}

bool end_with(const std::vector<const char*>& arguments, const std::vector<std::string>& words)
{
    return arguments.size() >= words.size() && std::equal(words.rbegin(), words.rend(), arguments.rbegin(),
                                                          [](const std::string& word, const char* argument) {
                                                              return word == without_backslashes(argument);
                                                          });
}

bool names_a_configuration(const std::vector<std::string>& words)
{
    return std::any_of(words.begin(), words.end(),
                       [](const std::string& word) { return word.starts_with("--config"); });
}

}  // namespace

std::optional<std::vector<const char*>> own_arguments(const std::vector<const char*>& arguments, std::string_view query)
{
    if (query.empty() || query.find('=') != std::string_view::npos)
        return arguments;
    std::vector<std::string> words = words_of(query);
    if (!end_with(arguments, words))
        std::erase(words, "");  // some servers drop empty words
    if (end_with(arguments, words)) {
        if (names_a_configuration(words))
            return {};
        return std::vector<const char*>(arguments.begin(), arguments.end() - static_cast<std::ptrdiff_t>(words.size()));
    }
    const std::string whole = plus_as_space(without_backslashes(percent_decoded(query)));
    const bool may_be_the_clients = std::any_of(arguments.begin(), arguments.end(), [&](const char* argument) {
        return whole.find(plus_as_space(without_backslashes(argument))) != std::string::npos;
    });
    if (may_be_the_clients)
        return {};
    return arguments;
}

}  // namespace wampfcgi::process
