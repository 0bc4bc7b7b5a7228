// Owns driving the state machine of a store connection in tests: settable clock, replies as the server writes them,
// actions as text.
#pragma once

#include "store/valkey/connection_fsm.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wampfcgi::store {

inline constexpr std::string_view fit_server =
    "role:master\r\nloading:0\r\nmaxmemory_policy:noeviction\r\ncluster_enabled:0\r\n";

inline std::string bulk(std::string_view text)
{
    return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

/// A server's answers to a login for replays, without a password.
inline std::string welcome(std::string_view information = fit_server, std::string_view marker = "$3\r\n777\r\n")
{
    return "+OK\r\n" + bulk(information) + "*2\r\n$10\r\n1700000000\r\n$6\r\n123456\r\n" + std::string(marker);
}

/// The names of the commands in `sent`, separated by spaces; SENTINEL and CLIENT commands have two words.
inline std::string names_of(std::string_view sent)
{
    valkey_reader reader;  // commands are encoded like replies
    reader.feed(sent);
    std::string names;
    while (const auto command = reader.next())
        names += (names.empty() ? "" : " ") + command->elements.at(0).text;
    return names;
}

struct machine {
    using state = connection_fsm::state;

    explicit machine(kept_data kept = kept_data::replays) : kept_(kept)
    {
        settings.urls.push_back({"s0", 6379, "", false, "redis://s0"});
    }
    machine(const machine&) = delete;
    machine& operator=(const machine&) = delete;

    connection_fsm& fsm()
    {
        if (!made_)
            made_ = std::make_unique<connection_fsm>(settings, kept_, [] { return 0.0; });
        return *made_;
    }

    /// What it does for an event, separated by ", ".
    std::string feed(const valkey_happening& what)
    {
        fsm().resume(what, now);
        return done();
    }

    std::string receive(std::string_view bytes) { return feed(valkey_event::received{bytes}); }

    /// What it has done since the last call.
    std::string done()
    {
        std::string text;
        for (valkey_todo& each : fsm().take_steps())
            text += (text.empty() ? "" : ", ") + std::visit([this](auto& todo) { return name_of(todo); }, each);
        if (fsm().has_output()) {
            sent = fsm().take_output();
            text += (text.empty() ? "write " : ", write ") + names_of(sent);
        }
        return text;
    }

    machine& dialled()
    {
        feed(valkey_event::start{});
        feed(valkey_event::dialled{});
        return *this;
    }

    machine& ready()
    {
        dialled();
        receive(welcome());
        feed(valkey_event::marker_remembered{});
        return *this;
    }

    /// Sends PING. The outcomes are in `answers`.
    connection_fsm::ticket ask(bool wants_replicas = false)
    {
        struct noting final : valkey_asker {
            explicit noting(machine& its_owner) : owner(its_owner) {}
            void answered(valkey_outcome how) override
            {
                owner.answers.push_back(how ? how->front().text +
                                                  (how->size() > 1 ? " " + std::to_string(how->at(1).integer) : "")
                                            : std::string(describe(how.error().code).name));
            }
            machine& owner;
        };
        valkey_request request;
        request.bytes = valkey_command({"PING"});
        request.wants_replicas = wants_replicas;
        request.asker = std::make_unique<noting>(*this);
        return fsm().ask(std::move(request), now);
    }

    store_settings settings;
    connection_fsm::time_point now{std::chrono::hours{1}};
    std::string sent;                    ///< written last
    std::string logged;                  ///< last line
    std::vector<std::string> answers{};  ///< to ask()

private:
    std::string name_of(const valkey_step::dial& each) { return "dial " + each.where.host; }
    std::string name_of(const valkey_step::close&) { return "close"; }
    std::string name_of(const valkey_step::remember_marker& each) { return "remember " + std::to_string(each.marker); }
    std::string name_of(valkey_step::complete& each)
    {
        if (!each.asker)
            return "complete for nobody";
        each.asker->answered(std::move(each.outcome));
        return "complete";
    }
    std::string name_of(const valkey_step::log& each)
    {
        logged = each.text;
        switch (each.level) {
        case log_level::error:
            return "log error";
        case log_level::warning:
            return "log warning";
        case log_level::notice:
            return "log notice";
        case log_level::info:
            return "log info";
        case log_level::debug:
            return "log debug";
        }
        return "";
    }

    kept_data kept_;
    std::unique_ptr<connection_fsm> made_{};
};

}  // namespace wampfcgi::store
