#include "bridge/console_service.hpp"

#include "bridge/console_page.hpp"
#include "bridge/page.hpp"
#include "bridge/rendering.hpp"
#include "wampfcgi/codec/service_list.hpp"

#include <optional>
#include <utility>

namespace wampfcgi::bridge {

console_service::console_service(const settings& config, const service_settings& which)
    : options_(which.options),
      services_(codec::service_list(config.services, which))
{}

std::optional<answer> console_service::admit(const request& req, admission& admitted)
{
    admitted.by = this;
    admitted.body = body_use::dropped;
    return refuse_reader(req, options_, default_audience::loopback);
}

answer console_service::refuse(const admission& /*admitted*/, failure why) const
{
    answer refused = refusal_answer(std::move(why), options_.status_codes, {});
    refused.report.debug = options_.debug;
    return refused;
}

std::unique_ptr<exchange> console_service::serve(admission&& /*admitted*/, request& req, response_sink& client)
{
    req.drop_body();
    answer made = req.query() == "services"
                      ? data_answer(services_)
                      : page_answer(console_page::html, {console_page::script_sha256, console_page::style_sha256});
    made.report.debug = options_.debug;
    client.respond(std::move(made));
    return nullptr;
}

}  // namespace wampfcgi::bridge
