// Input: the bytes of a Valkey or Redis, from its answers to the login on. The replies must not depend on how the bytes
// are cut, and every request must get exactly one outcome.
#include "target.hpp"

#include "store/valkey/commands.hpp"
#include "store/valkey/connection_fsm.hpp"
#include "store/valkey/protocol.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace wampfcgi::fuzz {
namespace {

using namespace store;

void write_again(const valkey_reply& reply, std::string& text)
{
    text += std::to_string(static_cast<int>(reply.what)) + ' ' + std::to_string(reply.integer) + ' ' + reply.text + '(';
    for (const valkey_reply& each : reply.elements)
        write_again(each, text);
    text += ')';
}

/// The replies as text, followed by the fault.
std::string scan(std::string_view bytes, std::size_t most_at_once)
{
    valkey_reader reader;
    std::string found;
    while (!bytes.empty() && reader.fault().empty()) {
        reader.feed(bytes.substr(0, most_at_once));
        bytes.remove_prefix(std::min(bytes.size(), most_at_once));
        while (const auto reply = reader.next())
            write_again(*reply, found);
    }
    return found + (reader.fault().empty() ? "" : "fault");
}

struct counting final : valkey_asker {
    explicit counting(std::size_t& in) : answers(in) {}
    void answered(valkey_outcome how) override
    {
        ++answers;
        must(!how || !how->empty(), "an answer has replies");
        if (how) {
            is_new(store_settings(), how);
            script_is_unknown(how);
            decision_of(how);
        }
    }
    std::size_t& answers;
};

/// A connection from login to end.
class driven {
public:
    driven(const store_settings& settings, kept_data kept) : fsm_(settings, kept, [] { return 0.5; })
    {
        feed(valkey_event::start{});
        feed(valkey_event::dialled{});
    }

    void receive(std::string_view bytes) { feed(valkey_event::received{bytes}); }

    void ask()
    {
        if (fsm_.is_down())
            return;
        ++asked_;
        fsm_.ask({"x", std::make_unique<counting>(answers_), asked_ % 2 == 0}, now_);
        carry_out();
    }

    void end()
    {
        for (int i = 0; i < 8; ++i) {
            now_ += std::chrono::seconds(11);
            feed(valkey_event::failed{"refused"});
            feed(valkey_event::timer{});
        }
        must(answers_ == asked_, "whoever asks is answered once");
    }

private:
    void feed(const valkey_happening& what)
    {
        fsm_.resume(what, now_);
        carry_out();
    }

    void carry_out()
    {
        for (auto steps = fsm_.take_steps(); !steps.empty(); steps = fsm_.take_steps())
            for (valkey_todo& each : steps) {
                if (auto* const complete = std::get_if<valkey_step::complete>(&each))
                    complete->asker->answered(std::move(complete->outcome));
                if (std::holds_alternative<valkey_step::remember_marker>(each))
                    fsm_.resume(valkey_event::marker_remembered{}, now_);
            }
        fsm_.take_output();
    }

    connection_fsm fsm_;
    connection_fsm::time_point now_{std::chrono::hours{1}};
    std::size_t asked_ = 0;
    std::size_t answers_ = 0;
};

}  // namespace

void run(std::string_view input)
{
    const std::string whole = scan(input, input.size());
    must(scan(input, 1) == whole && scan(input, 7) == whole, "replies do not depend on how the bytes are cut");

    store_settings settings;
    settings.urls.resize(2);
    for (const bool has_sentinels : {false, true})
        for (const kept_data kept : {kept_data::replays, kept_data::rates_only}) {
            settings.master = has_sentinels ? "m" : "";
            driven connection(settings, kept);
            connection.ask();
            std::string_view rest = input;
            connection.receive(take_part(rest, "\n\n"));  // one turn of the event loop
            connection.ask();
            connection.ask();
            connection.receive(rest);
            connection.end();
        }
}

}  // namespace wampfcgi::fuzz
