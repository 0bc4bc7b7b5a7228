// Owns a callback for the end of an operation that never allocates memory.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace wampfcgi {

/// Holds a function that is called once with the outcome, or dropped without a call. Its captures (four words at most)
/// are stored inline, so making, moving and calling a completion does not allocate.
template <class Outcome>
class completion {
public:
    completion() noexcept = default;

    template <class Function>
    requires(!std::is_same_v<std::remove_cvref_t<Function>, completion>) completion(Function function)
    noexcept  // NOLINT(google-explicit-constructor): like std::function
        : actions_(&actions_of<Function>)
    {
        static_assert(sizeof(Function) <= sizeof(captured_) && alignof(Function) <= alignof(std::max_align_t));
        static_assert(std::is_nothrow_move_constructible_v<Function>);
        new (static_cast<void*>(captured_)) Function(std::move(function));
    }

    completion(completion&& other) noexcept { take_from(other); }
    completion& operator=(completion&& other) noexcept
    {
        if (this != &other) {
            drop();
            take_from(other);
        }
        return *this;
    }
    ~completion() { drop(); }

    explicit operator bool() const noexcept { return actions_ != nullptr; }

    /// The completion is empty afterwards, and already while the function runs.
    void operator()(Outcome how)
    {
        completion running(std::move(*this));
        running.actions_->call(running.captured_, std::move(how));
    }

private:
    struct actions {
        void (*call)(void* captured, Outcome&& how);
        void (*move_to)(void* captured, void* place) noexcept;  // also destroys the source
        void (*destroy)(void* captured) noexcept;
    };

    template <class Function>
    static constexpr actions actions_of{
        [](void* captured, Outcome&& how) { (*static_cast<Function*>(captured))(std::move(how)); },
        [](void* captured, void* place) noexcept {
            auto* const here = static_cast<Function*>(captured);
            new (place) Function(std::move(*here));
            here->~Function();
        },
        [](void* captured) noexcept { static_cast<Function*>(captured)->~Function(); },
    };

    void take_from(completion& other) noexcept
    {
        if ((actions_ = std::exchange(other.actions_, nullptr)) != nullptr)
            actions_->move_to(other.captured_, captured_);
    }

    void drop() noexcept
    {
        if (const actions* const there = std::exchange(actions_, nullptr))
            there->destroy(captured_);
    }

    const actions* actions_ = nullptr;
    alignas(std::max_align_t) std::byte captured_[4 * sizeof(void*)];
};

}  // namespace wampfcgi
