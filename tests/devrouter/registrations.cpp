#include "dealer.hpp"
#include "procedures.hpp"
#include "session.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

namespace wampfcgi::devrouter {

namespace {

/// All procedures in the caller's realm, by id; built-in ones have the lowest ids.
std::map<std::uint64_t, std::string_view> registrations_for(dealer& calls)
{
    auto& shared = calls.owner().shared();
    std::map<std::uint64_t, std::string_view> found;
    for (const auto name : shared.names_of_own())
        found.emplace(found.size() + 1, name);
    for (const auto& [name, made] : shared.registry_of(calls.owner().realm()))
        found.emplace(made.id, name);
    return found;
}

void list(dealer& calls, const invocation& call)
{
    const auto all = registrations_for(calls);
    packed args;
    args.list(1).map(3).text("exact").list(all.size());
    for (const auto& [id, name] : all)
        args.uint(id);
    args.text("prefix").list(0).text("wildcard").list(0);
    calls.result(call.id, args.view());
}

void get(dealer& calls, const invocation& call)
{
    const auto given = read_args(call, 1, 1);
    const auto id = given ? read_uint(given->item[0]) : std::nullopt;
    if (!id)
        return refuse(calls, call, "expected the id of a registration");
    const auto all = registrations_for(calls);
    const auto found = all.find(*id);
    if (found == all.end())
        return calls.error_text(call.id, "wamp.error.no_such_registration", "there is no such registration");
    packed args;
    args.list(1).map(4).text("id").uint(*id).text("uri").text(found->second);
    args.text("match").text("exact").text("invoke").text("single");
    calls.result(call.id, args.view());
}

}  // namespace

void add_registrations(procedure_table& table)
{
    table.insert({{"wamp.registration.list", list}, {"wamp.registration.get", get}});
}

}  // namespace wampfcgi::devrouter
