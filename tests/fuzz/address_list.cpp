// Input: lines with a client's address, then allowed addresses and networks. A network that is written again must stay
// the same. A client must be allowed exactly if its bits match a network, compared bit by bit.
#include "target.hpp"

#include "wampfcgi/checks/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace wampfcgi::fuzz {
namespace {

std::string written(const ip_address& address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    must(inet_ntop(AF_INET6, address.data(), text.data(), text.size()) != nullptr, "an address can be written");
    return text.data();
}

bool bit_of(const ip_address& address, unsigned place)
{
    return (address[place / 8] >> (7 - place % 8) & 1U) != 0;
}

bool is_in(const ip_address& address, const network& net)
{
    for (unsigned place = 0; place < net.prefix_bits; ++place)
        if (bit_of(address, place) != bit_of(net.address, place))
            return false;
    return true;
}

}  // namespace

void run(std::string_view input)
{
    const std::string client{take_part(input, "\n")};
    std::vector<network> allowed;
    while (!input.empty()) {
        const auto net = checks::parse_network(take_part(input, "\n"));
        if (!net)
            continue;
        must(net->prefix_bits <= 128, "an address has 128 bits");
        must(checks::parse_network(written(net->address) + '/' + std::to_string(net->prefix_bits)) == net,
             "a network that is written again is the same");
        allowed.push_back(*net);
    }

    const auto address = checks::parse_address(client);
    if (address)
        must(checks::parse_address(written(*address)) == address, "an address that is written again is the same");
    must(checks::check_address(client, std::nullopt).has_value(), "without a list everybody may call");
    must(!checks::check_address(client, std::vector<network>{}), "an empty list denies everybody");
    const bool may_call = checks::check_address(client, allowed).has_value();
    if (address)
        must(may_call == std::ranges::any_of(allowed, [&](const network& net) { return is_in(*address, net); }),
             "a client may call from the networks that are listed");
    else if (client.find('%') == std::string::npos)  // a zone follows '%'
        must(!may_call, "a client without an address may not call");
}

}  // namespace wampfcgi::fuzz
