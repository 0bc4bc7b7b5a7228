#include "codec/body_reader.hpp"

#include "codec/json_events.hpp"
#include "codec/value_builder.hpp"
#include "wampfcgi/codec/body.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace wampfcgi::codec {

namespace {

// Receives the values of a body. Keeps the value of each known member separately. Builds other values too, since they
// must be valid, and drops them.
class body_sink {
public:
    body_sink(body_members& members, body_kind kind, std::size_t body_bytes, std::size_t most_bytes)
        : members_(members),
          kind_(kind),
          most_bytes_(most_bytes),
          looked_at_from_(most_bytes),
          bytes_left_(body_bytes)
    {}

    /// The last of duplicate members counts, so the value may become shorter than what is written. Finding the real
    /// size takes time, so it is only done again when twice as much has been written.
    bool fits(std::size_t more)
    {
        if (depth_ == 0 || member_ == nullptr || builder_.written_bytes() + more <= looked_at_from_)
            return true;
        looked_at_from_ = std::max(most_bytes_, 2 * (builder_.written_bytes() + more));
        return builder_.least_bytes() + more <= most_bytes_;
    }

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
        if (depth_ == 1 && member_ == &members_.uri) {
            members_.uri_text = utf8;
            leave_out(utf8.size());
        } else {
            builder_.text(utf8);
        }
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
            return builder_.key(utf8);
        member_ = member_called(utf8);
        leave_out(utf8.size());
        // Only once for each member: a body may repeat one a million times.
        if (member_ != nullptr && member_ != &members_.uri && member_->kind == value_kind::absent)
            builder_.expect(std::min(bytes_left_, most_bytes_));
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
    /// Counts bytes that a value yet to come cannot have. A value may take more bytes than in the body.
    void leave_out(std::size_t bytes) { bytes_left_ -= std::min(bytes_left_, bytes); }

    body_member* member_called(std::string_view name)
    {
        if (name == (kind_ == body_kind::call ? "procedure" : "topic"))
            return &members_.uri;
        if (name == "args")
            return &members_.args;
        if (name == "kwargs")
            return &members_.kwargs;
        if (kind_ == body_kind::publication && name == "options")
            return &members_.options;
        return nullptr;
    }

    void ended(value_kind kind)
    {
        if (depth_ <= 1)
            looked_at_from_ = most_bytes_;
        if (depth_ == 0)
            members_.root = kind;
        else if (depth_ == 1 && member_ != nullptr && member_ != &members_.uri) {
            *member_ = {kind, builder_.take()};
            leave_out(member_->value.size());
        } else if (depth_ == 1) {
            if (member_ != nullptr)
                member_->kind = kind;
            builder_.clear();  // keeps its memory for the arguments
        }
    }

    body_members& members_;
    body_kind kind_;
    value_builder builder_{0};
    std::size_t most_bytes_;
    std::size_t looked_at_from_;     // the next check is due beyond this many written bytes
    std::size_t bytes_left_;         // of the body, roughly, for the values that are kept
    body_member* member_ = nullptr;  // member of the next value at depth 1; null: ignored
    unsigned depth_ = 0;
};

}  // namespace

result<void> read_body(body_members& members, std::string_view body, body_kind kind, std::size_t most_bytes)
{
    body_sink sink(members, kind, body.size(), most_bytes);
    const auto fault = read_json(body, {max_depth, long_integer::refused, max_body_members}, sink);
    if (!fault)
        return {};
    return failure(fault->is_too_large ? errc::body_too_large : errc::body_not_json,
                   "byte " + std::to_string(fault->offset) + ": " + fault->reason);
}

}  // namespace wampfcgi::codec
