#include "dealer.hpp"
#include "procedures.hpp"
#include "session.hpp"

#include <string>
#include <utility>

namespace wampfcgi::devrouter {

namespace {

constexpr std::uint64_t most_results = 1'000'000;
constexpr std::uint64_t most_result_bytes = 1 << 20;
constexpr std::uint64_t results_at_once = 64;  // without a pause; in between the router can read a CANCEL

struct counting {
    std::uint64_t last;
    std::chrono::steady_clock::duration pause;
    std::string padding;
};

/// Reads [number of results, seconds between two, bytes of each]; refuses the call if the arguments differ.
std::optional<counting> read_counting(dealer& calls, const invocation& call)
{
    const auto args = read_args(call, 1, 3);
    const auto last = args ? read_number(*args, 0, 0, most_results) : std::nullopt;
    const auto bytes = last ? read_number(*args, 2, 0, most_result_bytes) : std::nullopt;
    const auto pause =
        bytes && args->count > 1 ? read_time(args->item[1]) : std::optional<std::chrono::steady_clock::duration>(0);
    if (bytes && pause)
        return counting{*last, *pause, std::string(*bytes, 'x')};
    refuse(calls, call, "expected a number up to 1000000, seconds, and a number of bytes up to 1048576");
    return {};
}

using ending = void (*)(dealer& calls, std::uint64_t id, std::uint64_t number);

void end_with_result(dealer& calls, std::uint64_t id, std::uint64_t number)
{
    calls.result(id, numbered(number, {}).view());
}

void end_with_error(dealer& calls, std::uint64_t id, std::uint64_t number)
{
    calls.error(id, "com.example.error.failed", numbered(number, {}).view());
}

void count_up(dealer& calls, const invocation& call, on_cancel manners, ending end)
{
    const auto wanted = read_counting(calls, call);
    if (!wanted)
        return;
    const auto at_once = wanted->pause.count() == 0 ? results_at_once : 1;
    const auto step = [&calls, call, wanted = *wanted, at_once, end, number = std::uint64_t{0}]() mutable {
        for (std::uint64_t i = 0; i < at_once && number < wanted.last; ++i) {
            ++number;
            if (call.progress == progress_wish::wanted)
                calls.progress(call.id, numbered(number, wanted.padding).view());
        }
        if (number < wanted.last)
            return remains::more;
        end(calls, call.id, number);
        return remains::nothing;
    };
    calls.work(call.id, wanted->pause, manners, step);
}

void count(dealer& calls, const invocation& call)
{
    count_up(calls, call, on_cancel::stop, end_with_result);
}

void count_and_fail(dealer& calls, const invocation& call)
{
    count_up(calls, call, on_cancel::stop, end_with_error);
}

void count_on(dealer& calls, const invocation& call)
{
    count_up(calls, call, on_cancel::go_on, end_with_result);
}

packed one_text(std::string_view text)
{
    packed args;
    args.list(1).text(text);
    return args;
}

void after_result(dealer& calls, const invocation& call)
{
    calls.progress(call.id, one_text("before").view());
    calls.result(call.id, one_text("survived").view());
    calls.progress(call.id, one_text("after").view());
}

/// Sends progress even when it was not requested.
void unasked(dealer& calls, const invocation& call)
{
    calls.progress(call.id, one_text("unasked").view());
    calls.result(call.id, one_text("survived").view());
}

void then_silence(dealer& calls, const invocation& call)
{
    calls.progress(call.id, one_text("the last").view());
    calls.never_answer(call.id);
}

void then_drop(dealer& calls, const invocation& call)
{
    const auto step = [&calls, id = call.id, has_begun = false]() mutable {
        if (has_begun)
            calls.owner().wire().drop();
        else
            calls.progress(id, one_text("the last").view());
        return std::exchange(has_begun, true) ? remains::nothing : remains::more;
    };
    calls.work(call.id, std::chrono::milliseconds(50), on_cancel::stop, step);  // time for writing the result
}

void progress_wrong_type(dealer& calls, const invocation& call)
{
    packed odd[3];
    odd[0].list(4).uint(message_type::result).uint(call.id).map(1).text("progress").text("yes").list(0);
    odd[1].list(4).uint(message_type::result).uint(call.id).map(1).text("progress").uint(1).list(0);
    odd[2].list(4).uint(message_type::result).uint(call.id).map(1).text("progress").flag(true).text("no list");
    for (const auto& message : odd)
        calls.owner().send({message.view()});
    calls.result(call.id, one_text("survived").view());
}

}  // namespace

void add_progress(procedure_table& table)
{
    table.insert({
        {"com.example.count", count},
        {"com.example.count_and_fail", count_and_fail},
        {"com.example.fault.count_on", count_on},
        {"com.example.fault.progress_after_result", after_result},
        {"com.example.fault.progress_unasked", unasked},
        {"com.example.fault.progress_then_silence", then_silence},
        {"com.example.fault.progress_then_drop", then_drop},
        {"com.example.fault.progress_wrong_type", progress_wrong_type},
    });
}

}  // namespace wampfcgi::devrouter
