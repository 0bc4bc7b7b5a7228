// Owns the structure of the configuration and all default values. config/ reads the file.
#pragma once

#include "wampfcgi/core/errc.hpp"
#include "wampfcgi/core/methods.hpp"
#include "wampfcgi/core/network.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi {

/// Which HTTP statuses refusals and WAMP errors have (contract section 5).
enum class status_style { crossbar, http };

/// A fact about the request that the callee may receive.
enum class forward_source { remote_addr, remote_user, ssl_client_s_dn, http_user_agent, request_id, signing_key };

/// The settings of a key for signed requests.
struct signing_key {
    std::string secret;                                    ///< never logged
    std::optional<std::vector<std::string>> procedures{};  ///< form as in service_options; both must allow
    std::optional<std::vector<std::string>> topics{};      ///< likewise
    std::optional<std::chrono::sys_time<std::chrono::microseconds>> not_after;  ///< absent: never expires

    friend bool operator==(const signing_key&, const signing_key&) = default;
};

/// How a webhook's signature is computed: an HMAC, or none if the sender sends the secret itself.
enum class webhook_algorithm { sha1, sha256, sha512, token };

/// The encoding of a webhook's signature.
enum class signature_encoding { hex, base64 };

/// A piece of the text signed by a webhook's sender.
struct signed_piece {
    enum class kind { text, header, timestamp, body };
    kind what = kind::body;
    std::string text{};  ///< the text itself, or the header's name

    friend bool operator==(const signed_piece&, const signed_piece&) = default;
};

/// How to verify a webhook's sender. Names of headers are in the spelling of header_name().
struct webhook_verification {
    std::string header;  ///< contains the signature
    webhook_algorithm algorithm = webhook_algorithm::sha256;
    signature_encoding encoding = signature_encoding::hex;
    std::string prefix{};                                                  ///< before the signature
    std::string secret{};                                                  ///< never logged
    std::vector<signed_piece> signed_text = std::vector<signed_piece>(1);  ///< default: the body alone
    std::string timestamp_header{};   ///< contains the Unix time of signing; empty: none
    std::string timestamp_part{};     ///< the same inside the signature's header; at most one of the two
    std::string signature_part{};     ///< "v1" in "t=1,v1=ab,v1=cd"; empty: the header is the signature
    std::chrono::seconds max_age{0};  ///< most seconds between signing and now, in both directions; 0: any

    friend bool operator==(const webhook_verification&, const webhook_verification&) = default;
};

/// Options of webhooks only.
struct webhook_options {
    std::string topic;                              ///< to publish to
    std::vector<std::string> headers{};             ///< published despite their names; in the spelling of header_name()
    std::string success_response = "OK";            ///< text of the answer after publishing
    std::string error_response = "NOT OK";          ///< text of the answer when publishing failed
    std::vector<webhook_verification> verify_by{};  ///< the first with a present header decides; empty: no verification

    friend bool operator==(const webhook_options&, const webhook_options&) = default;
};

/// The part of a status that requires the token.
enum class token_scope { all, figures };

/// Options of status services only.
struct status_options {
    std::optional<std::string> token{};  ///< from `token_file`, never logged; absent: not required
    token_scope token_for = token_scope::all;

    friend bool operator==(const status_options&, const status_options&) = default;
};

/// Which caches may keep a result of GET: the client's own, or also shared ones.
enum class cache_scope { client, shared };

/// What has its own token bucket.
enum class rate_subject { address, key, service };

/// A rate limit: a bucket of `requests` tokens, which refills completely in `period`.
struct rate_limit {
    std::uint64_t requests = 0;
    std::chrono::seconds period{0};
    rate_subject by = rate_subject::address;

    friend bool operator==(const rate_limit&, const rate_limit&) = default;
};

/// The type of service at a path.
enum class service_type { caller, publisher, webhook, events, status, console };

/// False for services that answer by themselves: they have no realm, role or session.
constexpr bool has_session(service_type type)
{
    return type != service_type::status && type != service_type::console;
}

/// The name in the configuration.
std::string_view name_of(service_type type) noexcept;

