#include "wampfcgi/log/log.hpp"

#include "log/flood_control.hpp"
#include "log/sink.hpp"
#include "wampfcgi/core/memory.hpp"

#include <atomic>
#include <cerrno>
#include <exception>
#include <memory>
#include <mutex>

#include <unistd.h>

namespace wampfcgi::log {

namespace {

std::atomic<log_level> threshold{log_level::notice};
std::atomic<bool> access_wanted{false};
std::atomic<std::chrono::milliseconds> slow_after{};
std::atomic<bool> time_shown{false};

std::chrono::sys_time<std::chrono::milliseconds> milliseconds_now()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

class logger {
public:
    void put(log_level level, std::string_view text, const fields& with)
    {
        to_->put({level, text, with, milliseconds_now(), ::getpid()});
    }

    void put(const std::vector<flood_control::summary>& summaries)
    {
        for (const auto& each : summaries)
            put(each.level, each.text, {});
    }

    void put_due() { put(floods_.due(std::chrono::steady_clock::now())); }

    void put_unless_repeated(log_level level, std::string_view text, const fields& with, std::string_view kind)
    {
        const auto now = std::chrono::steady_clock::now();
        auto summaries = floods_.due(now);
        const bool admitted = floods_.admits(level, kind, now, summaries);
        put(summaries);
        if (admitted)
            put(level, text, with);
    }

    void put_owed()
    {
        put(floods_.finish());
        to_->finish({log_level::warning, {}, nothing_, milliseconds_now(), ::getpid()});
    }

    void use(std::unique_ptr<sink> other)
    {
        to_->finish({log_level::warning, {}, nothing_, milliseconds_now(), ::getpid()});
        to_ = std::move(other);
    }

    void forget()
    {
        floods_ = {};
        to_->forget();
        forget_rest_of_standard_error();
    }

    void reopen()
    {
        if (const auto reopened = to_->reopen(); !reopened)
            put(log_level::error, reopened.error().text + "; the old one stays in use", {});
    }

    std::mutex guard;

private:
    std::unique_ptr<sink> to_ = standard_error_sink({});
    flood_control floods_;
    const fields nothing_{};
};

/// Never destroyed, because lines may be written until the very end.
logger& the_logger()
{
    static logger& only = *new logger;
    return only;
}

template <class Action>
void guarded(const Action& action) noexcept
{
    const int saved_errno = errno;
    try {
        const bad_alloc_scope here;
        logger& only = the_logger();
        const std::lock_guard lock(only.guard);
        action(only);
    } catch (const std::exception&) {
        tell_standard_error("error: a log line was lost: out of memory\n");
    }
    errno = saved_errno;
}

opened_sink open(const log_settings& wanted, const daemons& sockets, line_form form)
{
    switch (wanted.target) {
    case log_target::file:
        return open_file_sink(wanted.file, form);
    case log_target::syslog:
        return syslog_sink(sockets.syslog, form);
    case log_target::journal:
        return open_journal_sink(sockets.journal, form);
    case log_target::standard_error:
        break;
    }
    return standard_error_sink(form);
}

}  // namespace

void prepare() noexcept
{
    look_at_standard_error();
}

void forget_unsaid() noexcept
{
    guarded([](logger& only) { only.forget(); });
}

result<void, trouble> configure(const log_settings& wanted, const daemons& sockets)
{
    const line_form form{wanted.format, wanted.timestamps.value_or(wanted.target == log_target::file)};
    auto opened = open(wanted, sockets, form);
    if (!opened && wanted.target != log_target::journal)
        return opened.error();
    const bool to_stderr = !opened || wanted.target == log_target::standard_error;
    set_threshold(wanted.level);
    access_wanted = wanted.access;
    slow_after = wanted.slow;
    time_shown = form.stamped || form.format == log_format::json || (!to_stderr && wanted.target != log_target::file);
    guarded([&](logger& only) { only.use(opened ? *std::move(opened) : standard_error_sink(form)); });
    if (!opened)
        write(log_level::error, opened.error().text + "; the log goes to standard error");
    return {};
}

void reopen() noexcept
{
    guarded([](logger& only) { only.reopen(); });
}

void finish() noexcept
{
    guarded([](logger& only) { only.put_owed(); });
}

void set_threshold(log_level least_important) noexcept
{
    threshold.store(least_important, std::memory_order_relaxed);
}

bool enabled(log_level level) noexcept
{
    return level <= threshold.load(std::memory_order_relaxed);
}

bool wants_access() noexcept
{
    return access_wanted.load(std::memory_order_relaxed);
}

std::chrono::milliseconds slow_limit() noexcept
{
    return slow_after.load(std::memory_order_relaxed);
}

bool shows_time() noexcept
{
    return time_shown.load(std::memory_order_relaxed);
}

std::string time_now()
{
    return format_time(milliseconds_now());
}

void write(log_level level, std::string_view text, const fields& with, std::string_view same_as) noexcept
{
    if (!enabled(level))
        return;
    guarded([&](logger& only) { only.put_unless_repeated(level, text, with, same_as.empty() ? text : same_as); });
}

void write_always(log_level level, std::string_view text, const fields& with) noexcept
{
    guarded([&](logger& only) {
        only.put_due();
        only.put(level, text, with);
    });
}

}  // namespace wampfcgi::log
