#include "wampfcgi/core/header_fields.hpp"

namespace wampfcgi {
namespace {

constexpr std::string_view separator = ": ";
constexpr std::string_view line_end = "\r\n";

}  // namespace

header_fields::header_fields(std::initializer_list<field> listed)
{
    for (const auto& [name, value] : listed)
        add(name, value);
}

void header_fields::add(std::string_view name, std::string_view value)
{
    added_.reserve(added_.size() + name.size() + separator.size() + value.size() + line_end.size());
    added_.append(name).append(separator).append(value).append(line_end);
}

void header_fields::add(const header_fields& others)
{
    added_.append(others.fixed_).append(others.added_);
}

void header_fields::remove(std::string_view name)
{
    header_fields rest;
    each([&](std::string_view each_name, std::string_view value) {
        if (each_name != name)
            rest.add(each_name, value);
    });
    *this = std::move(rest);
}

header_fields::field header_fields::take_field(std::string_view& lines)
{
    const std::string_view line = lines.substr(0, lines.find(line_end));
    lines.remove_prefix(line.size() + line_end.size());
    const std::size_t name_end = line.find(separator);
    return {line.substr(0, name_end), line.substr(name_end + separator.size())};
}

}  // namespace wampfcgi
