// The options of the sanitizers, built in because web servers start the programs with another environment. A report
// goes to standard error, where the tests look for it in the logs, and the process ends. Only in builds with
// WAMPFCGI_SANITIZE.

extern "C" {

const char* __asan_default_options();
const char* __ubsan_default_options();
const char* __tsan_default_options();
[[gnu::weak]] void __lsan_do_leak_check();  // absent with TSan
[[noreturn]] void __real__exit(int status);
[[noreturn]] void __wrap__exit(int status);

// Workers reset the action of every signal, hence the twos. Tests look for the names (processes.py): searching for
// leaks takes LeakSanitizer longer than mod_fcgid waits before SIGKILL.
#define CRASHES "handle_segv=2:handle_sigbus=2:handle_sigfpe=2:handle_abort=2"

const char* __asan_default_options()
{
    return CRASHES
        ":symbolize=0:detect_leaks=1:detect_stack_use_after_return=1:check_initialization_order=1:strict_init_order=1"
        ":strict_string_checks=1:exitcode=86";
}

const char* __ubsan_default_options()
{
    return CRASHES ":halt_on_error=1:print_stacktrace=1:exitcode=86";
}

const char* __tsan_default_options()
{
    return CRASHES ":halt_on_error=1:second_deadlock_stack=1:exitcode=86";
}

// Workers of a pool end by _exit, which would skip the leak check. (--wrap=_exit)
void __wrap__exit(int status)
{
    if (__lsan_do_leak_check != nullptr)
        __lsan_do_leak_check();
    __real__exit(status);
}
}
