#include "wampfcgi/checks/signature.hpp"

#include "checks/hmac.hpp"
#include "checks/text.hpp"
#include "wampfcgi/checks/entity_tag.hpp"
#include "wampfcgi/checks/transport.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <utility>

namespace wampfcgi::checks {

namespace {

using instant = std::chrono::sys_time<std::chrono::microseconds>;

constexpr std::size_t max_digits = 20;  // clients use random numbers of up to 64 bits
constexpr std::string_view not_a_number = "is not a decimal integer of at most 20 digits";

std::array<std::pair<const char*, const std::optional<std::string_view>*>, 5> all_of(const query_parameters& given)
{
    return {{{"key", &given.key},
             {"timestamp", &given.timestamp},
             {"seq", &given.seq},
             {"nonce", &given.nonce},
             {"signature", &given.signature}}};
}

result<void> check_lengths(std::string_view query, const query_parameters& given, bool is_signed)
{
    if (query.size() <= max_parameter_bytes)
        return {};  // no parameter is longer
    const auto all = all_of(given);
    const std::span looked_at = is_signed ? std::span(all) : std::span(all).subspan(1, 2);  // timestamp and seq
    const auto refuse = [](const char* what, std::size_t bytes, std::size_t allowed) {
        return failure{errc::parameter_invalid,
                       std::string(what) + " of " + std::to_string(bytes) + " bytes, " + std::to_string(allowed) +
                           " allowed",
                       {},
                       what};
    };
    if (query.size() > max_query_bytes)
        return refuse("query", query.size(), max_query_bytes);
    for (const auto& [name, value] : looked_at)
        if (*value && (*value)->size() > max_parameter_bytes)
            return refuse(name, (*value)->size(), max_parameter_bytes);
    return {};
}

result<void> check_presence(const query_parameters& given)
{
    if (given.key && given.timestamp && given.seq && given.nonce && given.signature)
        return {};
    for (const auto& [name, value] : all_of(given))
        if (!*value)
            return failure{
                errc::signature_parameter_missing, std::string("no ") + name + " in a signed request", {}, name};
    return {};
}

bool is_number(std::string_view text)
{
    if (text.starts_with('-'))
        text.remove_prefix(1);
    return !text.empty() && text.size() <= max_digits && std::ranges::all_of(text, is_digit);
}

failure invalid(const char* parameter, std::string_view what, std::string_view value)
{
    return {errc::parameter_invalid, std::string(parameter) + " " + std::string(what), std::string(value), parameter};
}

result<void> check_expiry(std::optional<instant> timestamp, instant now, std::chrono::seconds limit)
{
    if (!timestamp || limit.count() == 0)
        return {};
    // Rounding up makes one microsecond over the limit exceed it. No limit is too large to compare in seconds.
    const auto distance = std::chrono::ceil<std::chrono::seconds>(std::chrono::abs(now - *timestamp));
    if (distance <= limit)
        return {};
    return refusal(errc::request_expired, "timestamp is " + std::to_string(distance.count()) +
                                              (*timestamp < now ? " s old, " : " s ahead, ") +
                                              std::to_string(limit.count()) + " s allowed");
}

/// The text signed in place of the body for a GET. Names and values contain no U+0000, so the separators are
/// unambiguous. A body that begins with "?" is not JSON, so a signed link cannot be replayed as a POST.
result<std::string> signed_query(std::string_view query)
{
    const auto others = other_parameters(query);
    if (!others)
        return others.error();
    std::string text = "?";
    for (const auto& [name, value] : *others)
        text.append(name).append(1, '\0').append(value).append(1, '\0');
    return text;
}

}  // namespace

/// The keys that requests have named, ready to compute HMACs.
class signature_check::known_keys {
public:
    /// Checks the signature alone; all five parameters must be present.
    result<hmac_bytes> check_hmac(const query_parameters& given, const signing_key& key, std::string_view content)
    {
        const auto signature = decode_signature(*given.signature);
        if (!signature)
            return refusal(errc::signature_invalid, "signature is not 32 bytes in Base64");
        auto known = known_.find(&key);
        if (known == known_.end())
            known = known_.try_emplace(&key, digest::sha256, key.secret).first;
        const auto expected =
            known->second.hmac(std::array{*given.key, *given.timestamp, *given.seq, *given.nonce, content});
        if (!expected) {
            known_.erase(known);  // may be possible again later
            return refusal(errc::internal_error, "OpenSSL cannot compute an HMAC-SHA256");
        }
        if (!equal_in_constant_time(as_text(*signature), expected->text()))
            return refusal(errc::signature_invalid, "signature does not match the request");
        return *signature;
    }

    /// Checks the key, then the signature. `timestamp` is the request's.
    result<signature_facts> check(const query_parameters& given, const service_options& options,
                                  std::string_view content, instant timestamp, instant now)
    {
        const auto found = options.keys.find(*given.key);
        if (found == options.keys.end())
            return refusal(errc::key_unknown, "the service has no such key", *given.key);
        const auto& [name, key] = *found;
        if (key.not_after && now > *key.not_after)
            return refusal(errc::key_unknown, "the key's not_after has passed", *given.key);
        const auto valid = check_hmac(given, key, content);
        if (!valid)
            return valid.error();
        return signature_facts{&name, &key, *valid, timestamp};
    }

    std::string decoded;  ///< for parse_query(), which then needs no memory of its own

private:
    std::map<const signing_key*, hmac_key> known_;
};

void prepare_digests()
{
    hmac_key(digest::sha256, {}).hmac({});
    entity_tag({});
}

signature_check::signature_check(const service_options& options)
    : options_(options),
      keys_(std::make_unique<known_keys>())
{}

signature_check::~signature_check() = default;

result<std::optional<signature_facts>> signature_check::check(const request& req, instant now) const
{
    const bool is_signed = !options_.keys.empty();
    if (!is_signed && req.query().empty())
        return std::optional<signature_facts>{};
    const query_parameters given = parse_query(req.query().substr(0, max_query_bytes), keys_->decoded);
    if (auto short_enough = check_lengths(req.query(), given, is_signed); !short_enough)
        return short_enough.error();
    if (is_signed)
        if (auto complete = check_presence(given); !complete)
            return complete.error();
    const auto timestamp = given.timestamp ? parse_timestamp(*given.timestamp) : std::nullopt;
    if (given.timestamp && !timestamp)
        return invalid("timestamp", "is not a UTC time such as 2011-10-14T16:59:51.123Z", *given.timestamp);
    if (given.seq && !is_number(*given.seq))
        return invalid("seq", not_a_number, *given.seq);
    if (is_signed && !is_number(*given.nonce))
        return invalid("nonce", not_a_number, *given.nonce);
    const bool by_query = is_signed && asks_by_query(req);
    std::string link;
    if (by_query) {
        auto text = signed_query(req.query());
        if (!text)
            return text.error();
        link = *std::move(text);
    }
    if (auto fresh = check_expiry(timestamp, now, options_.timestamp_delta_limit); !fresh)
        return fresh.error();
    if (!is_signed)
        return std::optional<signature_facts>{};
    auto facts = keys_->check(given, options_, by_query ? link : req.body(), *timestamp, now);
    if (!facts)
        return facts.error();
    return std::optional{*facts};
}

}  // namespace wampfcgi::checks
