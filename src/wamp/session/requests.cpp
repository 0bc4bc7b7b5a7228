#include "wamp/session/requests.hpp"

#include "wamp/session/message_code.hpp"

#include <msgpack/pack.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace wampfcgi::wamp {
namespace {

constexpr std::string_view empty_array = "\x90";
constexpr std::size_t envelope_bytes = 64;

/// The output buffer for msgpack::packer.
struct string_sink {
    std::string& out;
    void write(const char* bytes, std::size_t size)
    {
        if (size == 1)
            out.push_back(*bytes);  // without a call of a function
        else
            out.append(bytes, size);
    }
};

std::string emptied(std::string memory)
{
    memory.clear();
    return memory;
}

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

void append_uri_and_arguments(std::string& out, msgpack::packer<string_sink>& packer, std::string_view uri,
                              const payload& arguments)
{
    const auto length = static_cast<std::uint32_t>(uri.size());
    packer.pack_str(length).pack_str_body(uri.data(), length);
    if (arguments.args.empty() && fields_of(arguments) > 0)
        out += empty_array;
    if (are_long(arguments))
        return;
    out += arguments.args;
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

std::string encode_call(std::uint64_t request_id, const call& what, std::string memory)
{
    std::string out = emptied(std::move(memory));
    out.reserve(envelope_bytes + what.procedure.size() + copied_bytes(what.arguments));
    string_sink sink{out};
    msgpack::packer<string_sink> packer(sink);
    packer.pack_array(4U + fields_of(what.arguments));
    packer.pack_uint64(static_cast<std::uint64_t>(message_code::call));
    packer.pack_uint64(request_id);
    const bool has_timeout = what.timeout.count() > 0 && !what.receive_progress;
    packer.pack_map(has_timeout || what.receive_progress ? 1 : 0);
    if (what.receive_progress) {
        packer.pack_str(16).pack_str_body("receive_progress", 16);
        packer.pack_true();
    }
    if (has_timeout) {
        packer.pack_str(7).pack_str_body("timeout", 7);
        packer.pack_int64(what.timeout.count());
    }
    append_uri_and_arguments(out, packer, what.procedure, what.arguments);
    return out;
}

std::string encode_publish(std::uint64_t request_id, const publication& what, std::string memory)
{
    std::string out = emptied(std::move(memory));
    out.reserve(envelope_bytes + what.options.size() + what.topic.size() + copied_bytes(what.arguments));
    string_sink sink{out};
    msgpack::packer<string_sink> packer(sink);
    packer.pack_array(4U + fields_of(what.arguments));
    packer.pack_uint64(static_cast<std::uint64_t>(message_code::publish));
    packer.pack_uint64(request_id);
    out += what.options;
    append_uri_and_arguments(out, packer, what.topic, what.arguments);
    return out;
}

std::string encode_subscribe(std::uint64_t request_id, const subscription& what, std::string memory)
{
    std::string out = emptied(std::move(memory));
    out.reserve(envelope_bytes + what.topic.size());
    string_sink sink{out};
    msgpack::packer<string_sink> packer(sink);
    packer.pack_array(4);
    packer.pack_uint64(static_cast<std::uint64_t>(message_code::subscribe));
    packer.pack_uint64(request_id);
    packer.pack_map(what.match == topic_match::exact ? 0 : 1);
    if (what.match != topic_match::exact) {
        const std::string_view match = what.match == topic_match::prefix ? "prefix" : "wildcard";
        const auto length = static_cast<std::uint32_t>(match.size());
        packer.pack_str(5).pack_str_body("match", 5);
        packer.pack_str(length).pack_str_body(match.data(), length);
    }
    append_uri_and_arguments(out, packer, what.topic, {});
    return out;
}

std::string encode_unsubscribe(std::uint64_t request_id, std::uint64_t subscription_id, std::string memory)
{
    std::string out = emptied(std::move(memory));
    string_sink sink{out};
    msgpack::packer<string_sink> packer(sink);
    packer.pack_array(3);
    packer.pack_uint64(static_cast<std::uint64_t>(message_code::unsubscribe));
    packer.pack_uint64(request_id);
    packer.pack_uint64(subscription_id);
    return out;
}

std::string encode(std::uint64_t request_id, const router_request& what, std::string memory)
{
    switch (kind_of(what)) {
    case request_kind::call:
        return encode_call(request_id, std::get<call>(what), std::move(memory));
    case request_kind::publish:
        return encode_publish(request_id, std::get<publication>(what), std::move(memory));
    case request_kind::subscribe:
        return encode_subscribe(request_id, std::get<subscription>(what), std::move(memory));
    case request_kind::unsubscribe:
        return encode_unsubscribe(request_id, std::get<unsubscription>(what).id, std::move(memory));
    }
    return {};
}

std::string encode_cancel(std::uint64_t request_id)
{
    std::string out;
    string_sink sink{out};
    msgpack::packer<string_sink> packer(sink);
    packer.pack_array(3);
    packer.pack_uint64(static_cast<std::uint64_t>(message_code::cancel));
    packer.pack_uint64(request_id);
    packer.pack_map(1);
    packer.pack_str(4).pack_str_body("mode", 4);
    packer.pack_str(10).pack_str_body("killnowait", 10);
    return out;
}

}  // namespace wampfcgi::wamp
