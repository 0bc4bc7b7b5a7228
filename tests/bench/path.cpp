// Owns a request's path inside wamp-fcgi, without web server and router: from the body to the bytes of CALL, and from
// the bytes of RESULT to the response. It is run under callgrind, which counts instructions: see counts.py.
// usage: bench-path small|signed|limited|large COUNT call|whole     ("call": without the response)
#include "wamp/session/messages.hpp"
#include "wampfcgi/bridge/gateway.hpp"
#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/store/local_rates.hpp"

#include "support/fake_timers.hpp"
#include "support/request_builder.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

using namespace wampfcgi;
using namespace std::string_view_literals;

namespace {

constexpr std::size_t large_bytes = 4096;
constexpr std::string_view small_body = R"({"procedure":"com.example.add2","args":[2,3]})";

// For small_body at signed_at(), with the key and secret below.
constexpr std::string_view signed_query = "key=myapp1&timestamp=2011-10-14T16:59:51.123Z&seq=1&nonce=2&signature="
                                          "MuWSqa0F9bGyKcnZZdz1qZ0VklWiJff_fIMsQzWq8hU=";

std::chrono::sys_time<std::chrono::microseconds> signed_at()
{
    using namespace std::chrono;
    return sys_days{October / 14 / 2011} + 16h + 59min + 51s + 123ms;
}

/// Encodes each CALL, and answers one with the bytes of a RESULT when told to.
class bytes_only final : public bridge::session {
public:
    operation_id call(wampfcgi::call& what, bridge::outcome_sink& sink) override
    {
        wamp::encode_call(message_, ++last_id_, what);
        sent_bytes_ += message_.size();
        sink_ = &sink;
        return last_id_;
    }

    operation_id publish(publication&&, bridge::outcome_sink&) override { std::exit(1); }
    subscription_id subscribe(subscription, bridge::event_sink&) override { std::exit(1); }
    void unsubscribe(subscription_id) override {}
    void cancel(operation_id) override {}

    void answer(std::string_view result)
    {
        const auto message = wamp::split_message(result);
        auto answered = wamp::read_answer(*message);
        std::exchange(sink_, nullptr)->ended(std::move(answered->how));
    }

    std::size_t sent_bytes() const { return sent_bytes_; }

private:
    std::uint64_t last_id_ = 0;
    std::string message_;
    std::size_t sent_bytes_ = 0;
    bridge::outcome_sink* sink_ = nullptr;
};

/// Counts the bytes of answers.
struct byte_counter final : bridge::response_sink {
    void respond(bridge::answer&& whole) override
    {
        const auto finished = std::move(under_way);
        if (whole.http.status != 200)
            std::exit(1);
        bytes += whole.http.body.size();
    }
    void begin(response) override { std::exit(1); }
    std::size_t write(std::string_view) override { std::exit(1); }
    void end(bridge::request_report) override { std::exit(1); }

    std::unique_ptr<bridge::exchange> under_way;
    std::size_t bytes = 0;
};

/// Removed when destroyed.
struct scratch_folder {
    scratch_folder()
    {
        if (::mkdtemp(path.data()) == nullptr)
            std::exit(1);
    }
    ~scratch_folder() { std::filesystem::remove_all(path); }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;

    std::string path = (std::filesystem::temp_directory_path() / "wamp-fcgi-bench-XXXXXX").string();
};

settings three_services()
{
    settings config;
    config.services.resize(3);
    config.services[0].path = "/";
    config.services[1].path = "signed";
    config.services[1].options.keys["myapp1"].secret = "kkjH68GiuUZ";
    config.services[1].options.timestamp_delta_limit = std::chrono::seconds(300);
    config.services[2].path = "limited";
    config.services[2].options.rate = rate_limit{1'000'000, std::chrono::seconds(1)};
    return config;
}

request request_for(std::string_view kind)
{
    request_builder builder;
    builder.body(std::string(small_body));
    if (kind == "signed")
        builder.path_info("/signed").query(std::string(signed_query));
    if (kind == "limited")
        builder.path_info("/limited");
    if (kind == "large")
        builder.body(R"({"procedure":"com.example.echo","args":[")" + std::string(large_bytes, 'x') + R"("]})");
    return builder.build();
}

// [RESULT, 1, {}, [5]], or with a text of large_bytes.
std::string result_for(std::string_view kind)
{
    if (kind == "large")
        return std::string("\x94\x32\x01\x80\x91\xDA\x10\x00"sv) + std::string(large_bytes, 'x');
    return std::string("\x94\x32\x01\x80\x91\x05"sv);
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 4)
        return 2;
    const std::string_view kind = argv[1];
    const long count = std::atol(argv[2]);
    const bool whole = argv[3] == "whole"sv;

    const settings config = three_services();
    bytes_only router;
    fake_timers timers;
    bridge::unread_meter figures;
    const scratch_folder scratch;
    store::local_rates rates(scratch.path, config.services[2], signed_at);
    bridge::gateway service(config,
                            {[&](const auto&) -> bridge::session& { return router; },
                             {},
                             [&](const auto&) -> bridge::rate_counter& { return rates; }},
                            timers, figures, signed_at, bridge::gateway::lifetime::many_requests,
                            [] { return std::chrono::steady_clock::time_point{}; });
    byte_counter client;
    request req = request_for(kind);
    const std::string body(req.body());
    req.drop_body();
    const std::string result = result_for(kind);
    for (long i = 0; i < count; ++i) {
        req.body_memory() += body;
        bridge::admission admitted;
        service.admit(req, admitted);
        client.under_way = service.serve(std::move(admitted), req, client);
        if (whole)
            router.answer(result);
    }
    std::printf("%zu bytes of CALL, %zu bytes of answers\n", router.sent_bytes(), client.bytes);
}
