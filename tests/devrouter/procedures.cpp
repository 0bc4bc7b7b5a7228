#include "procedures.hpp"

#include "crypto.hpp"
#include "dealer.hpp"
#include "session.hpp"

#include <cmath>
#include <string>

namespace wampfcgi::devrouter {

namespace {

constexpr std::uint64_t longest_text_bytes = 1 << 25;  // twice the longest frame, for testing "too long"

/// The packed sum; empty when the operands are not two numbers, or the integer exceeds 64 bits.
packed sum_of(const scalar& left, const scalar& right)
{
    packed sum;
    sum.list(1);
    const auto add = [&sum]<typename L, typename R>(const L& a, const R& b) {
        constexpr bool numbers =
            std::is_arithmetic_v<L> && std::is_arithmetic_v<R> && !std::is_same_v<L, bool> && !std::is_same_v<R, bool>;
        if constexpr (!numbers) {
            return false;
        } else if constexpr (std::is_same_v<L, double> || std::is_same_v<R, double>) {
            sum.real(static_cast<double>(a) + static_cast<double>(b));
            return true;
        } else {
            std::int64_t small = 0;
            std::uint64_t large = 0;
            if (!__builtin_add_overflow(a, b, &small))
                sum.integer(small);
            else if (!__builtin_add_overflow(a, b, &large))
                sum.uint(large);
            else
                return false;
            return true;
        }
    };
    return std::visit(add, left, right) ? sum : packed{};
}

void add2(dealer& calls, const invocation& call)
{
    const auto args = read_args(call, 2, 2);
    const packed sum = args ? sum_of(read_scalar(args->item[0]), read_scalar(args->item[1])) : packed{};
    if (sum.view().empty())
        return refuse(calls, call, "expected two numbers whose sum is a number");
    calls.result(call.id, sum.view());
}

void echo(dealer& calls, const invocation& call)
{
    calls.result(call.id, call.args, call.kwargs);
}

void sleep(dealer& calls, const invocation& call)
{
    if (const auto time = read_seconds(calls, call))
        calls.result_after(call.id, *time, on_cancel::stop, call.args);
}

/// The argument at `at`; `otherwise` when it is missing, empty for nil.
std::string_view given_or(const elements& args, std::size_t at, std::string_view otherwise)
{
    if (at >= args.count)
        return otherwise;
    return is_nil(args.item[at]) ? std::string_view{} : args.item[at];
}

void fail(dealer& calls, const invocation& call)
{
    const auto args = read_args(call, 0, 3);
    if (!args)
        return refuse(calls, call, "expected a URI, a list and a map, each of them optional");
    const bool named = args->count > 0 && !is_nil(args->item[0]);
    const auto uri = named ? read_text(args->item[0]) : std::optional<std::string_view>("com.example.error.failed");
    packed some_args;
    some_args.list(2).text("it failed").uint(42);
    packed some_kwargs;
    some_kwargs.map(1).text("reason").text("asked to");
    const auto error_args = given_or(*args, 1, some_args.view());
    const auto error_kwargs = given_or(*args, 2, some_kwargs.view());
    if (!uri || (!error_args.empty() && !is_list(error_args)) || (!error_kwargs.empty() && !is_map(error_kwargs)))
        return refuse(calls, call, "expected a URI, a list and a map, each of them optional");
    calls.error(call.id, *uri, error_args, error_kwargs);
}

void nothing(dealer& calls, const invocation& call)
{
    calls.result(call.id);
}

void kwargs_only(dealer& calls, const invocation& call)
{
    packed kwargs;
    kwargs.map(1).text("a").uint(1);
    calls.result(call.id, empty_list, kwargs.view());
}

/// Reads the only argument as a length.
std::optional<std::uint64_t> read_length(dealer& calls, const invocation& call)
{
    const auto args = read_args(call, 1, 1);
    const auto length = args ? read_uint(args->item[0]) : std::nullopt;
    if (length && *length <= longest_text_bytes)
        return length;
    refuse(calls, call, "expected a number of bytes, up to 33554432");
    return {};
}

void big(dealer& calls, const invocation& call)
{
    const auto length = read_length(calls, call);
    if (!length)
        return;
    packed args;
    args.list(1).text(std::string(*length, 'x'));
    calls.result(call.id, args.view());
}

void binary(dealer& calls, const invocation& call)
{
    const auto length = read_length(calls, call);
    if (!length)
        return;
    std::string bytes(*length, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(i % 256);
    packed args;
    args.list(1).binary(bytes);
    calls.result(call.id, args.view());
}

/// The bytes of the only argument, which is hexadecimal; at least one byte.
std::optional<std::string> read_hex(dealer& calls, const invocation& call)
{
    const auto args = read_args(call, 1, 1);
    const auto text = args ? read_text(args->item[0]) : std::nullopt;
    auto bytes = text ? from_hex(*text) : std::nullopt;
    if (bytes && !bytes->empty())
        return bytes;
    refuse(calls, call, "expected bytes in hexadecimal");
    return {};
}

void raw(dealer& calls, const invocation& call)
{
    if (const auto bytes = read_hex(calls, call))
        calls.result(call.id, *bytes);
}

void raw_kwargs(dealer& calls, const invocation& call)
{
    if (const auto bytes = read_hex(calls, call))
        calls.result(call.id, empty_list, *bytes);
}

/// The number of all subscribers, and of those to each topic: {"exact com.example.topic": 3}.
void pack_subscribers(packed& into, const subscriptions& from)
{
    std::size_t total = 0;
    for (const auto& [id, each] : from.all())
        total += each.subscribers.size();
    into.text("subscriptions").uint(total).text("subscribers").map(from.all().size());
    for (const auto& [id, each] : from.all())
        into.text(std::string(name_of(each.match)) + " " + each.topic).uint(each.subscribers.size());
}

void stats(dealer& calls, const invocation& call)
{
    auto& owner = calls.owner();
    const auto& counts = owner.shared().counts;
    packed message;
    message.list(5).uint(message_type::result).uint(call.id).map(0).list(0).map(26);
    message.text("calls").uint(counts.calls).text("results").uint(counts.results);
    message.text("errors").uint(counts.errors).text("cancels").uint(counts.cancels);
    message.text("sessions").uint(counts.sessions).text("connections").uint(counts.connections);
    message.text("open_connections").uint(counts.open_connections).text("pings").uint(counts.pings);
    message.text("pongs").uint(counts.pongs);
    message.text("session_id").uint(owner.id()).text("realm").text(owner.realm());
    message.text("authid").text(owner.who().authid).text("authrole").text(owner.who().role);
    const auto& facts = owner.wire().facts();
    message.text("transport").map(4).text("scheme").text(facts.url_scheme).text("serializer");
    message.text(name_of(facts.format)).text("target").text(facts.target).text("host").text(facts.host);
    message.text("last_timeout_ms").uint(counts.last_timeout_ms);
    message.text("last_call_options").raw(counts.last_call_options);
    message.text("hello_details").raw(owner.hello_details());
    message.text("progress").uint(counts.progress);
    message.text("publications").uint(counts.publications).text("events").uint(counts.events);
    message.text("subscribes").uint(counts.subscribes).text("unsubscribes").uint(counts.unsubscribes);
    message.text("last_publish_options").raw(counts.last_publish_options);
    pack_subscribers(message, owner.shared().broker_of(owner.realm()).subscribed());
    message.text("calls_by_procedure").map(counts.calls_by_procedure.size());
    for (const auto& [name, count] : counts.calls_by_procedure)
        message.text(name).uint(count);
    owner.send({message.view()});  // unlike result(), this is not counted
}

}  // namespace

void refuse(dealer& calls, const invocation& call, std::string_view expected)
{
    calls.error_text(call.id, "wamp.error.invalid_argument", expected);
}

std::optional<elements> read_args(const invocation& call, std::size_t least, std::size_t most)
{
    const auto args = split_array(call.args.empty() ? empty_list : call.args);
    if (!args || args->count < least || args->count > most)
        return {};
    return args;
}

std::optional<std::uint64_t> read_number(const elements& args, std::size_t at, std::uint64_t otherwise,
                                         std::uint64_t most)
{
    const auto number = at < args.count ? read_uint(args.item[at]) : std::optional(otherwise);
    return number && *number <= most ? number : std::nullopt;
}

std::optional<std::chrono::steady_clock::duration> read_time(std::string_view packed)
{
    constexpr double year = 366.0 * 24 * 60 * 60;
    const auto seconds = read_real(packed);
    if (!seconds || !(*seconds >= 0 && *seconds <= year))
        return {};
    return std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(*seconds));
}

packed numbered(std::uint64_t number, std::string_view text)
{
    packed args;
    args.list(text.empty() ? 1 : 2).uint(number);
    if (!text.empty())
        args.text(text);
    return args;
}

std::optional<std::chrono::steady_clock::duration> read_seconds(dealer& calls, const invocation& call)
{
    const auto args = read_args(call, 1, 1);
    const auto time = args ? read_time(args->item[0]) : std::nullopt;
    if (!time)
        refuse(calls, call, "expected a number of seconds");
    return time;
}

void add_procedures(procedure_table& table)
{
    table.insert({
        {"com.example.add2", add2},
        {"com.example.echo", echo},
        {"com.example.sleep", sleep},
        {"com.example.fail", fail},
        {"com.example.nothing", nothing},
        {"com.example.kwargs_only", kwargs_only},
        {"com.example.big", big},
        {"com.example.binary", binary},
        {"com.example.raw", raw},
        {"com.example.raw_kwargs", raw_kwargs},
        {stats_procedure, stats},
    });
}

}  // namespace wampfcgi::devrouter
