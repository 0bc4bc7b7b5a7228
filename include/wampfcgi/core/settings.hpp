// Owns the shape of the configuration and every default value. Reading the file is config/'s business.
#pragma once

#include "wampfcgi/core/errc.hpp"
#include "wampfcgi/core/methods.hpp"
#include "wampfcgi/core/network.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi {

/// Which HTTP statuses refusals and WAMP errors get (contract section 5).
enum class status_style { crossbar, http };

/// What can be told to the callee about the request.
enum class forward_source { remote_addr, remote_user, ssl_client_s_dn, http_user_agent, request_id, signing_key };

/// What goes with the name of a key that requests may be signed with.
struct signing_key {
    std::string secret;                                                         ///< never logged
    std::optional<std::vector<std::string>> procedures{};                       ///< as in service_options, and besides
    std::optional<std::vector<std::string>> topics{};                           ///< likewise
    std::optional<std::chrono::sys_time<std::chrono::microseconds>> not_after;  ///< absent: never expires

    friend bool operator==(const signing_key&, const signing_key&) = default;
};

/// What makes a webhook's signature of what is signed: an HMAC, or nothing, where the secret itself is sent.
enum class webhook_algorithm { sha1, sha256, sha512, token };

/// How the bytes of a webhook's signature are written.
enum class signature_encoding { hex, base64 };

/// A piece of what a webhook's sender signs.
struct signed_piece {
    enum class kind { text, header, timestamp, body };
    kind what = kind::body;
    std::string text{};  ///< the text itself, or the header's name

    friend bool operator==(const signed_piece&, const signed_piece&) = default;
};

/// How the sender of a webhook proves who it is. Names of headers are as header_name() writes them.
struct webhook_verification {
    std::string header;  ///< that has the signature
    webhook_algorithm algorithm = webhook_algorithm::sha256;
    signature_encoding encoding = signature_encoding::hex;
    std::string prefix{};                                                  ///< in front of the signature
    std::string secret{};                                                  ///< never logged
    std::vector<signed_piece> signed_text = std::vector<signed_piece>(1);  ///< the body alone unless configured
    std::string timestamp_header{};   ///< that has the Unix time of signing; empty: none
    std::string timestamp_part{};     ///< the same within the header of the signature; one of the two at most
    std::string signature_part{};     ///< "v1" in "t=1,v1=ab,v1=cd"; empty: the header is the signature
    std::chrono::seconds max_age{0};  ///< most seconds between signing and now, either way; 0: any

    friend bool operator==(const webhook_verification&, const webhook_verification&) = default;
};

/// Options of a webhook alone.
struct webhook_options {
    std::string topic;                              ///< where it publishes
    std::vector<std::string> headers{};             ///< published in spite of their names, as header_name() writes them
    std::string success_response = "OK";            ///< text of the answer once the event is published
    std::string error_response = "NOT OK";          ///< the same where it cannot be published
    std::vector<webhook_verification> verify_by{};  ///< the first whose header is there decides; empty: all are welcome

    friend bool operator==(const webhook_options&, const webhook_options&) = default;
};

/// What of a status is shown only to those who have the token.
enum class token_scope { all, figures };

/// Options of a status alone.
struct status_options {
    std::optional<std::string> token{};  ///< from `token_file`, never logged; absent: none is needed
    token_scope token_for = token_scope::all;

    friend bool operator==(const status_options&, const status_options&) = default;
};

/// Who may keep a result of GET: the client's own cache, or those on the way that answer others from it, too.
enum class cache_scope { client, shared };

/// What has a bucket of tokens of its own.
enum class rate_subject { address, key, service };

/// How much may be asked for: a bucket of `requests` tokens, which an empty one has again after `period`.
struct rate_limit {
    std::uint64_t requests = 0;
    std::chrono::seconds period{0};
    rate_subject by = rate_subject::address;

    friend bool operator==(const rate_limit&, const rate_limit&) = default;
};

/// What a path is served by.
enum class service_type { caller, publisher, webhook, events, status, console };

/// False for what answers by itself: such a service has neither realm nor role, and no session.
constexpr bool has_session(service_type type)
{
    return type != service_type::status && type != service_type::console;
}

/// As in the configuration.
std::string_view name_of(service_type type) noexcept;