/// Options of a service (contract section 2).
struct service_options {
    std::map<std::string, signing_key, std::less<>> keys;  ///< by name; not empty: only signed requests are accepted
    std::uint64_t post_body_limit = 0;                     ///< bytes; 0: no own limit
    std::chrono::seconds timestamp_delta_limit{0};         ///< 0: any
    bool replay_protection = false;  ///< accepts a signature once; needs keys and timestamp_delta_limit
    std::optional<std::vector<network>>
        require_ip;  ///< absent: all; for console, and status without token: loopback; empty: none
    bool require_tls = false;
    std::optional<rate_limit> rate;  ///< absent: none
    bool debug = false;
    std::chrono::milliseconds call_timeout{30'000};      ///< 0: never
    std::optional<std::vector<std::string>> procedures;  ///< exact URIs, or prefixes ending in "."; absent: all
    std::optional<std::vector<std::string>> topics;      ///< likewise
    std::optional<std::string> procedure;                ///< the only one, called even if a request does not name it
    method_set methods = post_and_put;                   ///< accepted; GET only with `procedure`
    std::chrono::seconds max_age{0};                     ///< how long a result of GET may be cached; 0: not at all
    cache_scope cache = cache_scope::client;
    int success_status = 200;                  ///< HTTP status of an accepted publication: 200 or 202
    std::vector<std::string> allowed_origins;  ///< "scheme://host[:port]" in lower case, or "*"
    status_style status_codes = status_style::crossbar;
    std::map<std::string, forward_source> forward;  ///< by name in kwargs._http; empty: no such member
    std::size_t max_streams_per_address = 100;      ///< in a worker; 0: no limit
    std::chrono::seconds heartbeat{15};             ///< longest silence of an event stream
    std::chrono::seconds max_stream{0};             ///< after which an event stream is ended; 0: never
    webhook_options webhook{};
    status_options status{};

    friend bool operator==(const service_options&, const service_options&) = default;
};

/// One entry of `paths`.
struct service_settings {
    std::string path;  ///< key in the configuration: "/", or segments without a leading slash
    service_type type = service_type::caller;
    std::string realm{};  ///< empty without a session
    std::string role{};   ///< authrole that the router must assign; empty without a session
    service_options options{};

    friend bool operator==(const service_settings&, const service_settings&) = default;
};

/// A router's address.
struct router_url {
    enum class transport_kind { rawsocket_tcp, rawsocket_tls, rawsocket_unix, websocket, websocket_tls };
    transport_kind transport = transport_kind::rawsocket_tcp;
    std::string host;        ///< name or address, IPv6 without brackets; empty for a Unix socket
    std::uint16_t port = 0;  ///< 0 for a Unix socket
    std::string path;        ///< Unix socket path, or WebSocket path with query
    std::string text;        ///< as configured, for the log

    friend bool operator==(const router_url&, const router_url&) = default;
};

/// The address of an HTTP proxy.
struct proxy_url {
    std::string host;  ///< name or address, IPv6 without brackets
    std::uint16_t port = 0;
    std::string text;  ///< as configured

    friend bool operator==(const proxy_url&, const proxy_url&) = default;
};

enum class authmethod_kind { anonymous, ticket, wampcra, cryptosign };

/// How sessions of one role log in.
struct credentials {
    authmethod_kind authmethod = authmethod_kind::anonymous;
    std::string authid;
    std::string secret;     ///< from `secret` or `secret_file`; for cryptosign the 32 bytes of the key; never logged
    std::string authextra;  ///< one MessagePack map for HELLO; empty: none

    friend bool operator==(const credentials&, const credentials&) = default;
};

/// The encoding of messages to the router.
enum class serializer_kind { msgpack, json };

/// TLS settings. Certificate and host name of the server are always verified.
struct tls_settings {
    std::string authorities;  ///< content of ca_file, PEM; empty: the system's store
    std::string certificate;  ///< content of certificate_file, a PEM chain; empty: none
    std::string key;          ///< content of key_file, PEM, with certificate; never logged

