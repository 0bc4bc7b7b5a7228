#include "config/section.hpp"

#include "config/text.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace wampfcgi::config {

reading::reading(std::string file_name, const file_reader& read_file)
    : file_name_{std::move(file_name)},
      read_file_{read_file}
{}

reading::found reading::finding(std::size_t line, const std::string& path, const std::string& text) const
{
    const std::string place = file_name_ + ':' + std::to_string(line) + ": ";
    return {line, place + (path.empty() ? text : path + ": " + text)};
}

void reading::add(std::size_t line, const std::string& path, const std::string& text)
{
    mistakes_.push_back(finding(line, path, text));
}

void reading::warn(std::size_t line, const std::string& path, const std::string& text)
{
    warnings_.push_back(finding(line, path, text));
}

mistakes reading::take()
{
    return in_order(std::exchange(mistakes_, {}));
}

std::vector<std::string> reading::take_warnings()
{
    return in_order(std::exchange(warnings_, {}));
}

std::vector<std::string> reading::in_order(std::vector<found> all)
{
    std::stable_sort(all.begin(), all.end(), [](const found& a, const found& b) { return a.line < b.line; });
    std::vector<std::string> messages;
    messages.reserve(all.size());
    for (found& one : all)
        messages.push_back(std::move(one.message));
    return messages;
}

void entry::refuse(const std::string& expected) const
{
    refuse(expected, is_secret ? describe_without_value(*value) : describe(*value));
}

void entry::refuse(const std::string& expected, const std::string& got) const
{
    context->add(line, path, "expected " + expected + ", got " + got);
}

std::vector<entry> entry::items() const
{
    std::vector<entry> all;
    for (const node& item : value->items)
        all.push_back({&item, item.line, path_of_item(path, all.size()), context, is_secret});
    return all;
}

std::vector<named_entry> named_entries(const entry& where)
{
    std::vector<named_entry> all;
    if (where.value->type != node::kind::object)
        where.refuse("an object");
    std::map<std::string_view, std::size_t> lines;
    for (const member& one : where.value->members) {
        const std::string path = path_of_member(where.path, one.key);
        const auto [first, is_new] = lines.emplace(one.key, one.line);
        if (is_new)
            all.push_back({one.key, one.line, {&one.value, one.value.line, path, where.context}});
        else
            where.context->add(one.line, path,
                               "expected the key once, got it again (first in line " + std::to_string(first->second) +
                                   ')');
    }
    return all;
}

section::section(const entry& where)
    : where_{where},
      is_object_{where.value->type == node::kind::object},
      members_{named_entries(where)}
{}

entry section::find(std::string_view key)
{
    static const node nothing;
    if (std::find(known_.begin(), known_.end(), key) == known_.end())
        known_.push_back(key);
    for (const named_entry& one : members_)
        if (one.name == key)
            return one.value;
    return {&nothing, where_.line, path_of_member(where_.path, key), where_.context};
}

bool section::has(std::string_view key) const
{
    return std::any_of(members_.begin(), members_.end(), [key](const named_entry& one) { return one.name == key; });
}

void section::refuse_missing(std::string_view key, const std::string& expected)
{
    if (is_object_)
        find(key).refuse(expected);
}

void section::finish() const
{
    std::string choice;
    for (const std::string_view key : known_)
        choice.append(choice.empty() ? "" : ", ").append(key);
    for (const named_entry& one : members_) {
        if (std::find(known_.begin(), known_.end(), one.name) != known_.end())
            continue;
        std::string text = "unknown key, expected one of " + choice + ", got " + quote(one.name);
        if (const auto meant = closest(one.name, known_))
            text.append(" (did you mean ").append(quote(*meant)).append("?)");
        where_.context->add(one.line, one.value.path, text);
    }
}

}  // namespace wampfcgi::config
