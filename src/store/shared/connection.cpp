#include "store/shared/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

namespace wampfcgi::store {
namespace {

namespace asio = boost::asio;
using steady = std::chrono::steady_clock;
using boost::system::error_code;

constexpr std::chrono::seconds keepalive{30};  // a vanished server is detected within this time, idle or not

std::string reason_of(const error_code& error)
{
    return error == asio::error::eof ? "the server closed it" : error.message();
}

}  // namespace

/// A connected stream. Reports nothing after it was closed.
class connection::link : public std::enable_shared_from_this<link> {
public:
    using handler = std::function<void(const valkey_happening&)>;

    template <class Stream>
    link(Stream stream, handler tell) : stream_(std::in_place_type<Stream>, std::move(stream)),
                                        tell_(std::move(tell))
    {}

    void read()
    {
        std::visit(
            [this](auto& stream) {
                stream.async_read_some(asio::buffer(in_), [self = shared_from_this()](error_code error, std::size_t n) {
                    if (self->closed_)
                        return;
                    if (error)
                        return self->tell_(valkey_event::closed{reason_of(error)});
                    self->tell_(valkey_event::received{{self->in_.data(), n}});
                    if (!self->closed_)
                        self->read();
                });
            },
            stream_);
    }

    bool is_writing() const noexcept { return !out_.empty(); }

    void write(std::string bytes, std::function<void()> written)
    {
        out_ = std::move(bytes);
        written_ = std::move(written);
        std::visit(
            [this](auto& stream) {
                asio::async_write(stream, asio::buffer(out_),
                                  [self = shared_from_this()](error_code error, std::size_t) {
                                      self->out_.clear();
                                      if (self->closed_)
                                          return;
                                      if (error)
                                          return self->tell_(valkey_event::closed{reason_of(error)});
                                      self->written_();
                                  });
            },
            stream_);
    }

