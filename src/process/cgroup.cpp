#include "process/cgroup.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace wampfcgi::process {
namespace {

constexpr std::size_t most_levels = 64;

// Version 1 writes the largest number of pages that it can count.
constexpr std::uint64_t no_limit_at_all = std::uint64_t{1} << 60U;

// The part before `separator`, which is taken off `rest` with the separator.
std::string_view next_part(std::string_view& rest, char separator)
{
    const std::string_view part = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    return part;
}

bool has_item(std::string_view list, std::string_view item)
{
    while (!list.empty())
        if (next_part(list, ',') == item)
            return true;
    return false;
}

// The cgroups of a process that may limit its memory, as paths.
struct own_cgroups {
    std::optional<std::string_view> unified;  // version 2
    std::optional<std::string_view> memory;   // version 1
};

// Lines are HIERARCHY:CONTROLLERS:PATH; version 2 has hierarchy 0 and no controllers.
own_cgroups parse_cgroups(std::string_view text)
{
    own_cgroups found;
    while (!text.empty()) {
        std::string_view path = next_part(text, '\n');
        const std::string_view hierarchy = next_part(path, ':');
        const std::string_view controllers = next_part(path, ':');
        if (!path.starts_with('/') || path.find("/..") != std::string_view::npos)
            continue;  // above the root of this process's cgroup namespace
        if (hierarchy == "0" && controllers.empty())
            found.unified = path;
        else if (has_item(controllers, "memory"))
            found.memory = path;
    }
    return found;
}

// In mountinfo a space, tab, line feed or backslash is written as \ and three octal digits.
std::string unescaped(std::string_view text)
{
    const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view digits = text.substr(at + 1, 3);
        if (text[at] != '\\' || digits.size() < 3 || !std::ranges::all_of(digits, is_octal)) {
            out += text[at];
            continue;
        }
        out += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + (digits[2] - '0'));
        at += 3;
    }
    return out;
}

struct mount {
    std::string root;  // the cgroup that is mounted
    std::string point;
    std::string_view type;
    std::string_view options;  // of the file system
};

// A line is ID PARENT DEVICE ROOT POINT OPTIONS [FIELD]... - TYPE SOURCE FILE-SYSTEM-OPTIONS.
std::optional<mount> parse_mount(std::string_view line)
{
    constexpr std::string_view middle = " - ";
    const std::size_t split = line.find(middle);
    if (split == std::string_view::npos)
        return std::nullopt;
    std::string_view before = line.substr(0, split);
    std::string_view behind = line.substr(split + middle.size());
    for (int skipped = 0; skipped < 3; ++skipped)
        next_part(before, ' ');
    mount found;
    found.root = unescaped(next_part(before, ' '));
    found.point = unescaped(next_part(before, ' '));
    found.type = next_part(behind, ' ');
    next_part(behind, ' ');
    found.options = behind;
    if (!found.root.starts_with('/') || !found.point.starts_with('/'))
        return std::nullopt;
    return found;
}

// Where the cgroup `path` is below the mount; nothing if it is not there.
std::optional<std::string_view> below(const mount& where, std::string_view path)
{
    if (where.root == "/")
        return path;
    if (!path.starts_with(where.root))
        return std::nullopt;
    path.remove_prefix(where.root.size());
    if (!path.empty() && !path.starts_with('/'))
        return std::nullopt;
    return path;
}

void add_files(std::vector<std::string>& out, const mount& where, std::string_view path, std::string_view file)
{
    const auto place = below(where, path);
    if (!place)
        return;
    std::string folder = where.point;
    folder.append(*place);
    for (std::size_t level = 0; level < most_levels && folder.size() >= where.point.size(); ++level) {
        while (folder.ends_with('/'))
            folder.pop_back();
        out.push_back(folder + '/' + std::string(file));
        if (folder.size() <= where.point.size())
            return;
        folder.resize(folder.rfind('/'));
    }
}

}  // namespace

std::vector<std::string> memory_limit_files(std::string_view cgroup, std::string_view mountinfo)
{
    const own_cgroups own = parse_cgroups(cgroup);
    std::vector<std::string> files;
    while (!mountinfo.empty()) {
        const auto found = parse_mount(next_part(mountinfo, '\n'));
        if (!found)
            continue;
        if (found->type == "cgroup2" && own.unified)
            add_files(files, *found, *own.unified, "memory.max");
        if (found->type == "cgroup" && own.memory && has_item(found->options, "memory"))
            add_files(files, *found, *own.memory, "memory.limit_in_bytes");
    }
    return files;
}

std::optional<std::uint64_t> parse_memory_limit(std::string_view content)
{
    if (content.ends_with('\n'))
        content.remove_suffix(1);
    std::uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(content.data(), content.data() + content.size(), bytes);
    if (error != std::errc{} || end != content.data() + content.size() || bytes >= no_limit_at_all)
        return std::nullopt;
    return bytes;
}

}  // namespace wampfcgi::process
