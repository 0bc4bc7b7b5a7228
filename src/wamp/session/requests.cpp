#include "wamp/session/requests.hpp"

#include "wamp/session/message_code.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string_view>

namespace wampfcgi::wamp {
namespace {

constexpr std::string_view empty_array = "\x90";

/// Writes the first fields of a message, which are short and many (MessagePack specification, "Formats"). They are put
/// into a string at once, because appending each costs more than its bytes.
class first_fields {
public:
    first_fields(unsigned fields, message_code code)
    {
        put(0x90U | fields);
        number(static_cast<std::uint64_t>(code));
    }

    void map(unsigned members) { put(0x80U | members); }
    void yes() { put(0xC3); }

    void number(std::uint64_t value)
    {
        if (value >= 0x80)
            put_length(0xCC, value);
        else
            put(static_cast<unsigned>(value));
    }

    void text(std::string_view text)
    {
        text_length(text.size());
        if (text.size() > bytes_.size() - size_)
            throw std::length_error("the first fields of a message are too long");
        size_ += text.copy(bytes_.data() + size_, text.size());
    }

    /// Of a text that follows these fields.
    void text_length(std::size_t bytes)
    {
        if (bytes >= 32)
            put_length(0xD9, bytes);
        else
            put(0xA0U | static_cast<unsigned>(bytes));
    }

    std::string_view written() const noexcept { return {bytes_.data(), size_}; }

private:
    void put(unsigned byte) { bytes_.at(size_++) = static_cast<char>(byte); }

    /// In the fewest bytes: 1, 2, 4 or 8. The lead byte for one is `lead`; those for more follow it.
    void put_length(unsigned lead, std::uint64_t value)
    {
        const unsigned power = value <= 0xFF ? 0 : value <= 0xFFFF ? 1 : value <= 0xFFFF'FFFF ? 2 : 3;
        put(lead + power);
        for (unsigned bits = 8U << power; bits != 0; bits -= 8)
            put(static_cast<unsigned>(value >> (bits - 8)) & 0xFFU);
    }

    std::array<char, 64> bytes_;  // 45 for a CALL
    std::size_t size_ = 0;
};

bool are_long(const payload& arguments)
{
    return arguments.bytes() >= long_arguments_bytes;
}

std::size_t copied_bytes(const payload& arguments)
{
    return are_long(arguments) ? 0 : arguments.bytes();
}

/// The number of message fields that the arguments take.
unsigned fields_of(const payload& arguments)
{
    return !arguments.kwargs.empty() ? 2 : !arguments.args.empty() ? 1 : 0;
}

void append_arguments(std::string& out, const payload& arguments)
{
    if (arguments.args.empty() && fields_of(arguments) > 0)
        out += empty_array;
    if (are_long(arguments))
        return;
    out += arguments.args;
    if (!arguments.kwargs.empty())
        out += arguments.kwargs;
}

}  // namespace

request_kind kind_of(const router_request& what)
{
    struct {
        request_kind operator()(const call&) const { return request_kind::call; }
        request_kind operator()(const publication&) const { return request_kind::publish; }
        request_kind operator()(const subscription&) const { return request_kind::subscribe; }
        request_kind operator()(const unsubscription&) const { return request_kind::unsubscribe; }
    } const kinds;
    return std::visit(kinds, what);
}

payload* left_out(call& what)
{
    return are_long(what.arguments) ? &what.arguments : nullptr;
}

payload* left_out(router_request& what)
{
    if (auto* const made = std::get_if<call>(&what))
        return left_out(*made);
    auto* const published = std::get_if<publication>(&what);
    return published != nullptr && are_long(published->arguments) ? &published->arguments : nullptr;
}

void encode_call(std::string& out, std::uint64_t request_id, const call& what)
{
    first_fields first(4U + fields_of(what.arguments), message_code::call);
    first.number(request_id);
    const bool has_timeout = what.timeout.count() > 0 && !what.receive_progress;
    first.map(has_timeout || what.receive_progress ? 1 : 0);
    if (what.receive_progress) {
        first.text("receive_progress");
        first.yes();
    }
    if (has_timeout) {
        first.text("timeout");
        first.number(static_cast<std::uint64_t>(what.timeout.count()));
    }
    first.text_length(what.procedure.size());
    out.clear();
    out.reserve(first.written().size() + what.procedure.size() + empty_array.size() + copied_bytes(what.arguments));
    out.append(first.written()).append(what.procedure);
    append_arguments(out, what.arguments);
}

void encode_publish(std::string& out, std::uint64_t request_id, const publication& what)
{
    first_fields first(4U + fields_of(what.arguments), message_code::publish);
    first.number(request_id);
    const std::size_t before_options = first.written().size();
    first.text_length(what.topic.size());
    out.clear();
    out.reserve(first.written().size() + what.options.size() + what.topic.size() + empty_array.size() +
                copied_bytes(what.arguments));
    out.append(first.written(), 0, before_options).append(what.options);
    out.append(first.written(), before_options).append(what.topic);
    append_arguments(out, what.arguments);
}

void encode_subscribe(std::string& out, std::uint64_t request_id, const subscription& what)
{
    first_fields first(4, message_code::subscribe);
    first.number(request_id);
    first.map(what.match == topic_match::exact ? 0 : 1);
    if (what.match != topic_match::exact) {
        first.text("match");
        first.text(what.match == topic_match::prefix ? "prefix" : "wildcard");
    }
    first.text_length(what.topic.size());
    out = first.written();
    out += what.topic;
}

void encode_unsubscribe(std::string& out, std::uint64_t request_id, std::uint64_t subscription_id)
{
    first_fields all(3, message_code::unsubscribe);
    all.number(request_id);
    all.number(subscription_id);
    out = all.written();
}

void encode(std::string& out, std::uint64_t request_id, const router_request& what)
{
    switch (kind_of(what)) {
    case request_kind::call:
        return encode_call(out, request_id, std::get<call>(what));
    case request_kind::publish:
        return encode_publish(out, request_id, std::get<publication>(what));
    case request_kind::subscribe:
        return encode_subscribe(out, request_id, std::get<subscription>(what));
    case request_kind::unsubscribe:
        return encode_unsubscribe(out, request_id, std::get<unsubscription>(what).id);
    }
}

std::string encode_cancel(std::uint64_t request_id)
{
    first_fields all(3, message_code::cancel);
    all.number(request_id);
    all.map(1);
    all.text("mode");
    all.text("killnowait");
    return std::string(all.written());
}

}  // namespace wampfcgi::wamp
