#include "log/sink.hpp"

#include "log/outlet.hpp"

#include <exception>

#include <unistd.h>

namespace wampfcgi::log {

namespace {

/// Never destroyed, because lines may be written until the very end.
outlet& standard_error()
{
    static outlet& only = *new outlet(STDERR_FILENO, "/proc/self/fd/2");
    return only;
}

class standard_error_lines : public sink {
public:
    using sink::sink;

private:
    bool write(const record& what) override { return tell_standard_error(what.level, line_of(what)); }
    std::string why_lost() const override { return "nobody reads standard error fast enough"; }
};

}  // namespace

void sink::put(const record& what)
{
    if ((lost_ > 0 && !tell_lost(what)) || !write(what))
        if (++lost_ == 1)
            begins_to_lose(what);
}

void sink::finish(const record& at)
{
    if (lost_ > 0)
        tell_lost(at);
}

bool sink::tell_lost(const record& at)
{
    static const fields nothing;
    const std::string text = std::to_string(lost_) + " log lines were lost: " + why_lost();
    if (!write({log_level::warning, text, nothing, at.time, at.pid}))
        return false;
    lost_ = 0;
    return true;
}

void sink::begins_to_lose(const record&) const {}

std::string sink::line_of(const record& what) const
{
    return form_.format == log_format::json ? json_line(what) : text_line(what, form_.stamped);
}

std::unique_ptr<sink> standard_error_sink(line_form form)
{
    return std::make_unique<standard_error_lines>(form);
}

void look_at_standard_error() noexcept
{
    standard_error().look();
}

void forget_rest_of_standard_error() noexcept
{
    standard_error().forget_rest();
}

void tell_standard_error(std::string_view line) noexcept
{
    try {
        standard_error().put(line);
    } catch (const std::exception&) {
        return;  // no memory for the rest of the line
    }
}

bool tell_standard_error(log_level level, const std::string& line)
{
    outlet& to = standard_error();
    to.look();
    return to.put(to.is_journal() ? "<" + std::to_string(syslog_priority(level)) + ">" + line : line);
}

}  // namespace wampfcgi::log
