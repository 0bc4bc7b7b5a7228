#include "codec/body_reader.hpp"

#include "codec/json_events.hpp"
#include "codec/value_builder.hpp"
#include "wampfcgi/codec/body.hpp"

#include <cstddef>
#include <cstdint>

namespace wampfcgi::codec {

namespace {

// Takes the values of a body: those of the three members are kept one by one, the object around them is not. A value
// outside the three is built all the same, because it has to be valid, and dropped.
class body_sink {
public:
    body_sink(body_members& members, std::size_t expected_bytes) : members_(members), builder_(expected_bytes) {}

    void null()
    {
        builder_.null();
        ended(value_kind::null);
    }
    void boolean(bool value)
    {
        builder_.boolean(value);
        ended(value_kind::other);
    }
    template <class Integer>
    void integer(Integer value)
    {
        builder_.integer(value);
        ended(value_kind::other);
    }
    void real(double value)
    {
        builder_.real(value);
        ended(value_kind::other);
    }
    void text(std::string_view utf8)
    {
        if (depth_ == 1 && member_ == &members_.procedure)
            members_.procedure_text = utf8;
        builder_.text(utf8);
        ended(value_kind::text);
    }
    void binary(std::string_view bytes)
    {
        builder_.binary(bytes);
        ended(value_kind::other);
    }

    void open()
    {
        if (depth_++ > 0)
            builder_.open();
    }
    void key(std::string_view utf8)
    {
        if (depth_ == 2 && member_ == &members_.kwargs && utf8 == reserved_member)
            members_.has_reserved_member = true;
        if (depth_ > 1)
            builder_.key(utf8);
        else
            member_ = member_called(utf8);
    }
    void close_list(std::size_t size)
    {
        if (--depth_ > 0)
            builder_.close_list(size);
        ended(value_kind::list);
    }
    void close_map()
    {
        if (--depth_ > 0)
            builder_.close_map();
        ended(value_kind::object);
    }

private:
    body_member* member_called(std::string_view name)
    {
        if (name == "procedure")
            return &members_.procedure;
        if (name == "args")
            return &members_.args;
        if (name == "kwargs")
            return &members_.kwargs;
        return nullptr;
    }

    void ended(value_kind kind)
    {
        if (depth_ == 0)
            members_.root = kind;
        else if (depth_ == 1 && member_ != nullptr && member_ != &members_.procedure)
            *member_ = {kind, builder_.take()};
        else if (depth_ == 1) {
            if (member_ != nullptr)
                member_->kind = kind;
            builder_.clear();  // its memory stays for the arguments
        }
    }

    body_members& members_;
    value_builder builder_;
    body_member* member_ = nullptr;  // whose value comes next at depth 1; none: a member that is ignored
    unsigned depth_ = 0;
};

}  // namespace

result<body_members> read_body(std::string_view body)
{
    body_members members;
    body_sink sink(members, body.size());
    const auto fault = read_json(body, {max_depth, long_integer::refused, max_body_members}, sink);
    if (!fault)
        return members;
    failure why;
    why.code = fault->too_many_members ? errc::body_too_large : errc::body_not_json;
    why.detail = "byte " + std::to_string(fault->offset) + ": " + fault->reason;
    return why;
}

}  // namespace wampfcgi::codec
