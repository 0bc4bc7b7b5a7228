#include "store/valkey/protocol.hpp"

#include <hiredis/hiredis.h>
#include <hiredis/read.h>

#include <new>
#include <utility>

namespace wampfcgi::store {
namespace {

using kind = valkey_reply::kind;

constexpr std::size_t longest_reply = 1024 * 1024;  // INFO has a few thousand bytes, all other replies less
constexpr std::size_t most_elements = 1024;
constexpr int deepest = 7;  // hiredis 1 has no limit, and destroying a reply recurses

/// The place for a task's reply: in its array, or a new one.
valkey_reply* place_for(const redisReadTask* task)
{
    if (task->parent == nullptr)
        return new (std::nothrow) valkey_reply;
    return &static_cast<valkey_reply*>(task->parent->obj)->elements.at(static_cast<std::size_t>(task->idx));
}

valkey_reply* made(const redisReadTask* task, kind what)
{
    valkey_reply* const reply = place_for(task);
    if (reply != nullptr)
        reply->what = what;
    return reply;
}

void* make_text(const redisReadTask* task, char* text, std::size_t length)
{
    const int type = task->type;
    valkey_reply* const reply = made(task, type == REDIS_REPLY_ERROR    ? kind::error
                                           : type == REDIS_REPLY_STATUS ? kind::status
                                                                        : kind::string);
    if (reply != nullptr)
        reply->text.assign(text, length);
    return reply;
}

bool is_too_deep(const redisReadTask* task)
{
    int levels = 0;
    for (; task != nullptr && levels <= deepest; task = task->parent)
        ++levels;
    return levels > deepest;
}

void* make_array(const redisReadTask* task, std::size_t count)
{
    if (count > most_elements || is_too_deep(task))
        return nullptr;
    valkey_reply* const reply = made(task, kind::array);
    if (reply != nullptr)
        reply->elements.resize(count);  // never resized again: parsing keeps pointers to the elements
    return reply;
}

/// hiredis 1 uses another type for counts, and also has replies of RESP3, which we do not request.
template <class Functions>
Functions functions_of()
{
    Functions functions{};
    functions.createString = make_text;
    functions.createArray = [](const redisReadTask* task, auto count) -> void* {
        return make_array(task, static_cast<std::size_t>(count));
    };
    functions.createInteger = [](const redisReadTask* task, long long value) -> void* {
        valkey_reply* const reply = made(task, kind::integer);
        if (reply != nullptr)
            reply->integer = value;
        return reply;
    };
    functions.createNil = [](const redisReadTask* task) -> void* { return made(task, kind::nil); };
    functions.freeObject = [](void* reply) { delete static_cast<valkey_reply*>(reply); };
    if constexpr (requires { functions.createDouble; })
        functions.createDouble = [](const redisReadTask*, auto...) -> void* { return nullptr; };
    if constexpr (requires { functions.createBool; })
        functions.createBool = [](const redisReadTask*, auto...) -> void* { return nullptr; };
    return functions;
}

}  // namespace

std::string valkey_command(std::initializer_list<std::string_view> arguments)
{
    std::vector<const char*> texts;
    std::vector<std::size_t> lengths;
    for (const std::string_view each : arguments) {
        texts.push_back(each.data());
        lengths.push_back(each.size());
    }
    char* formatted = nullptr;
    const auto length =
        redisFormatCommandArgv(&formatted, static_cast<int>(texts.size()), texts.data(), lengths.data());
    if (length < 0)
        throw std::bad_alloc();
    std::string bytes(formatted, static_cast<std::size_t>(length));
    redisFreeCommand(formatted);
    return bytes;
}

void valkey_reader::deleter::operator()(redisReader* reader) const noexcept
{
    redisReaderFree(reader);
}

valkey_reader::valkey_reader()
{
    static redisReplyObjectFunctions functions = functions_of<redisReplyObjectFunctions>();
    reader_.reset(redisReaderCreateWithFunctions(&functions));
    if (!reader_)
        throw std::bad_alloc();
}

void valkey_reader::feed(std::string_view bytes)
{
    pending_bytes_ += bytes.size();
    if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK)
        fault_ = "cannot be read: " + std::string(reader_->errstr);
}

std::optional<valkey_reply> valkey_reader::next()
{
    if (!fault_.empty())
        return {};
    void* found = nullptr;
    if (redisReaderGetReply(reader_.get(), &found) != REDIS_OK) {
        fault_ = "malformed reply: " + std::string(reader_->errstr);
        return {};
    }
    if (found == nullptr) {
        if (pending_bytes_ > longest_reply)
            fault_ = "a reply of more than " + std::to_string(longest_reply) + " bytes";
        return {};
    }
    pending_bytes_ = 0;
    const std::unique_ptr<valkey_reply> reply(static_cast<valkey_reply*>(found));
    return std::move(*reply);
}

}  // namespace wampfcgi::store
