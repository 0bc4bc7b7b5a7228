// Owns the query parameters of a request, and whether a signed request is genuine and fresh (contract section 3).
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/result.hpp"
#include "wampfcgi/core/settings.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::checks {

/// Most bytes of a query string, and of one parameter that means something here, decoded.
inline constexpr std::size_t max_query_bytes = 16 * 1024;
inline constexpr std::size_t max_parameter_bytes = 1024;

/// The query parameters that mean something here, percent-decoded, '+' as space; of one given twice, the first.
struct query_parameters {
    std::optional<std::string> key;
    std::optional<std::string> timestamp;
    std::optional<std::string> seq;
    std::optional<std::string> nonce;
    std::optional<std::string> signature;
};

/// Reads a query string (application/x-www-form-urlencoded). Never fails: a broken escape stands for itself.
query_parameters parse_query(std::string_view query);

/// Names and values, decoded.
using parameter_list = std::vector<std::pair<std::string, std::string>>;

/// The parameters that are none of those five, as often as they are given, in the order sent. One without "=" has an
/// empty value. Fails with parameter_invalid where a name or a value is no UTF-8 or has U+0000, and names that
/// parameter, or "query" where its name is more than a few plain characters.
result<parameter_list> other_parameters(std::string_view query);

/// Reads "2011-10-14T16:59:51.123Z": UTC, fraction of 1 to 6 digits or none. Nothing when it is no such time.
std::optional<std::chrono::sys_time<std::chrono::microseconds>> parse_timestamp(std::string_view text);

/// How a signed request was signed. `name` and `key` are the service's.
struct signature_facts {
    const std::string* name;
    const signing_key* key;
    std::array<std::uint8_t, 32> mac;  ///< the signature's bytes
    std::chrono::sys_time<std::chrono::microseconds> timestamp;
};

/// Has OpenSSL load what signatures and entity tags take. With the first request that needs it instead, that one would
/// wait, and OpenSSL would crash if memory ran out meanwhile.
void prepare_digests();

/// Makes every check of the query parameters, in the contract's order: length of the query and of each parameter
/// (parameter_invalid, naming "query" or the parameter), presence (all five, where the service has
/// keys), form of timestamp, seq and nonce (where present), expiry, key, signature over the raw body. The signature of
/// a GET or HEAD is over its other parameters instead, whose form is looked at before the expiry. `now` is the present
/// time. Nothing comes back for a service without keys. Fails with signature_parameter_missing,
/// parameter_invalid (both name the parameter), request_expired, key_unknown (a key past its not_after too),
/// signature_invalid.
result<std::optional<signature_facts>> check_signature(const request& req, const service_options& options,
                                                       std::chrono::sys_time<std::chrono::microseconds> now);

}  // namespace wampfcgi::checks
