#include "bridge/caller_service.hpp"

#include "wampfcgi/checks/accept.hpp"
#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/checks/transport.hpp"
#include "wampfcgi/codec/body.hpp"

#include <utility>

namespace wampfcgi::bridge {
namespace {

result<codec::parsed_body> read_query(const request& req, std::size_t longest_arguments)
{
    const auto parameters = checks::other_parameters(req.query());
    if (!parameters)
        return parameters.error();
    auto kwargs = codec::query_kwargs(*parameters, longest_arguments);
    if (!kwargs)
        return kwargs.error();
    return codec::parsed_body{{}, {{}, *std::move(kwargs)}};
}

result<codec::parsed_body> read_body(const request& req, std::size_t longest_arguments,
                                     const std::optional<std::string>& fixed)
{
    auto body = codec::parse_body(req.body(), longest_arguments,
                                  fixed ? codec::procedure_member::optional : codec::procedure_member::required);
    if (body && fixed && !body->procedure.empty() && body->procedure != *fixed)
        return failure{errc::procedure_denied, "procedure is not the one of the service", body->procedure};
    return body;
}

/// A HEAD gets no stream: the response would have no length and no content.
bool wants_stream(const request& req)
{
    return checks::wanted_media(req.accept()) != checks::media::json && req.method() != "HEAD";
}

}  // namespace

result<void> caller_service::read(operation& what, const request& req, const signer& signature,
                                  std::size_t longest_arguments) const
{
    const auto& fixed = options().procedure;
    auto body =
        checks::asks_by_query(req) ? read_query(req, longest_arguments) : read_body(req, longest_arguments, fixed);
    if (!body)
        return body.error();
    if (fixed)
        body->procedure = *fixed;
    if (options().procedures && !is_covered(body->procedure, *options().procedures))
        return failure{errc::procedure_denied, "procedure is not among the service's procedures", body->procedure};
    if (signature && signature->key->procedures && !is_covered(body->procedure, *signature->key->procedures))
        return failure{errc::procedure_denied, "procedure is not among the key's procedures", body->procedure};
    add_facts(body->arguments, req, signature);
    call& made = what.emplace<call>();
    made.procedure = std::move(body->procedure);
    made.arguments = std::move(body->arguments);
    made.timeout = options().call_timeout;
    made.receive_progress = wants_stream(req);
    return {};
}

}  // namespace wampfcgi::bridge
