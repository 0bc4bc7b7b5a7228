// Owns a bridge with one service at "/" and a router that is not there, for the tests of the bridge.
#pragma once

#include "support/fake_caller.hpp"
#include "support/fake_store.hpp"
#include "support/request_builder.hpp"
#include "wampfcgi/bridge/bridge.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wampfcgi::bridge {

inline std::string header(const answer& given, std::string_view name)
{
    std::string found = "none";
    for (const auto& [each, value] : given.http.headers)
        if (each == name)
            found = found == "none" ? value : found + " and " + value;
    return found;
}

inline std::string error_of(const answer& given)
{
    return given.why ? std::string(describe(given.why->code).name) : "none";
}

/// Takes requests the way fcgi/ does: first admitted, then handled.
class gateway {
public:
    explicit gateway(const std::function<void(service_options&)>& change = {})
    {
        config.services.push_back({"/", "realm1", "backend", {}});
        if (change)
            change(config.services.front().options);
    }

    /// Answers that have come so far, this request's being the last where it is final already.
    bridge::started_call take(request req)
    {
        if (!bridge_)
            bridge_ = std::make_unique<bridge>(
                config, [this](const std::string&, const std::string&) -> caller& { return router; },
                [this](std::chrono::seconds) -> store& { return remembered; }, [this] { return now(); },
                [this] { return steady_now; });
        auto decision = bridge_->admit(req);
        if (auto* final_answer = std::get_if<answer>(&decision)) {
            answers.push_back(std::move(*final_answer));
            return {};
        }
        return bridge_->handle(std::get<admission>(decision), req,
                               [this](answer given) { answers.push_back(std::move(given)); });
    }

    /// The answer to a request that is not called, or whose call ends as `how`.
    answer ask(const request& req, outcome how = payload{})
    {
        router.at_once = std::move(how);
        const auto before = answers.size();
        take(req);
        BOOST_REQUIRE(answers.size() == before + 1);
        return answers.back();
    }

    void give_up(const bridge::started_call& started) { bridge_->give_up(started); }

    using instant = std::chrono::sys_time<std::chrono::microseconds>;

    settings config;
    fake_caller router;
    fake_store remembered{[this] { return now(); }};
    std::vector<answer> answers;
    std::chrono::steady_clock::time_point steady_now{};
    std::function<instant()> now = [] { return instant{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}}; };

private:
    std::unique_ptr<bridge> bridge_;
};

/// A body that calls `procedure` without arguments.
inline std::string call_body(const std::string& procedure)
{
    return R"({"procedure":")" + procedure + R"("})";
}

}  // namespace wampfcgi::bridge
