#include "wampfcgi/metrics/counting_file.hpp"

#include "metrics/board/counted_series.hpp"
#include "metrics/board/listen_queue.hpp"
#include "metrics/board/shelf.hpp"

#include <ctime>
#include <utility>

namespace wampfcgi::metrics {

struct counting_file::parts {
    parts(descriptor folder, const settings& settings) : files(std::move(folder)), config(settings)
    {
        files.fold();
        own.emplace(files.create(settings));
    }

    shelf files;
    const settings& config;
    std::optional<own_file> own;
};

counting_file::counting_file(descriptor folder, const settings& config)
    : parts_(std::make_unique<parts>(std::move(folder), config))
{}

counting_file::~counting_file()
{
    parts_->own.reset();  // also releases its lock
    parts_->files.fold();
}

std::unique_ptr<bridge::meter> counting_file::meter_for(std::optional<std::uint32_t> /*slot*/)
{
    return std::make_unique<slot_meter>(parts_->own->memory, 0);
}

process_cells& counting_file::process(std::optional<std::uint32_t> /*slot*/)
{
    return parts_->own->memory.process(0);
}

snapshot counting_file::look(int listen_fd) const
{
    parts_->files.fold();
    std::uint64_t since = 0;
    snapshot seen;
    seen.in_pool = false;
    seen.max_in_flight = parts_->config.max_in_flight;
    seen.max_streams = parts_->config.max_streams;
    seen.signatures_capacity = capacity_of_signatures(parts_->config);
    const gathering all = parts_->files.look(since);
    all.tell(seen);
    seen.processor_us_of_ended = all.processor_us_of_ended();
    seen.started = std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(since)));
    seen.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    seen.queue = queue_of(listen_fd);
    return seen;
}

}  // namespace wampfcgi::metrics
