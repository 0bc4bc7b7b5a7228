// Owns the query parameters of a request, and the check of its signature and age (contract section 3).
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/result.hpp"
#include "wampfcgi/core/settings.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::checks {

/// The most bytes of a query string, and of one of the parameters below after decoding.
inline constexpr std::size_t max_query_bytes = 16 * 1024;
inline constexpr std::size_t max_parameter_bytes = 1024;

/// The query parameters with a meaning, percent-decoded, '+' as space. Of a repeated one, the first.
struct query_parameters {
    std::optional<std::string_view> key;
    std::optional<std::string_view> timestamp;
    std::optional<std::string_view> seq;
    std::optional<std::string_view> nonce;
    std::optional<std::string_view> signature;
};

/// Parses a query string (application/x-www-form-urlencoded). Never fails: a broken escape is kept unchanged. Returns
/// views of `decoded`, whose content is replaced.
query_parameters parse_query(std::string_view query, std::string& decoded);

/// Names and values, decoded.
using parameter_list = std::vector<std::pair<std::string, std::string>>;

/// The parameters other than those five, with repetitions, in the order sent. One without "=" has an empty value. Fails
/// with parameter_invalid when a name or value is not UTF-8 or contains U+0000. The failure names the parameter, or
/// "query" when its name is more than a few plain characters.
result<parameter_list> other_parameters(std::string_view query);

/// Parses "2011-10-14T16:59:51.123Z": UTC, 0 to 6 digits of a fraction. Nothing when it has another form.
std::optional<std::chrono::sys_time<std::chrono::microseconds>> parse_timestamp(std::string_view text);

/// How a request was signed. `name` and `key` point into the service's settings.
struct signature_facts {
    const std::string* name;
    const signing_key* key;
    std::array<std::uint8_t, 32> mac;  ///< the signature's bytes
    std::chrono::sys_time<std::chrono::microseconds> timestamp;
};

/// Makes OpenSSL load the digests for signatures and entity tags. Otherwise the first request that needs them would
/// wait, and OpenSSL would crash if memory ran out at that moment.
void prepare_digests();

/// Checks the signatures and ages of a service's requests. Keeps what it computes from each key.
class signature_check {
public:
    /// `options` must outlive it.
    explicit signature_check(const service_options& options);
    ~signature_check();
    signature_check(const signature_check&) = delete;
    signature_check& operator=(const signature_check&) = delete;

    /// Makes every check of the query parameters, in the contract's order: length of the query and of each parameter
    /// (parameter_invalid, naming "query" or the parameter); presence of all five if the service has keys; form of
    /// timestamp, seq and nonce where present; expiry; key; signature over the raw body. The signature of a GET or HEAD
    /// covers its other parameters instead; their form is checked before the expiry. `now` is the present time. Returns
    /// nothing for a service without keys. Fails with signature_parameter_missing, parameter_invalid (both name the
    /// parameter), request_expired, key_unknown (also for a key past its not_after), signature_invalid.
    result<std::optional<signature_facts>> check(const request& req,
                                                 std::chrono::sys_time<std::chrono::microseconds> now) const;

private:
    class known_keys;

    const service_options& options_;
    std::unique_ptr<known_keys> keys_;
};

}  // namespace wampfcgi::checks
