#include "router_answer.hpp"

#include "strict_json.hpp"
#include "target.hpp"

#include "bridge/rendering.hpp"
#include "wamp/session/messages.hpp"
#include "wampfcgi/codec/answer.hpp"
#include "wampfcgi/codec/transcode.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <variant>

namespace wampfcgi::fuzz {
namespace {

void look_at_response(const bridge::answer& given, const outcome& how)
{
    const auto body = strict_json(given.http.body);
    must(body && body->is_object(), "a response is a JSON object in valid UTF-8");
    if (given.report.why) {
        must(given.http.body == codec::refusal_body(given.report.why->code), "a refusal has a fixed body");
        must(given.report.why->code == errc::result_invalid, "an answer is at worst invalid");
        return;
    }
    must(body->get_object().contains("error") == std::holds_alternative<call_error>(how),
         "an error is told by the member error");
    const auto message = codec::value_from_json(given.http.body);
    must(message.has_value(), "a response can be read again");
    const auto text = codec::message_to_json(*message);
    must(text && same_json(strict_json(*text).value(), *body), "a response that is read and written again is the same");
}

/// Checks what clients receive of an EVENT.
void look_at_event(const wamp::router_event& event)
{
    const auto* const what = std::get_if<topic_event>(&event.what);
    const auto text = what != nullptr ? codec::event_body(*what) : result<std::string>(std::get<failure>(event.what));
    if (!text) {
        must(text.error().code == errc::result_invalid, "an event is at worst invalid");
        return;
    }
    const auto object = strict_json(*text);
    must(object && object->is_object() && object->get_object().size() == 3,
         "an event is a JSON object of three members");
    must(text->find('\n') == std::string::npos, "an event is one line");
}

}  // namespace

void look_at_answer(std::string_view message)
{
    const auto fields = wamp::split_message(message);
    if (!fields)
        return;
    if (const auto event = wamp::read_event(*fields)) {
        must(!wamp::read_answer(*fields), "an event answers nothing");
        return look_at_event(*event);
    }
    for (std::size_t i = 0; i < fields->fields.size(); ++i)
        must(codec::value_length(fields->fields[i]) == fields->fields[i].size(), "a field is one value");
    const auto answer = wamp::read_answer(*fields);
    if (!answer)
        return;
    outcome copied = answer->how;
    if (const auto* const returned = std::get_if<payload_in_message>(&answer->how))
        copied = payload{std::string(returned->at.args), std::string(returned->at.kwargs)};
    for (const status_style style : {status_style::crossbar, status_style::http}) {
        service_options options;
        options.status_codes = style;
        const bridge::answer given = bridge::outcome_answer(answer->how, options, {});
        look_at_response(given, answer->how);
        must(bridge::outcome_answer(copied, options, {}).http.body == given.http.body,
             "a response does not depend on whether arguments are copied");
    }
}

}  // namespace wampfcgi::fuzz
