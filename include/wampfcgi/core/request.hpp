// Owns the value that one HTTP request is, as the web server handed it over: one block of memory with the CGI variables
// and behind them the body. Reading it is fcgi/'s business.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi {

/// One request: the CGI variables (RFC 3875) that the checks look at, as they came, and the body. What its members give
/// are views into the request's memory: good until it is changed, moved or destroyed.
/// An optional that is empty stands for a variable that was not sent at all.
class request {
public:
    enum class variable : std::uint8_t {
        method,          ///< REQUEST_METHOD
        script_name,     ///< SCRIPT_NAME
        path_info,       ///< PATH_INFO
        query,           ///< QUERY_STRING, still percent-encoded
        remote_addr,     ///< REMOTE_ADDR: the only client address that is believed
        https,           ///< HTTPS
        host,            ///< HTTP_HOST
        server_port,     ///< SERVER_PORT
        origin,          ///< HTTP_ORIGIN
        content_type,    ///< CONTENT_TYPE
        content_length,  ///< CONTENT_LENGTH
        remote_user,     ///< REMOTE_USER: whom the web server has authenticated
        client_subject,  ///< SSL_CLIENT_S_DN, of a certificate that the web server has verified
        user_agent,      ///< HTTP_USER_AGENT
        accept,          ///< HTTP_ACCEPT
        sec_fetch_site,  ///< HTTP_SEC_FETCH_SITE: a browser says where the page is that asks
        sec_fetch_mode,  ///< HTTP_SEC_FETCH_MODE
        last_event_id,   ///< HTTP_LAST_EVENT_ID: EventSource takes a stream up again
        if_none_match,   ///< HTTP_IF_NONE_MATCH
        wanted_status,   ///< WAMP_FCGI_STATUS: `wamp-fcgi --status` asks, for no header of a client is called so
        id,              ///< names the request in the log
    };

    std::string_view method() const noexcept { return value_of(variable::method); }
    std::string_view script_name() const noexcept { return value_of(variable::script_name); }
    std::string_view path_info() const noexcept { return value_of(variable::path_info); }
    std::string_view query() const noexcept { return value_of(variable::query); }
    std::string_view remote_addr() const noexcept { return value_of(variable::remote_addr); }
    std::string_view https() const noexcept { return value_of(variable::https); }
    std::string_view host() const noexcept { return value_of(variable::host); }
    std::string_view server_port() const noexcept { return value_of(variable::server_port); }
    std::optional<std::string_view> origin() const noexcept { return find(variable::origin); }
    std::optional<std::string_view> content_type() const noexcept { return find(variable::content_type); }
    std::optional<std::string_view> content_length() const noexcept { return find(variable::content_length); }
    std::optional<std::string_view> remote_user() const noexcept { return find(variable::remote_user); }
    std::optional<std::string_view> client_subject() const noexcept { return find(variable::client_subject); }
    std::optional<std::string_view> user_agent() const noexcept { return find(variable::user_agent); }
    std::string_view accept() const noexcept { return value_of(variable::accept); }
    std::string_view sec_fetch_site() const noexcept { return value_of(variable::sec_fetch_site); }
    std::string_view sec_fetch_mode() const noexcept { return value_of(variable::sec_fetch_mode); }
    std::optional<std::string_view> last_event_id() const noexcept { return find(variable::last_event_id); }
    std::string_view if_none_match() const noexcept { return value_of(variable::if_none_match); }
    std::string_view wanted_status() const noexcept { return value_of(variable::wanted_status); }
    std::string_view id() const noexcept { return value_of(variable::id); }

    /// All that came, those that no member is for too, as take_pair() reads them.
    std::string_view pairs() const noexcept { return text_at(pairs_); }

    /// Raw bytes, complete before anything looks at them.
    std::string_view body() const noexcept { return std::string_view(memory_).substr(body_at_); }

    /// The path below the web server's root.
    std::string path() const { return std::string(script_name()).append(path_info()); }

    // Making one: first the variables, then the body.

    /// Reserves memory for so many bytes more.
    void reserve(std::size_t bytes) { memory_.reserve(memory_.size() + bytes); }

    /// Adds bytes in which variables are, and returns where they begin. There is no body yet.
    std::size_t add(std::string_view bytes);

    /// Says where in the memory the value of a variable is; what was said about it before is forgotten.
    void place(variable which, std::size_t offset, std::size_t bytes) noexcept;

    /// Says where in the memory all variables are, one pair behind the other.
    void place_pairs(std::size_t offset, std::size_t bytes) noexcept;

    /// Adds the value of a variable.
    void set(variable which, std::string_view value) { place(which, add(value), value.size()); }

    /// The variable counts as not sent.
    void unset(variable which) noexcept { place_of(which) = {}; }

    /// Where the bytes of the body are to be appended, and nothing else is to be done.
    std::string& body_memory() noexcept { return memory_; }

    /// Gives the memory of the body back: a view of it is good no more, nor is one of a variable.
    void drop_body();

private:
    static constexpr std::size_t variables = static_cast<std::size_t>(variable::id) + 1;

    struct extent {
        std::uint32_t offset = 0;
        std::uint32_t bytes = 0;
        bool is_sent = false;
    };

    const extent& place_of(variable which) const noexcept { return places_[static_cast<std::size_t>(which)]; }
    extent& place_of(variable which) noexcept { return places_[static_cast<std::size_t>(which)]; }
    std::string_view text_at(const extent& where) const noexcept
    {
        return {memory_.data() + where.offset, where.bytes};
    }
    std::string_view value_of(variable which) const noexcept { return text_at(place_of(which)); }
    std::optional<std::string_view> find(variable which) const noexcept
    {
        return place_of(which).is_sent ? std::optional(value_of(which)) : std::nullopt;
    }

    std::string memory_;
    std::size_t body_at_ = 0;
    std::array<extent, variables> places_{};
    extent pairs_{};
};

}  // namespace wampfcgi
