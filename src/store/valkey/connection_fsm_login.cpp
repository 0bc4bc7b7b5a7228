// The login: what a connection does after dialling until it is ready.
#include "store/valkey/connection_fsm.hpp"
#include "store/valkey/server_errors.hpp"

#include <charconv>
#include <utility>

namespace wampfcgi::store {
namespace {

/// The value in a line "name:value" of INFO.
std::optional<std::string_view> line_of(std::string_view information, std::string_view name)
{
    while (!information.empty()) {
        const auto end = information.find('\n');
        std::string_view line = information.substr(0, end);
        information.remove_prefix(end == std::string_view::npos ? information.size() : end + 1);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == ':')
            return line.substr(name.size() + 1);
    }
    return {};
}

std::optional<std::int64_t> number_in(std::string_view text)
{
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || value < 0)
        return {};
    return value;
}

}  // namespace

// Sends everything at once, so that a new connection costs one round trip.
void connection_fsm::ask_login()
{
    if (!settings_.password.empty()) {
        if (settings_.username.empty())
            put(question::login, {"AUTH", settings_.password});
        else
            put(question::login, {"AUTH", settings_.username, settings_.password});
    }
    if (asks_sentinel())
        return put(question::master_address, {"SENTINEL", "get-master-addr-by-name", settings_.master});
    if (settings_.database != 0)
        put(question::database, {"SELECT", std::to_string(settings_.database)});
    put(question::name, {"CLIENT", "SETNAME", "wamp-fcgi"});
    if (has_sentinels())
        put(question::role, {"ROLE"});
    put(question::information, {"INFO"});
    if (kept_ == kept_data::rates_only)
        return;
    put(question::time, {"TIME"});
    put(question::marker, {"GET", settings_.prefix + "begun"});
}

void connection_fsm::put(question what, std::initializer_list<std::string_view> command)
{
    asked_.push_back(what);
    output_ += valkey_command(command);
}

void connection_fsm::answer(question what, const valkey_reply& reply)
{
    switch (what) {
    case question::login:
        // A Sentinel usually has neither password nor user. If it needs another login, its answer to the query says so.
        if (reply.is_error() && !asks_sentinel())
            return login_error(reply);
        return;
    case question::database:
        if (reply.is_error())
            return login_error(reply);
        return;
    case question::name:
        if (reply.is_error())
            say(log_level::debug, "the store refuses CLIENT SETNAME: " + log::quote(reply.text));
        return;
    case question::role:
        return take_role(reply);
    case question::information:
        take_information(reply);
        if (state_ == state::logging_in && asked_.empty())
            become_ready();
        return;
    case question::time:
        if (reply.is_error())
            return login_error(reply);
        if (reply.elements.size() == 2)
            if (const auto seconds = number_in(reply.elements[0].text))
                server_time_ms_ = *seconds * 1000 + number_in(reply.elements[1].text).value_or(0) / 1000;
        if (server_time_ms_ == 0)
            attempt_failed(trouble_kind::passing, "the server does not say its time");
        return;
    case question::new_marker:
        if (reply.is_error())
            login_error(reply);
        return;
    case question::marker:
    case question::marker_now:
        return take_marker(reply);
    case question::master_address:
        return take_master_address(reply);
    }
}

void connection_fsm::take_master_address(const valkey_reply& reply)
{
    if (reply.is_error())
        return next_sentinel("the Sentinel refuses: " + log::quote(reply.text));
    std::optional<std::int64_t> port;
    if (reply.elements.size() == 2)
        port = number_in(reply.elements[1].text);
    if (!port || *port == 0 || *port > 65'535 || reply.elements[0].text.empty())
        return next_sentinel("the Sentinel does not know " + log::quote(settings_.master));
    const store_url& sentinel = settings_.urls.at(sentinel_);
    steps_.emplace_back(valkey_step::close{});
    drop_connection();
    master_.emplace();
    master_->host = reply.elements[0].text;
    master_->port = static_cast<std::uint16_t>(*port);
    master_->tls = sentinel.tls;
    master_->text = master_->host + ":" + reply.elements[1].text;
    dial();
}

void connection_fsm::take_role(const valkey_reply& reply)
{
    if (reply.is_error())
        return login_error(reply);
    if (reply.elements.empty() || reply.elements.front().text != "master")
        attempt_failed(trouble_kind::passing, "the Sentinel named a server that is not the master");
}

void connection_fsm::take_information(const valkey_reply& reply)
{
    if (reply.is_error("NOPERM"))
        return warn_unverified("the user may not use INFO");
    if (reply.is_error())
        return login_error(reply);
    if (line_of(reply.text, "cluster_enabled") == "1")
        return attempt_failed(trouble_kind::lasting, std::string(no_cluster));
    if (line_of(reply.text, "loading") == "1")
        return attempt_failed(trouble_kind::passing, "the server is still loading its data");
    if (line_of(reply.text, "role") == "slave")
        return attempt_failed(trouble_kind::passing, "the server is a replica, and takes no data");
    if (kept_ == kept_data::replays)
        take_policy(reply.text);
}

// All of our keys expire, so a "volatile" policy affects them all.
void connection_fsm::take_policy(std::string_view information)
{
    const auto policy = line_of(information, "maxmemory_policy");
    if (!policy)
        return warn_unverified("INFO does not tell maxmemory_policy");
    if (*policy != "noeviction")
        attempt_failed(trouble_kind::lasting, "the server may evict signatures: its maxmemory-policy is " +
                                                  log::quote(*policy) + " (set it to noeviction)");
}

void connection_fsm::take_marker(const valkey_reply& reply)
{
    if (reply.is_error())
        return login_error(reply);
    if (reply.what == valkey_reply::kind::nil && asked_.empty() && server_time_ms_ != 0) {
        const std::string key = settings_.prefix + "begun";
        put(question::new_marker, {"SET", key, std::to_string(server_time_ms_), "NX"});
        put(question::marker_now, {"GET", key});
        server_time_ms_ = 0;
        return;
    }
    const auto marker = number_in(reply.text);
    if (!marker)
        return attempt_failed(trouble_kind::lasting,
                              "the key " + log::quote(settings_.prefix + "begun") +
                                  " is not the time at which its memory began; did another program write it?");
    steps_.emplace_back(valkey_step::remember_marker{*marker});
}

void connection_fsm::login_error(const valkey_reply& reply)
{
    const bool of_sentinel = asks_sentinel();
    if (is_of_cluster(reply))
        return attempt_failed(trouble_kind::lasting, std::string(no_cluster));
    if (is_unfit(reply))
        return attempt_failed(trouble_kind::passing, why_unfit(reply));
    const std::string reason =
        std::string(of_sentinel ? "the Sentinel" : "the server") + " refuses: " + log::quote(reply.text);
    if (of_sentinel)
        return next_sentinel(reason);
    attempt_failed(is_refused(reply) ? trouble_kind::lasting : trouble_kind::passing, reason);
}

void connection_fsm::warn_unverified(const std::string& why)
{
    if (kept_ == kept_data::replays && !std::exchange(warned_unverified_, true))
        say(log_level::warning, "cannot verify that the store is a master and evicts nothing: " + why +
                                    " (make sure that its maxmemory-policy is noeviction)");
}

}  // namespace wampfcgi::store