/// Options of a service (contract section 2).
struct service_options {
    std::map<std::string, signing_key> keys;        ///< by name; not empty: only signed requests are accepted
    std::uint64_t post_body_limit = 0;              ///< bytes; 0: no limit of its own
    std::chrono::seconds timestamp_delta_limit{0};  ///< 0: any
    bool replay_protection = false;  ///< a signature is accepted once; only with keys and timestamp_delta_limit
    std::optional<std::vector<network>>
        require_ip;  ///< absent: all, but of a console and of a status without a token loopback; empty: nobody
    bool require_tls = false;
    std::optional<rate_limit> rate;  ///< absent: none
    bool debug = false;
    std::chrono::milliseconds call_timeout{30'000};      ///< 0: never
    std::optional<std::vector<std::string>> procedures;  ///< exact URIs, or prefixes ending in "."; absent: all
    std::optional<std::vector<std::string>> topics;      ///< likewise
    std::optional<std::string> procedure;                ///< the only one, called whether or not a request names it
    method_set methods = post_and_put;                   ///< that are taken; GET only with `procedure`
    std::chrono::seconds max_age{0};                     ///< for which a result of GET may be kept; 0: not at all
    cache_scope cache = cache_scope::client;
    int success_status = 200;                  ///< HTTP status of an accepted publication: 200 or 202
    std::vector<std::string> allowed_origins;  ///< "scheme://host[:port]" in lower case, or "*"
    status_style status_codes = status_style::crossbar;
    std::map<std::string, forward_source> forward;  ///< by name in kwargs._http; empty: no such member
    std::size_t max_streams_per_address = 100;      ///< of a worker; 0: any number
    std::chrono::seconds heartbeat{15};             ///< longest silence of a stream of events
    std::chrono::seconds max_stream{0};             ///< time until a stream of events is ended; 0: never
    webhook_options webhook{};
    status_options status{};

    friend bool operator==(const service_options&, const service_options&) = default;
};

/// One entry of `paths`.
struct service_settings {
    std::string path;  ///< key in the configuration: "/", or segments without a leading slash
    service_type type = service_type::caller;
    std::string realm{};  ///< empty where there is no session
    std::string role{};   ///< authrole that the router must give to the session; empty likewise
    service_options options{};

    friend bool operator==(const service_settings&, const service_settings&) = default;
};

/// A router's address, taken apart.
struct router_url {
    enum class transport_kind { rawsocket_tcp, rawsocket_tls, rawsocket_unix, websocket, websocket_tls };
    transport_kind transport = transport_kind::rawsocket_tcp;
    std::string host;        ///< name or address, IPv6 without brackets; empty for a Unix socket
    std::uint16_t port = 0;  ///< 0 for a Unix socket
    std::string path;        ///< Unix socket path, or WebSocket path with query
    std::string text;        ///< as configured, for the log

    friend bool operator==(const router_url&, const router_url&) = default;
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

/// How messages are encoded on the way to the router.
enum class serializer_kind { msgpack, json };

/// For connections over TLS. Certificate and host name of the router are verified always.
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
    std::chrono::seconds keepalive{30};                ///< within which a peer that has vanished is found out
    serializer_kind serializer = serializer_kind::msgpack;
    tls_settings tls;
    std::map<std::string, credentials> by_role;  ///< a role without an entry joins anonymously

    friend bool operator==(const router_settings&, const router_settings&) = default;
};

/// A server's address, taken apart.
struct store_url {
    std::string host;        ///< name or address, IPv6 without brackets; empty for a Unix socket
    std::uint16_t port = 0;  ///< 0 for a Unix socket
    std::string path;        ///< of the Unix socket
    bool tls = false;
    std::string text;  ///< as configured, for the log

    friend bool operator==(const store_url&, const store_url&) = default;
};

/// The `store` section: the Valkey or Redis that all machines share.
struct store_settings {
    std::vector<store_url> urls;  ///< one server; with `master` the Sentinels, at least one
    std::string master;           ///< name that the Sentinels have for the server; empty: there are no Sentinels
    unsigned database = 0;        ///< of the server
    std::string username;         ///< empty: the default user
    std::string password;         ///< from `password_file`; empty: none; never logged
    std::chrono::milliseconds timeout{1'000};  ///< for one command, and for connecting as a whole
    std::string prefix = "wamp-fcgi:";         ///< of all keys
    unsigned replicas = 0;                     ///< that must have what is remembered, by WAIT
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
    log_level level = log_level::notice;  ///< the least important that is written
    bool access = false;                  ///< a line for each request
    std::chrono::milliseconds slow{0};    ///< a line for each call that took longer; 0: none
    std::optional<bool> timestamps;       ///< in text; absent: in files only

    friend bool operator==(const log_settings&, const log_settings&) = default;
};

/// The whole configuration.
struct settings {
    std::string mount;  ///< cut off the front of SCRIPT_NAME + PATH_INFO; empty: PATH_INFO alone decides
    router_settings router;
    std::optional<store_settings> store;              ///< absent: files in state_dir
    std::vector<service_settings> services;           ///< in the file's order; paths are unique
    std::size_t max_in_flight = 10'000;               ///< calls under way in one worker, past which 503 is answered
    std::size_t max_streams = 10'000;                 ///< streams of events open in one worker, likewise
    std::uint64_t max_requests = 0;                   ///< requests after which a worker is replaced; 0: never
    std::chrono::milliseconds shutdown_grace{2'500};  ///< for the requests that have begun when a worker is to end
    std::string state_dir;  ///< folder of what processes share; empty: see store/state_folder.hpp
    std::uint64_t replay_capacity =
        1'000'000;  ///< most signatures remembered in twice a timestamp_delta_limit, in equal shares by key
    log_settings log;
    std::vector<std::string> warnings;  ///< no mistakes, but what an administrator should know; a line each

    friend bool operator==(const settings&, const settings&) = default;
};

/// True for a service that remembers requests together with other processes: signatures, or rates.
bool remembers(const service_settings& which) noexcept;

/// True if there is a store, and a service that uses it.
bool uses_store(const settings& config) noexcept;

}  // namespace wampfcgi
