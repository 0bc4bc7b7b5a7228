#include "wampfcgi/core/scheduling.hpp"

#include <sched.h>

namespace wampfcgi {

void schedule_in_batches() noexcept
{
    const sched_param none{};
    if (::sched_getscheduler(0) == SCHED_OTHER)
        ::sched_setscheduler(0, SCHED_BATCH, &none);
}

}  // namespace wampfcgi
