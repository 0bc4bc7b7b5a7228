#!/bin/sh
# Runs libFuzzer on one fuzz target after the other, to find inputs that break it. New inputs are kept in BUILD/corpus,
# and the next run continues with them.
# usage: run.sh BUILD SECONDS [TARGET...]      (BUILD is the build folder of `make fuzz`; no TARGET: all of them)
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$1
seconds=$2
shift 2
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(cd "$here/seeds" && echo *)

export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=0 UBSAN_OPTIONS=print_stacktrace=1
failed=
number=0
# In the background, a fuzz target does not see Ctrl-C by itself.
fuzzer=
trap '[ -z "$fuzzer" ] || kill "$fuzzer"; exit 1' INT TERM

# Every fifth of the time, while the fuzz target runs.
show_time() {
    for percent in 20 40 60 80; do
        timeout --foreground "$((seconds / 5 + 1))" tail --pid="$fuzzer" -f /dev/null && return
        printf 'fuzz: %s: %d %%\n' "$target" "$percent"
    done
}

for target in "$@"; do
    number=$((number + 1))
    found="$build/found/$target"
    mkdir -p "$build/corpus/$target" "$found"
    crashes=
    [ -d "$here/crashes/$target" ] && crashes="$here/crashes/$target"
    printf 'fuzz: %d of %d: %s for %s s\n' "$number" $# "$target" "$seconds"
    # shellcheck disable=SC2086
    "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -dict="$here/$target.dict" -artifact_prefix="$found/" -print_final_stats=1 -verbosity=1 \
        "$build/corpus/$target" "$here/seeds/$target" $crashes 2>"$build/found/$target.log" &
    fuzzer=$!
    show_time
    if wait "$fuzzer"; then
        grep -E '^stat::(number_of_executed_units|average_exec_per_sec)|^Done' "$build/found/$target.log"
    else
        tail -n 40 "$build/found/$target.log"
        failed="$failed $target"
    fi
done
[ -z "$failed" ] && exit 0
echo "fuzz: failed:$failed; keep the input from $build/found under tests/fuzz/crashes/TARGET, by a telling name"
exit 1
