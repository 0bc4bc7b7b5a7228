#include "store/valkey/commands.hpp"

#include "store/valkey/protocol.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <openssl/evp.h>

namespace wampfcgi::store {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// The key holds the time at which the bucket will be full, in microseconds of the server's clock (GCRA); a full bucket
// has no key. A double holds such numbers exactly, but Lua's tostring would keep only 14 digits. A clock that was set
// back makes a bucket at most empty.
constexpr std::string_view take_token_script = R"(local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local each = tonumber(ARGV[1])
local whole = tonumber(ARGV[2])
local used = math.min(math.max((tonumber(redis.call('GET', KEYS[1]) or '0') or 0) - now, 0), whole)
local allowed = 0
if used + each <= whole then
  allowed = 1
  used = used + each
  redis.call('SET', KEYS[1], string.format('%.0f', now + used), 'PX', string.format('%.0f', math.ceil(used / 1000)))
end
local left = math.floor((whole - used) / each)
local wait = 0
if used > 0 then wait = used - whole + (left + 1) * each end
return {allowed, left, wait})";

const std::string& script_digest()
{
    static const std::string digest = [] {
        std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
        std::size_t length = 0;
        std::string text;
        if (EVP_Q_digest(nullptr, "SHA1", nullptr, take_token_script.data(), take_token_script.size(), bytes.data(),
                         &length) != 1)
            return text;  // matches no script, so the server asks for the text
        constexpr std::string_view digits = "0123456789abcdef";
        for (std::size_t i = 0; i < length; ++i) {
            text += digits[bytes[i] >> 4U];
            text += digits[bytes[i] & 15U];
        }
        return text;
    }();
    return digest;
}

std::string with_length(std::string_view text)
{
    return std::to_string(text.size()) + ":" + std::string(text);
}

failure refused_by_store(const valkey_reply& reply)
{
    return {errc::store_unavailable, "the store answered with an error", reply.text};
}

}  // namespace

valkey_request remembering(const store_settings& store, const bridge::signature_bytes& signature, milliseconds keep)
{
    std::string key = store.prefix + "replay:";
    key.append(signature.begin(), signature.end());
    valkey_request request;
    request.bytes = valkey_command({"SET", key, "", "NX", "PX", std::to_string(keep.count())});
    request.wants_replicas = store.replicas > 0;
    return request;
}

milliseconds time_to_keep(bridge::store::instant until, bridge::store::instant now, std::chrono::seconds delta_limit)
{
    const auto left = std::chrono::ceil<milliseconds>(until + delta_limit - now);
    return std::max<milliseconds>(left, 2 * delta_limit);
}

// The clocks behind the marker and the signature may differ by the limit.
bool may_be_forgotten(const known_memory& memory, bridge::store::instant until, std::chrono::seconds delta_limit)
{
    const bridge::store::instant begun{milliseconds(memory.begun_ms)};
    return memory.forgot_something && until - delta_limit <= begun + delta_limit;
}

result<void> is_new(const store_settings& store, const valkey_outcome& answered)
{
    if (!answered)
        return answered.error();
    const valkey_reply& set = answered->at(0);
    if (set.what == valkey_reply::kind::nil)
        return errc::request_replayed;
    if (set.is_error())
        return refused_by_store(set);
    if (set.what != valkey_reply::kind::status)
        return failure(errc::store_unavailable, "the store gave an unexpected answer to SET");
    if (store.replicas == 0)
        return {};
    const valkey_reply& wait = answered->at(1);
    if (wait.is_error())
        return refused_by_store(wait);
    if (wait.integer < static_cast<std::int64_t>(store.replicas))
        return failure(errc::store_unavailable, "only " + std::to_string(wait.integer) + " of " +
                                                    std::to_string(store.replicas) + " replicas have the signature");
    return {};
}

std::string bucket_key(const store_settings& store, const service_settings& of, std::string_view client)
{
    return store.prefix + "rate:" + with_length(of.realm) + "," + with_length(of.path) + "," + with_length(client);
}

valkey_request taking_token(const std::string& key, const rate_limit& rate, script_form form)
{
    const auto period = static_cast<std::uint64_t>(microseconds(rate.period).count());
    const std::uint64_t requests = std::max<std::uint64_t>(rate.requests, 1);
    const std::uint64_t each = std::max<std::uint64_t>(period / requests, 1);
    const bool by_digest = form == script_form::digest;
    valkey_request request;
    request.bytes = valkey_command({by_digest ? std::string_view("EVALSHA") : std::string_view("EVAL"),
                                    by_digest ? std::string_view(script_digest()) : take_token_script, "1", key,
                                    std::to_string(each), std::to_string(each * requests)});
    return request;
}

bool script_is_unknown(const valkey_outcome& answered)
{
    return answered && answered->at(0).is_error("NOSCRIPT");
}

result<bridge::rate_decision> decision_of(const valkey_outcome& answered)
{
    if (!answered)
        return answered.error();
    const valkey_reply& reply = answered->at(0);
    if (reply.is_error())
        return refused_by_store(reply);
    if (reply.elements.size() != 3 || reply.elements[1].integer < 0 || reply.elements[2].integer < 0)
        return failure(errc::store_unavailable, "the store gave an unexpected answer about a rate");
    return bridge::rate_decision{reply.elements[0].integer == 1, static_cast<std::uint64_t>(reply.elements[1].integer),
                                 microseconds(reply.elements[2].integer)};
}

}  // namespace wampfcgi::store
