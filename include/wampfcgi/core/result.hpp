// Owns error reporting for everything that a peer can cause: result<T> is a T or a failure.
#pragma once

#include "wampfcgi/core/errc.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <utility>

namespace wampfcgi {

/// Why a request cannot be served. The client learns `code` and `parameter`; `detail` is only for the log.
struct failure {
    // Not explicit: a function that returns a result<T> may return a bare errc.
    failure(errc its_code = errc::internal_error, std::string its_detail = {}, std::string its_peer_text = {},
            std::string its_parameter = {})
        : code(its_code),
          detail(std::move(its_detail)),
          peer_text(std::move(its_peer_text)),
          parameter(std::move(its_parameter))
    {}

    errc code;
    std::string detail;     ///< what was found and expected, in our words; never a secret
    std::string peer_text;  ///< raw text of the peer or the router; the log escapes and cuts it
    std::string parameter;  ///< query parameter at fault, for signature_parameter_missing and parameter_invalid
};

/// Called only when code reads the value of a failed result, which is a bug: throws std::logic_error.
[[noreturn]] void throw_exception_from_error(const failure& error, const boost::source_location& where);

/// The default Error is for what a peer can cause; start-up uses `trouble`.
template <class T, class Error = failure>
using result = boost::system::result<T, Error>;

}  // namespace wampfcgi
