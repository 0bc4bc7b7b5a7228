#include "bridge/caller_service.hpp"

#include "wampfcgi/checks/accept.hpp"
#include "wampfcgi/codec/body.hpp"

#include <utility>

namespace wampfcgi::bridge {

result<void> caller_service::read(operation& what, const request& req, const signer& signature,
                                  std::size_t longest_arguments) const
{
    auto body = codec::parse_body(req.body(), longest_arguments);
    if (!body)
        return body.error();
    if (options().procedures && !is_covered(body->procedure, *options().procedures))
        return failure{errc::procedure_denied, "procedure is not among those of the service", body->procedure};
    if (signature && signature->key->procedures && !is_covered(body->procedure, *signature->key->procedures))
        return failure{errc::procedure_denied, "procedure is not among those of the key", body->procedure};
    add_facts(body->arguments, req, signature);
    what.emplace<call>() = {std::move(body->procedure), std::move(body->arguments), options().call_timeout,
                            checks::wanted_media(req.accept()) != checks::media::json};
    return {};
}

}  // namespace wampfcgi::bridge
