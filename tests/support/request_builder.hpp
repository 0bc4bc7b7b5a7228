// Owns building requests for tests: a case sets what it is about; the rest is a plain call from a web server.
#pragma once

#include "wampfcgi/core/pairs.hpp"
#include "wampfcgi/core/request.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wampfcgi {

/// A POST from 192.0.2.7 to "/", without origin, query and TLS; its length is announced.
class request_builder {
public:
    request_builder()
    {
        method("POST").script_name("/wamp").remote_addr("192.0.2.7").host("api.example.com");
        content_type("application/json").id("test");
        body(R"({"procedure":"com.example.add2","args":[1,2]})");
    }

    /// std::nullopt: the variable is not sent.
    using value = std::optional<std::string>;
    request_builder& method(value text) { return set(request::variable::method, std::move(text)); }
    request_builder& script_name(value text) { return set(request::variable::script_name, std::move(text)); }
    request_builder& path_info(value text) { return set(request::variable::path_info, std::move(text)); }
    request_builder& query(value text) { return set(request::variable::query, std::move(text)); }
    request_builder& remote_addr(value text) { return set(request::variable::remote_addr, std::move(text)); }
    request_builder& https(value text) { return set(request::variable::https, std::move(text)); }
    request_builder& host(value text) { return set(request::variable::host, std::move(text)); }
    request_builder& server_port(value text) { return set(request::variable::server_port, std::move(text)); }
    request_builder& origin(value text) { return set(request::variable::origin, std::move(text)); }
    request_builder& content_type(value text) { return set(request::variable::content_type, std::move(text)); }
    request_builder& content_length(value text) { return set(request::variable::content_length, std::move(text)); }
    request_builder& remote_user(value text) { return set(request::variable::remote_user, std::move(text)); }
    request_builder& client_subject(value text) { return set(request::variable::client_subject, std::move(text)); }
    request_builder& user_agent(value text) { return set(request::variable::user_agent, std::move(text)); }
    request_builder& accept(value text) { return set(request::variable::accept, std::move(text)); }
    request_builder& sec_fetch_site(value text) { return set(request::variable::sec_fetch_site, std::move(text)); }
    request_builder& sec_fetch_mode(value text) { return set(request::variable::sec_fetch_mode, std::move(text)); }
    request_builder& last_event_id(value text) { return set(request::variable::last_event_id, std::move(text)); }
    request_builder& if_none_match(value text) { return set(request::variable::if_none_match, std::move(text)); }
    request_builder& wanted_status(value text) { return set(request::variable::wanted_status, std::move(text)); }
    request_builder& id(value text) { return set(request::variable::id, std::move(text)); }

    /// Adds a variable to those in pairs(), which are empty otherwise.
    request_builder& variable(std::string_view name, std::string_view text)
    {
        append_pair(pairs_, name, text);
        return *this;
    }

    /// Also announces its length.
    request_builder& body(std::string bytes)
    {
        body_ = std::move(bytes);
        return content_length(std::to_string(body_.size()));
    }
    request_builder& body_of_size(std::size_t bytes) { return body(std::string(bytes, 'x')); }

    request build() const
    {
        request made;
        for (const auto& [which, text] : variables_)
            made.set(which, text);
        made.place_pairs(made.add(pairs_), pairs_.size());
        made.body_memory() += body_;
        return made;
    }

private:
    request_builder& set(request::variable which, value text)
    {
        if (text)
            variables_.insert_or_assign(which, std::move(*text));
        else
            variables_.erase(which);
        return *this;
    }

    std::map<request::variable, std::string> variables_;
    std::string pairs_;
    std::string body_;
};

}  // namespace wampfcgi
