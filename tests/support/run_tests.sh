#!/bin/sh
# Runs the tests of a build. The integration tests wait for real processes with deadlines, so a failed test gets a
# second try. The output of the first try is shown, and tests that needed two tries are listed at the end.
# usage: run_tests.sh BUILD PARALLEL
set -u

log=$1/tests.log
status=0
ctest --test-dir "$1" --output-on-failure --parallel "$2" --repeat until-pass:2 --output-log "$log" || status=$?
second=$(awk '
    !match($0, /Test +#[0-9]+: [^ ]+/) { next }
    { name = substr($0, RSTART, RLENGTH); sub(/.*: /, "", name) }
    /\*\*\*(Failed|Timeout|Exception)/ { failed[name] = 1 }
    / Passed / && failed[name] { print "    " name }' "$log")
[ -z "$second" ] || printf 'Passed only at the second try:\n%s\n' "$second"
exit $status
