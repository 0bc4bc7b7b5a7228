#include "wampfcgi/store/shared_store.hpp"

#include "store/shared/connection.hpp"
#include "store/shared/marker_file.hpp"
#include "store/valkey/commands.hpp"

#include <optional>
#include <utility>

namespace wampfcgi::store {
namespace {

kept_data kept_of(shared_content content)
{
    return content == shared_content::rates ? kept_data::rates_only : kept_data::replays;
}

}  // namespace

/// What the stores for replays and rates share.
class shared_store::core {
public:
    core(boost::asio::io_context& loop, const store_settings& given, const std::string& state_folder,
         shared_content content, bridge::store_cells& cells, clock its_clock)
        : settings(given),
          now(std::move(its_clock)),
          link(std::make_shared<connection>(loop, given, kept_of(content), cells,
                                            [this](std::int64_t marker) { memory = file_->meet(marker); }))
    {
        if (content == shared_content::replays_and_rates)
            file_.emplace(state_folder, given);
    }
    ~core() { link->close(); }
    core(const core&) = delete;
    core& operator=(const core&) = delete;

    const store_settings& settings;
    clock now;
    known_memory memory{};  ///< of the connected server; set on connecting
    std::shared_ptr<connection> link;

private:
    std::optional<marker_file> file_{};
};

class shared_store::shared_replays final : public bridge::store {
public:
    shared_replays(core& with, std::chrono::seconds delta_limit) : core_(with), delta_limit_(delta_limit) {}

    ticket remember(bridge::key_id, const bridge::signature_bytes& signature, instant until, remembered done) override
    {
        if (until < core_.now()) {
            done(errc::request_expired);
            return 0;
        }
        auto request = remembering(core_.settings, signature, time_to_keep(until, core_.now(), delta_limit_));
        request.asker = std::make_unique<asker>(*this, until, std::move(done));
        return core_.link->ask(std::move(request));
    }

    void give_up(ticket waiting) override { core_.link->give_up(waiting); }

private:
    class asker final : public valkey_asker {
    public:
        asker(const shared_replays& of, instant until, remembered done) : of_(of), until_(until), done_(std::move(done))
        {}

        // The answer is from the server whose data set is known: connecting to another one would have updated `memory`
        // first.
        void answered(valkey_outcome how) override
        {
            auto outcome = is_new(of_.core_.settings, how);
            if (outcome && until_ < of_.core_.now())
                outcome = errc::request_expired;
            if (outcome && may_be_forgotten(of_.core_.memory, until_, of_.delta_limit_))
                outcome = failure(errc::store_unavailable, "the store has lost its data, perhaps this signature too");
            done_(std::move(outcome));
        }

    private:
        const shared_replays& of_;
        instant until_;
        remembered done_;
    };

    core& core_;
    std::chrono::seconds delta_limit_;
};

class shared_store::shared_rates final : public bridge::rate_counter {
public:
    shared_rates(std::shared_ptr<core> with, const service_settings& which)
        : core_(std::move(with)),
          service_(which),
          resent_(std::make_shared<tickets>())
    {}

    ticket take_token(std::string_view client, decided done) override
    {
        const std::string key = bucket_key(core_->settings, service_, client);
        auto request = taking_token(key, *service_.options.rate, script_form::digest);
        const auto number = std::make_shared<ticket>(0);
        request.asker =
            std::make_unique<asker>(core_->link, resent_, number, *service_.options.rate, key, std::move(done));
        *number = core_->link->ask(std::move(request));
        return *number;
    }

    void give_up(ticket waiting) override
    {
        core_->link->give_up(waiting);
        if (const auto again = resent_->extract(waiting))
            core_->link->give_up(again.mapped());
    }

private:
    using tickets = std::map<ticket, ticket>;  // maps requests with a digest to the ones resent with the text

    class asker final : public valkey_asker {
    public:
        asker(std::weak_ptr<connection> link, std::shared_ptr<tickets> resent, std::shared_ptr<ticket> number,
              const rate_limit& rate, std::string key, decided done)
            : link_(std::move(link)),
              resent_(std::move(resent)),
              number_(std::move(number)),
              rate_(rate),
              key_(std::move(key)),
              done_(std::move(done))
        {}

        void answered(valkey_outcome how) override
        {
            const auto link = link_.lock();
            if (link && !was_resent_ && script_is_unknown(how)) {
                was_resent_ = true;
                auto request = taking_token(key_, rate_, script_form::text);
                const ticket first = *number_;
                const auto resent = resent_;
                request.asker = std::make_unique<asker>(std::move(*this));
                // Otherwise it was answered and forgotten already.
                if (const ticket again = link->ask(std::move(request)); again != 0)
                    resent->emplace(first, again);
                return;
            }
            if (was_resent_)
                resent_->erase(*number_);
            done_(decision_of(how));
        }

    private:
        std::weak_ptr<connection> link_;
        std::shared_ptr<tickets> resent_;
        std::shared_ptr<ticket> number_;  // the one known to the caller
        rate_limit rate_;
        std::string key_;
        decided done_;
        bool was_resent_ = false;
    };

    std::shared_ptr<core> core_;
    const service_settings& service_;
    std::shared_ptr<tickets> resent_;
};

shared_store::shared_store(boost::asio::io_context& loop, const store_settings& settings,
                           const std::string& state_folder, shared_content content, bridge::store_cells& cells,
                           clock now)
    : core_(std::make_shared<core>(loop, settings, state_folder, content, cells, std::move(now)))
{}

shared_store::~shared_store()
{
    close();
}

void shared_store::close()
{
    core_->link->close();
}

void shared_store::start()
{
    core_->link->start();
}

bridge::store& shared_store::replays(std::chrono::seconds delta_limit)
{
    auto& found = replays_[delta_limit];
    if (!found)
        found = std::make_unique<shared_replays>(*core_, delta_limit);
    return *found;
}

std::unique_ptr<bridge::rate_counter> shared_store::rates(const service_settings& which)
{
    return std::make_unique<shared_rates>(core_, which);
}

}  // namespace wampfcgi::store
