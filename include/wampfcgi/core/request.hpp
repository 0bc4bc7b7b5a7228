// Owns the value of one HTTP request as the web server sent it: one block of memory with the CGI variables, followed by
// the body. fcgi/ reads requests.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi {

/// One request: the CGI variables (RFC 3875) that the checks use, unchanged, and the body. Members return views into
/// the request's memory: they are valid until the request is changed, moved or destroyed. An empty optional stands for
/// a variable that was not sent.
class request {
public:
    enum class variable : std::uint8_t {
        method,          ///< REQUEST_METHOD
        script_name,     ///< SCRIPT_NAME
        path_info,       ///< PATH_INFO
        query,           ///< QUERY_STRING, still percent-encoded
        remote_addr,     ///< REMOTE_ADDR: the only client address that is trusted
        https,           ///< HTTPS
        host,            ///< HTTP_HOST
        server_port,     ///< SERVER_PORT
        origin,          ///< HTTP_ORIGIN
        content_type,    ///< CONTENT_TYPE
        content_length,  ///< CONTENT_LENGTH
        remote_user,     ///< REMOTE_USER: the user authenticated by the web server
        client_subject,  ///< SSL_CLIENT_S_DN: subject of a client certificate verified by the web server
        user_agent,      ///< HTTP_USER_AGENT
        accept,          ///< HTTP_ACCEPT
        sec_fetch_site,  ///< HTTP_SEC_FETCH_SITE: a browser tells how the calling page's site relates to this one
        sec_fetch_mode,  ///< HTTP_SEC_FETCH_MODE
        last_event_id,   ///< HTTP_LAST_EVENT_ID: EventSource resumes a stream
        if_none_match,   ///< HTTP_IF_NONE_MATCH
        wanted_status,   ///< WAMP_FCGI_STATUS: sent by `wamp-fcgi --status`; clients cannot set it by a header
        id,              ///< identifies the request in the log
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

    /// All variables sent, also those without a member, for take_pair().
    std::string_view pairs() const noexcept { return text_at(pairs_); }

    /// Raw bytes; complete before any check looks at them.
    std::string_view body() const noexcept { return std::string_view(memory_).substr(body_at_); }

    /// The path below the web server's root.
    std::string path() const { return std::string(script_name()).append(path_info()); }

    // Filling a request: first the variables, then the body.

    /// Reserves memory for `bytes` more.
    void reserve(std::size_t bytes) { memory_.reserve(memory_.size() + bytes); }

    /// Appends bytes that hold variables, and returns their offset. Call it before adding a body.
    std::size_t add(std::string_view bytes);

    /// Records where in the memory a variable's value is; replaces an earlier record.
    void place(variable which, std::size_t offset, std::size_t bytes) noexcept
    {
        place_of(which) = {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(bytes), true};
    }

    /// Records where in the memory all variables are, as consecutive pairs.
    void place_pairs(std::size_t offset, std::size_t bytes) noexcept;

    /// Adds the value of a variable.
    void set(variable which, std::string_view value) { place(which, add(value), value.size()); }

    /// Marks the variable as not sent.
    void unset(variable which) noexcept { place_of(which) = {}; }

    /// For appending the body only.
    std::string& body_memory() noexcept { return memory_; }

    /// Frees the memory of the body. Invalidates all views, also those of variables.
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
