#include "store/valkey/server_errors.hpp"

namespace wampfcgi::store {

bool is_of_cluster(const valkey_reply& reply)
{
    return reply.is_error("MOVED ") || reply.is_error("ASK ") || reply.is_error("CLUSTERDOWN") ||
           reply.is_error("CROSSSLOT");
}

bool is_unfit(const valkey_reply& reply)
{
    // Before version 7, a script wraps the error of its command.
    return reply.is_error("LOADING") || reply.is_error("MASTERDOWN") || reply.is_error("READONLY") ||
           (reply.is_error() && reply.text.find("READONLY") != std::string::npos);
}

bool is_refused(const valkey_reply& reply)
{
    return reply.is_error("WRONGPASS") || reply.is_error("NOAUTH") || reply.is_error("NOPERM") ||
           reply.is_error("DENIED") || reply.is_error("ERR invalid password") || reply.is_error("ERR AUTH") ||
           reply.is_error("ERR Client sent AUTH");
}

std::string why_unfit(const valkey_reply& reply)
{
    if (reply.is_error("LOADING"))
        return "the server is still loading its data";
    if (reply.is_error("MASTERDOWN"))
        return "the server is a replica that has lost its master";
    return "the server is a replica, and takes no data";
}

}  // namespace wampfcgi::store
