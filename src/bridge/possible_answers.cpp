#include "wampfcgi/bridge/possible_answers.hpp"

#include <initializer_list>

namespace wampfcgi::bridge {
namespace {

using enum errc;

class collector {
public:
    explicit collector(status_style style) : style_(style) {}

    void add(int status) { found_.statuses.set(index_of_status(status)); }

    void add(std::initializer_list<errc> codes)
    {
        for (const errc each : codes) {
            const errc_info& row = describe(each);
            found_.refusals.set(static_cast<std::size_t>(each) - 1);
            add(style_ == status_style::http ? row.status_http : row.status_crossbar);
        }
    }

    /// Adds the statuses for errors of the router or callee.
    void add_wamp_errors()
    {
        if (style_ == status_style::crossbar)
            return add(200);
        for (const known_error& each : known_errors)
            add(each.status);
        add(500);
    }

    const possible_answers& found() const { return found_; }

private:
    status_style style_;
    possible_answers found_;
};

void add_arrival(collector& to, const settings& config, const service_settings& which)
{
    const service_options& options = which.options;
    to.add({method_not_allowed, overloaded, internal_error});
    if (options.require_tls)
        to.add({tls_required});
    if (options.require_ip)
        to.add({address_denied});
    if (options.rate)
        to.add({rate_limited});
    if (config.store && remembers(which))
        to.add({store_unavailable});
}

void add_signature(collector& to, const service_options& options)
{
    to.add({parameter_invalid});
    if (options.keys.empty())
        return;
    to.add({signature_parameter_missing, key_unknown, signature_invalid});
    if (options.timestamp_delta_limit.count() > 0)
        to.add({request_expired});
    if (options.replay_protection)
        to.add({request_replayed});
}

void add_body(collector& to)
{
    to.add({body_too_large, body_truncated, body_not_utf8, body_not_json});
}

void add_session(collector& to, const service_options& options)
{
    to.add({router_unavailable, connection_lost});
    if (options.call_timeout.count() > 0)
        to.add({call_timeout});
}

void add_json_request(collector& to, const service_options& options)
{
    to.add(200);
    to.add({origin_denied, content_type_unsupported, body_not_object, arguments_invalid});
    add_body(to);
    add_signature(to, options);
    add_session(to, options);
    to.add_wamp_errors();
}

void add_webhook(collector& to, const service_options& options)
{
    to.add(202);
    to.add(500);
    add_body(to);
    to.add({router_unavailable, connection_lost, call_timeout});
    if (!options.webhook.verify_by.empty())
        to.add({signature_invalid, request_expired});
}

}  // namespace

possible_answers possible_answers_of(const settings& config, const service_settings& which)
{
    const service_options& options = which.options;
    collector to(options.status_codes);
    add_arrival(to, config, which);
    switch (which.type) {
    case service_type::caller:
        add_json_request(to, options);
        to.add({procedure_missing, procedure_invalid, result_invalid});
        if (options.procedures || options.procedure || !options.keys.empty())
            to.add({procedure_denied});
        if (options.max_age.count() > 0)
            to.add(304);
        break;
    case service_type::publisher:
        add_json_request(to, options);
        to.add(options.success_status);
        to.add({topic_missing, topic_invalid, options_invalid});
        if (options.topics || !options.keys.empty())
            to.add({topic_denied});
        break;
    case service_type::webhook:
        add_webhook(to, options);
        break;
    case service_type::events:
        to.add(200);
        to.add({origin_denied, topic_missing, topic_invalid, topic_denied});
        add_signature(to, options);
        add_session(to, options);
        to.add_wamp_errors();
        break;
    case service_type::status:
        to.add(200);
        to.add(503);
        to.add({address_denied, origin_denied, parameter_invalid});
        if (options.status.token)
            to.add({token_invalid});
        break;
    case service_type::console:
        to.add(200);
        to.add({address_denied});
        break;
    }
    return to.found();
}

possible_answers possible_answers_without_service()
{
    collector to(status_style::crossbar);
    to.add({not_found});
    return to.found();
}

}  // namespace wampfcgi::bridge
