// Owns asking an HTTP proxy for a tunnel by CONNECT, and the meaning of its answer (RFC 9110, 9.3.6). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wampfcgi::net {

/// The request for a tunnel. `host` is a name or an address, IPv6 without brackets.
std::string connect_request(std::string_view host, std::uint16_t port);

/// The proxy's answer, in pieces of any size.
class proxy_answer {
public:
    enum class state_kind { incomplete, connected, failed };

    /// The most bytes of an answer; those of interim answers count too.
    static constexpr std::size_t max_bytes = 16 * 1024;

    /// Returns how many of the bytes belong to the answer; those behind it come from the server. Call it only while the
    /// answer is incomplete.
    std::size_t feed(std::string_view bytes);

    state_kind state() const { return state_; }

    /// Why there is no tunnel, for the log; after state_kind::failed.
    const std::string& failure() const { return failure_; }

    /// Why there is none if the proxy closes the connection now, for the log.
    std::string cut_short() const;

private:
    void take(char next);
    void end_line();
    void read_status_line();
    void end_head();
    void fail(std::string why);

    state_kind state_ = state_kind::incomplete;
    std::size_t taken_ = 0;
    std::string line_;  // the one that is arriving
    bool in_fields_ = false;
    int status_ = 0;
    std::string reason_;
    std::string failure_;
};

}  // namespace wampfcgi::net