    void close()
    {
        closed_ = true;
        error_code ignored;
        if (auto* const plain = std::get_if<net::plain_stream>(&stream_))
            plain->close(ignored);
        else
            std::get<net::tls_stream>(stream_).next_layer().close(ignored);
    }

private:
    std::variant<net::plain_stream, net::tls_stream> stream_;
    handler tell_;
    std::function<void()> written_;
    std::array<char, 16'384> in_{};
    std::string out_;
    bool closed_ = false;
};

connection::connection(asio::io_context& loop, const store_settings& settings, kept_data kept,
                       bridge::store_cells& cells, marker_memory remember)
    : loop_(loop),
      settings_(settings),
      cells_(cells),
      remember_(std::move(remember)),
      fsm_(settings, kept, [this] { return spread_(random_); }),
      timer_(loop)
{}

connection::~connection() = default;

void connection::start()
{
    feed(valkey_event::start{});
}

connection::ticket connection::ask(valkey_request what)
{
    if (closed_ || fsm_.is_down()) {
        if (!closed_) {
            cells_.counted.failures.add();
            fsm_.is_wanted(steady::now());
            arm_timer();
        }
        what.asker->answered(failure(errc::store_unavailable, "the store is down: " + fsm_.why_down()));
        return 0;
    }
    const ticket number = fsm_.ask(std::move(what), steady::now());
    carry_out_steps();
    return number;
}

void connection::give_up(ticket which)
{
    fsm_.give_up(which);
}

void connection::close()
{
    closed_ = true;
    timer_.cancel();
    drop_link();
}

void connection::feed(const valkey_happening& what)
{
    if (closed_)
        return;
    fsm_.resume(what, steady::now());
    carry_out_steps();
}

// A completion may ask again; the resulting steps are performed after these.
void connection::carry_out_steps()
{
    if (std::exchange(carrying_out_, true))
        return;
    const auto self = shared_from_this();
    for (auto steps = fsm_.take_steps(); !steps.empty(); steps = fsm_.take_steps())
        for (valkey_todo& each : steps) {
            if (closed_)
                return;
            std::visit([this](auto& todo) { carry_out(todo); }, each);
        }
    carrying_out_ = false;
    if (closed_)
        return;
    cells_.now.is_down.set(fsm_.is_down() ? 1 : 0);
    write_soon();
    arm_timer();
}

void connection::carry_out(valkey_step::dial& todo)
{
    dialer_ = std::make_shared<net::dialer>(
        loop_, net::dial_options{"the store", settings_.timeout, keepalive, settings_.tls});
    net::destination to;
    to.host = todo.where.host;
    to.port = todo.where.port;
    to.socket_path = todo.where.path;
    to.tls = todo.where.tls;
    dialer_->dial(to, [weak = weak_from_this()](net::dialer::outcome how) {
        if (const auto self = weak.lock(); self && !self->closed_)
            self->opened(std::move(how));
    });
}

void connection::opened(net::dialer::outcome how)
{
    if (const auto* const failed = std::get_if<net::dialer::failed>(&how))
        return feed(valkey_event::failed{failed->reason});
    const auto tell = [weak = weak_from_this()](const valkey_happening& what) {
        if (const auto self = weak.lock())
            self->feed(what);
    };
    if (auto* const tls = std::get_if<net::tls_stream>(&how))
        link_ = std::make_shared<link>(std::move(*tls), tell);
    else
        link_ = std::make_shared<link>(std::move(std::get<net::plain_stream>(how)), tell);
    link_->read();
    feed(valkey_event::dialled{});
}

void connection::carry_out(valkey_step::close&)
{
    drop_link();
}

void connection::carry_out(valkey_step::remember_marker& todo)
{
    try {
        remember_(todo.marker);
    } catch (const std::runtime_error& why) {
        return fsm_.resume(valkey_event::marker_not_remembered{why.what()}, steady::now());
    }
    fsm_.resume(valkey_event::marker_remembered{}, steady::now());
}

void connection::carry_out(valkey_step::complete& todo)
{
    if (todo.outcome) {
        const auto waited = std::chrono::floor<std::chrono::microseconds>(steady::now() - todo.asked_at);
        cells_.counted.round_trips.add();
        cells_.counted.waited_us.add(static_cast<std::uint64_t>(waited.count()));
    }
    const auto has_error = [](const std::vector<valkey_reply>& replies) {
        return std::ranges::any_of(
            replies, [](const valkey_reply& each) { return each.is_error() && !each.is_error("NOSCRIPT"); });
    };
    if (!todo.outcome || has_error(*todo.outcome))
        cells_.counted.failures.add();
    if (todo.asker)
        todo.asker->answered(std::move(todo.outcome));
}

void connection::carry_out(valkey_step::log& todo)
{
    log::write(todo.level, todo.text, todo.with);
}

void connection::write_soon()
{
    if (!link_ || link_->is_writing() || !fsm_.has_output() || std::exchange(write_is_planned_, true))
        return;
    asio::post(loop_, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self)
            return;
        self->write_is_planned_ = false;
        if (!self->link_ || self->link_->is_writing() || !self->fsm_.has_output())
            return;
        self->link_->write(self->fsm_.take_output(), [weak] {
            if (const auto still = weak.lock())
                still->write_soon();
        });
    });
}

// A timer that fires early costs one needless wake-up; re-arming it for each command would cost more.
void connection::arm_timer()
{
    const auto at = fsm_.wakes_at();
    if (!at || (timer_is_armed_ && timer_.expiry() <= *at))
        return;
    timer_is_armed_ = true;
    timer_.expires_at(*at);
    timer_.async_wait([weak = weak_from_this()](error_code stopped) {
        const auto self = weak.lock();
        if (!self || stopped)
            return;
        self->timer_is_armed_ = false;
        self->feed(valkey_event::timer{});
    });
}

void connection::drop_link()
{
    if (dialer_)
        dialer_->stop();
    dialer_.reset();
    if (link_)
        link_->close();
    link_.reset();
}

}  // namespace wampfcgi::store
