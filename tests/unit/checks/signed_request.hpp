// Owns making signed requests from the vectors, for the tests of signature_check.
#pragma once

#include "wampfcgi/checks/signature.hpp"

#include "signature_vectors.hpp"
#include "support/request_builder.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::checks {

using instant = std::chrono::sys_time<std::chrono::microseconds>;

inline const signature_vector& plain_call = signature_vectors.front();
inline const instant signing_time = parse_timestamp(plain_call.timestamp).value();

inline std::string percent_encoded(std::string_view text)
{
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        encoded += {'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]};
    }
    return encoded;
}

inline service_options options_of(const signature_vector& row)
{
    service_options options;
    options.keys[row.key].secret = row.secret;
    return options;
}

/// The parts of a request; the signature is as in the URL.
struct signed_request {
    signature_vector fields;
    std::string raw_signature;

    explicit signed_request(const signature_vector& row)
        : fields(row),
          raw_signature(percent_encoded(row.signature_urlsafe))
    {}

    request build() const
    {
        return request_builder{}
            .query("key=" + percent_encoded(fields.key) + "&timestamp=" + percent_encoded(fields.timestamp) +
                   "&seq=" + percent_encoded(fields.seq) + "&nonce=" + percent_encoded(fields.nonce) +
                   "&signature=" + raw_signature)
            .body(fields.body)
            .build();
    }
};

inline result<std::optional<signature_facts>> check_signature(const request& req, const service_options& options,
                                                              instant now)
{
    return signature_check(options).check(req, now);
}

/// The error's name, and after a colon the parameter at fault; or "accepted".
inline std::string verdict(const request& req, const service_options& options, instant now = signing_time)
{
    const auto res = check_signature(req, options, now);
    if (!res)
        return std::string(describe(res.error().code).name) +
               (res.error().parameter.empty() ? "" : ":" + res.error().parameter);
    return "accepted";
}

inline std::string verdict(const std::string& query, const service_options& options, instant now = signing_time)
{
    return verdict(request_builder{}.query(query).build(), options, now);
}

}  // namespace wampfcgi::checks
