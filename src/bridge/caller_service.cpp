#include "bridge/caller_service.hpp"

#include "wampfcgi/checks/accept.hpp"
#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/checks/transport.hpp"
#include "wampfcgi/codec/body.hpp"

#include <utility>

namespace wampfcgi::bridge {
namespace {

result<void> read_query(call& made, const request& req, std::size_t longest_arguments)
{
    const auto parameters = checks::other_parameters(req.query());
    if (!parameters)
        return parameters.error();
    auto kwargs = codec::query_kwargs(*parameters, longest_arguments);
    if (!kwargs)
        return kwargs.error();
    made.arguments.kwargs = *std::move(kwargs);
    return {};
}

result<void> read_body(call& made, const request& req, std::size_t longest_arguments,
                       const std::optional<std::string>& fixed)
{
    if (auto ok = codec::parse_body(made, req.body(), longest_arguments,
                                    fixed ? codec::procedure_member::optional : codec::procedure_member::required);
        !ok)
        return ok;
    if (fixed && !made.procedure.empty() && made.procedure != *fixed)
        return failure{errc::procedure_denied, "procedure is not the one of the service", made.procedure};
    return {};
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
    call& made = what.emplace<call>();
    if (auto ok = checks::asks_by_query(req) ? read_query(made, req, longest_arguments)
                                             : read_body(made, req, longest_arguments, fixed);
        !ok)
        return ok;
    if (fixed)
        made.procedure = *fixed;
    if (options().procedures && !is_covered(made.procedure, *options().procedures))
        return failure{errc::procedure_denied, "procedure is not among the service's procedures", made.procedure};
    if (signature && signature->key->procedures && !is_covered(made.procedure, *signature->key->procedures))
        return failure{errc::procedure_denied, "procedure is not among the key's procedures", made.procedure};
    add_facts(made.arguments, req, signature);
    made.timeout = options().call_timeout;
    made.receive_progress = wants_stream(req);
    return {};
}

}  // namespace wampfcgi::bridge