    friend bool operator==(const tls_settings&, const tls_settings&) = default;
};

/// The `router` section.
struct router_settings {
    std::vector<router_url> urls;                      ///< at least one; tried in order
    std::chrono::milliseconds connect_timeout{5'000};  ///< for TCP, TLS and WAMP handshake together
    std::chrono::seconds keepalive{30};                ///< a vanished peer is detected within this time
    serializer_kind serializer = serializer_kind::msgpack;
    std::optional<proxy_url> proxy;  ///< on the way to routers, but not to Unix sockets; absent: none
    tls_settings tls;
    std::map<std::string, credentials> by_role;  ///< a role without an entry joins anonymously

    friend bool operator==(const router_settings&, const router_settings&) = default;
};

/// A server's address.
struct store_url {
    std::string host;        ///< name or address, IPv6 without brackets; empty for a Unix socket
    std::uint16_t port = 0;  ///< 0 for a Unix socket
    std::string path;        ///< of the Unix socket
    bool tls = false;
    std::string text;  ///< as configured, for the log

    friend bool operator==(const store_url&, const store_url&) = default;
};

/// The `store` section: the Valkey or Redis that several machines share.
struct store_settings {
    std::vector<store_url> urls;               ///< one server; with `master` the Sentinels, at least one
    std::string master;                        ///< the Sentinels' name of the server; empty: no Sentinels
    unsigned database = 0;                     ///< of the server
    std::string username;                      ///< empty: the default user
    std::string password;                      ///< from `password_file`; empty: none; never logged
    std::chrono::milliseconds timeout{1'000};  ///< for one command, and for connecting in total
    std::string prefix = "wamp-fcgi:";         ///< of all keys
    unsigned replicas = 0;                     ///< that must have each write, by WAIT
    tls_settings tls;

    friend bool operator==(const store_settings&, const store_settings&) = default;
};

enum class log_target { standard_error, file, syslog, journal };
enum class log_format { text, json };

/// The `log` section.
struct log_settings {
    log_target target = log_target::standard_error;
    std::string file;  ///< absolute path, for log_target::file
    log_format format = log_format::text;
    log_level level = log_level::notice;  ///< least important level written
    bool access = false;                  ///< a line for each request
    std::chrono::milliseconds slow{0};    ///< a line for each call that takes longer; 0: none
    std::optional<bool> timestamps;       ///< in text; absent: only in files

    friend bool operator==(const log_settings&, const log_settings&) = default;
};

/// What `router_queue` of the `limits` section is if nothing limits the memory: four of the largest messages.
inline constexpr std::size_t usual_router_queue_bytes = std::size_t{64} << 20;

/// The `limits` section: what a worker may hold in memory, in bytes. What is absent follows the memory that the machine
/// lets the process use (process/memory_limit.hpp).
struct limits_settings {
    std::optional<std::uint64_t> request_buffers;   ///< requests being received
    std::optional<std::uint64_t> response_buffers;  ///< answers being sent
    std::optional<std::uint64_t> router_queue;      ///< waiting for a session, or to be sent; each, in each session
    std::uint64_t open_files = 65'536;              ///< descriptors, if the hard limit allows

    friend bool operator==(const limits_settings&, const limits_settings&) = default;
};

/// The whole configuration.
struct settings {
    std::string mount;  ///< removed from the front of SCRIPT_NAME + PATH_INFO; empty: uses PATH_INFO
    router_settings router;
    std::optional<store_settings> store;              ///< absent: files in state_dir
    std::vector<service_settings> services;           ///< in the file's order; paths are unique
    std::size_t max_in_flight = 10'000;               ///< calls in flight in a worker; further ones get 503
    std::size_t max_streams = 10'000;                 ///< open event streams in a worker; likewise
    std::uint64_t max_requests = 0;                   ///< after which a worker is replaced; 0: never
    std::chrono::milliseconds shutdown_grace{2'500};  ///< for requests in flight when a worker must end
    std::string state_dir;                            ///< folder of shared files; empty: see store/state_folder.hpp
    std::uint64_t replay_capacity =
        1'000'000;  ///< most signatures in twice a timestamp_delta_limit, shared equally by keys
    limits_settings limits;
    log_settings log;
    std::vector<std::string> warnings;  ///< not mistakes, but worth knowing; one line each

    friend bool operator==(const settings&, const settings&) = default;
};

/// True for a service that shares state with other processes: signatures, or rates.
bool remembers(const service_settings& which) noexcept;

/// True if there is a store and a service that uses it.
bool uses_store(const settings& config) noexcept;

}  // namespace wampfcgi
