// Owns building requests for tests: a case names what it is about, the rest is a plain call as a web server sends it.
#pragma once

#include "wampfcgi/core/request.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace wampfcgi {

/// A POST without origin, query and TLS from 192.0.2.7 to "/"; its length is announced.
class request_builder {
public:
    request_builder()
    {
        req_.method = "POST";
        req_.script_name = "/wamp";
        req_.remote_addr = "192.0.2.7";
        req_.host = "api.example.com";
        req_.content_type = "application/json";
        req_.id = "test";
        body(R"({"procedure":"com.example.add2","args":[1,2]})");
    }

    request_builder& method(std::string value) { return set(req_.method, std::move(value)); }
    request_builder& script_name(std::string value) { return set(req_.script_name, std::move(value)); }
    request_builder& path_info(std::string value) { return set(req_.path_info, std::move(value)); }
    request_builder& query(std::string value) { return set(req_.query, std::move(value)); }
    request_builder& remote_addr(std::string value) { return set(req_.remote_addr, std::move(value)); }
    request_builder& https(std::string value) { return set(req_.https, std::move(value)); }
    request_builder& host(std::string value) { return set(req_.host, std::move(value)); }

    /// std::nullopt: the variable is not sent.
    using variable = std::optional<std::string>;
    request_builder& origin(variable value) { return set(req_.origin, std::move(value)); }
    request_builder& content_type(variable value) { return set(req_.content_type, std::move(value)); }
    request_builder& content_length(variable value) { return set(req_.content_length, std::move(value)); }

    /// Announces its length too.
    request_builder& body(std::string value)
    {
        req_.content_length = std::to_string(value.size());
        return set(req_.body, std::move(value));
    }
    request_builder& body_of_size(std::size_t bytes) { return body(std::string(bytes, 'x')); }

    request build() const { return req_; }

private:
    template <class T>
    request_builder& set(T& target, T value)
    {
        target = std::move(value);
        return *this;
    }

    request req_;
};

}  // namespace wampfcgi
