// Owns the memory of a few objects that have ended, for the next ones. A connection takes more than the 1 KiB up to
// which glibc keeps freed memory at hand, and most web servers open one for each request.
#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace wampfcgi::fcgi {

/// An allocator for single objects, each by std::allocate_shared().
template <class Object>
class spare_memory {
public:
    using value_type = Object;

    spare_memory() = default;

    template <class Other>
    explicit(false) spare_memory(const spare_memory<Other>& /*other*/) noexcept
    {}

    Object* allocate(std::size_t count)
    {
        shelf& spare = own_shelf();
        void* const memory =
            count == 1 && spare.count > 0 ? spare.blocks[--spare.count] : ::operator new(count * sizeof(Object));
        return static_cast<Object*>(memory);
    }

    void deallocate(Object* memory, std::size_t count) noexcept
    {
        shelf& spare = own_shelf();
        if (count == 1 && spare.count < most_kept)
            spare.blocks[spare.count++] = memory;
        else
            ::operator delete(memory);
    }

    bool operator==(const spare_memory&) const = default;

private:
    static_assert(alignof(Object) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

    static constexpr std::size_t places = 8;
#ifdef WAMPFCGI_SANITIZED
    static constexpr std::size_t most_kept = 0;  // a sanitizer detects uses of freed memory
#else
    static constexpr std::size_t most_kept = places;
#endif

    struct shelf {
        shelf() = default;
        ~shelf()
        {
            while (count > 0)
                ::operator delete(blocks[--count]);
        }
        shelf(const shelf&) = delete;
        shelf& operator=(const shelf&) = delete;

        std::array<void*, places> blocks{};
        std::size_t count = 0;
    };

    static shelf& own_shelf()
    {
        thread_local shelf of_this_thread;
        return of_this_thread;
    }
};

}  // namespace wampfcgi::fcgi
