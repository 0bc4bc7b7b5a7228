#include "bridge/publisher_service.hpp"

#include "wampfcgi/codec/body.hpp"

#include <utility>

namespace wampfcgi::bridge {

result<void> publisher_service::read(operation& what, const request& req, const signer& signature,
                                     std::size_t longest_arguments) const
{
    const auto from = signature ? codec::sender::holder_of_a_key : codec::sender::anybody;
    auto body = codec::parse_publication(req.body(), from, longest_arguments);
    if (!body)
        return body.error();
    if (options().topics && !is_covered(body->topic, *options().topics))
        return failure{errc::topic_denied, "topic is not among the service's topics", body->topic};
    if (signature && signature->key->topics && !is_covered(body->topic, *signature->key->topics))
        return failure{errc::topic_denied, "topic is not among the key's topics", body->topic};
    add_facts(body->arguments, req, signature);
    what.emplace<publication>() = {std::move(body->topic), std::move(body->arguments), std::move(body->options),
                                   options().call_timeout};
    return {};
}

}  // namespace wampfcgi::bridge
