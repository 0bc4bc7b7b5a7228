// Owns the header fields of a response (RFC 9110, section 5), in the form in which they are sent.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace wampfcgi {

/// Names and values, in the order of sending. Values must be without line ends.
class header_fields {
public:
    using field = std::pair<std::string_view, std::string_view>;

    header_fields() = default;
    header_fields(std::initializer_list<field> listed);

    /// Begins with complete lines, "Name: value\r\n" each. They are not copied: a literal.
    explicit header_fields(std::string_view fixed_lines) : fixed_(fixed_lines) {}

    void add(std::string_view name, std::string_view value);
    void add(const header_fields& others);

    /// Removes all fields with this name, in this spelling.
    void remove(std::string_view name);

    bool empty() const noexcept { return fixed_.empty() && added_.empty(); }

    /// The complete lines: those that it began with, and after them those that were added.
    std::string_view fixed_lines() const noexcept { return fixed_; }
    std::string_view added_lines() const noexcept { return added_; }

    /// Calls `visit(name, value)` for each field.
    template <class Visitor>
    void each(Visitor&& visit) const
    {
        for (std::string_view lines : {fixed_, std::string_view(added_)})
            while (!lines.empty()) {
                const field first = take_field(lines);
                visit(first.first, first.second);
            }
    }

private:
    static field take_field(std::string_view& lines);

    std::string_view fixed_;
    std::string added_;
};

}  // namespace wampfcgi
