#!/bin/sh
# Installs and lists what the build and the demo need and, on request, what the tests, the tests with sanitizers,
# measuring, fuzzing, `make check-anywhere` or `make portable` need. Never removes or replaces an installed package.
# usage: install-deps.sh DIRECTORY [tests|bench|fuzz|sanitize|anywhere|portable]  (DIRECTORY is for what cannot be installed
# beside the machine's packages)
set -eu

mkdir -p "$1"
unpacked=$(cd "$1" && pwd)
purpose=${2:-}
say() { printf 'deps: %s\n' "$*"; }

if ! command -v apt-get >/dev/null 2>&1; then
    say "no apt-get here; install by hand: a C++20 compiler, cmake 3.25, Boost 1.75 or later (Asio, JSON, Thread, Test),"
    say "OpenSSL 3, libfcgi, hiredis, msgpack-cxx, Autobahn|Cpp, python3, curl, lighttpd, Apache with mod_fcgid and suEXEC,"
    say "nginx, HAProxy, Caddy, H2O, Valkey or Redis, iproute2, procps, wrk, valgrind, debootstrap, lintian, logrotate, man-db, shellcheck, pyflakes, clang-format and clang-tidy 14, Autobahn, jsonschema and prometheus-client for Python, PHP, Node.js with the packages of tests/peers under $unpacked/peers"
    exit 1
fi

if [ "$(id -u)" = 0 ]; then as_root=; else as_root="sudo env DEBIAN_FRONTEND=noninteractive"; fi
export DEBIAN_FRONTEND=noninteractive

# Reads the output of apt or npm and shows the percentage: on a terminal in one line, otherwise a line for every 20 %.
# Other output goes to a file, whose end is shown when the step fails. The last line read is "ended:STATUS". $1 is the
# number of npm packages to fetch.
show_progress() {
    [ -t 1 ] && begin=$(printf '\r\033[K') || begin=
    status=1 fetched=0 shown='' total=${1:-}
    while IFS= read -r line; do
        rest=${line#*:*:}
        case $line in
            dlstatus:*) doing="packages fetched" percent=${rest%%[.,:]*} ;;
            pmstatus:*) doing="packages installed" percent=${rest%%[.,:]*} ;;
            "npm http fetch GET 200 "*.tgz\ *)
                fetched=$((fetched + 1))
                doing="npm packages fetched" percent=$((fetched < total ? fetched * 100 / total : 100))
                ;;
            ended:*) status=${line#ended:} && continue ;;
            *) printf '%s\n' "$line" && continue ;;
        esac
        [ -n "$begin" ] || percent=$((percent / 20 * 20))
        [ "$shown" != "$doing: $percent" ] || continue
        shown="$doing: $percent"
        if [ -n "$begin" ]; then printf '%sdeps: %s %%' "$begin" "$shown" >&3; else say "$shown %" >&3; fi
    done 3>&1 >"$unpacked/log"
    [ -z "$begin" ] || printf '%s' "$begin"
    [ "$status" = 0 ] || tail -n 20 "$unpacked/log"
    return "$status"
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
missing() { for package in "$@"; do installed "$package" || printf '%s ' "$package"; done; }

# What the distribution does not have, such as H2O in Debian 13, is named; tests without their server are skipped.
offered() {
    for package in "$@"; do
        if [ -n "$(version_of "$package")" ]; then printf '%s ' "$package"; else say "no package $package here, going on without it" >&2; fi
    done
}

version_of() { apt-cache show --no-all-versions "$1" 2>/dev/null | sed -n 's/^Version: //p' | head -n 1; }
first_of() { for package in "$@"; do [ -z "$(version_of "$package")" ] || { echo "$package" && return; }; done; }

updated=
update_lists() {
    [ -n "$updated" ] && return
    need_root
    say "reading the package lists"
    $as_root apt-get -qq -o DPkg::Lock::Timeout=300 update
    updated=yes
}

need_root() {
    [ -z "$as_root" ] || command -v sudo >/dev/null 2>&1 && return
    say "needs root or sudo to install packages"
    exit 1
}

# The servers are for tests and demo, and must not start by themselves, now or at boot.
install_packages() {
    [ $# -gt 0 ] || return 0
    update_lists
    say "installing $*"
    policy=/usr/sbin/policy-rc.d
    if [ -e $policy ]; then policy=; else
        printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
        $as_root chmod 755 $policy
        trap '$as_root rm -f "$policy"' EXIT INT TERM
    fi
    # Questions would be invisible: packages ask none, and existing configuration files are kept. The percentage needs
    # its own descriptor: apt closes it for its children, and sudo closes all above 2.
    # shellcheck disable=SC2016
    {
        $as_root sh -c 'exec 3>&1 && exec apt-get -o APT::Status-Fd=3 "$@"' sh -q -y --no-remove --no-install-recommends \
            -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold install "$@" 2>&1 </dev/null &&
            echo ended:0 || echo "ended:$?"
    } | show_progress
    [ -z "$policy" ] || { $as_root rm -f $policy; trap - EXIT INT TERM; }
    if [ -d /run/systemd/system ]; then
        for service in lighttpd nginx apache2 haproxy caddy h2o redis-server valkey-server; do
            case " $* " in *" $service"*) $as_root systemctl disable --quiet $service 2>/dev/null || true ;; esac
        done
    fi
}

# Header-only packages and second versions are unpacked, not installed. apt's own user could not write to their folder.
unpack_packages() {
    wanted=
    for package in "$@"; do
        [ -e "$unpacked/.have/$package" ] || wanted="$wanted $package"
    done
    [ -n "$wanted" ] || return 0
    # shellcheck disable=SC2086
    [ -n "$(apt-cache show $wanted 2>/dev/null)" ] || update_lists
    say "unpacking under build/deps:$wanted"
    mkdir -p "$unpacked/.have" "$unpacked/.download"
    for package in $wanted; do
        (cd "$unpacked/.download" && rm -f "${package}"_*.deb && apt-get -qq -o APT::Sandbox::User=root download "$package")
        dpkg -x "$unpacked/.download/${package}"_*.deb "$unpacked"
        touch "$unpacked/.have/$package"
    done
    rm -rf "$unpacked/.download"
}

[ -n "$(version_of libboost-dev)" ] || update_lists
[ -n "$(version_of libboost-dev)" ] || { say "no Boost among the packages of this machine"; exit 1; }
wanted="g++ make cmake dpkg-dev file libssl-dev libfcgi-dev libhiredis-dev python3 curl ca-certificates lighttpd"
case $purpose in tests | anywhere | sanitize | bench) wanted="$wanted apache2-bin libapache2-mod-fcgid nginx-light wrk" ;; esac
[ "$purpose" != bench ] || wanted="$wanted valgrind strace"
case $purpose in fuzz | sanitize) wanted="$wanted clang libclang-rt-dev" ;; esac
[ "$purpose" != sanitize ] || wanted="$wanted lld llvm"
[ "$purpose" != anywhere ] || wanted="$wanted chromium strace systemd-container"
[ "$purpose" != portable ] || wanted="$wanted groff-base"
case $purpose in tests | anywhere | sanitize)
    wanted="$wanted apache2 apache2-suexec-pristine iproute2 procps python3-autobahn python3-jsonschema debootstrap lintian logrotate man-db"
    wanted="$wanted shellcheck pyflakes3 python3-prometheus-client python3-yaml groff-base"
    # Both work; Debian 12 has only Redis.
    command -v valkey-server >/dev/null 2>&1 || command -v redis-server >/dev/null 2>&1 || wanted="$wanted $(first_of valkey-server redis-server)"
    command -v node >/dev/null 2>&1 || wanted="$wanted nodejs"
    command -v php >/dev/null 2>&1 || wanted="$wanted php-cli"
    ;;
esac
# Lint needs release 14, which is the default in Debian 12; Debian 13 has none.
case $(version_of clang-format) in 1:14.*) clang='' ;; *) clang=-14 ;; esac
case $purpose in tests | anywhere) wanted="$wanted clang-format$clang clang-tidy$clang haproxy caddy h2o" ;; esac

# The distribution's default Boost works if it has Boost.JSON (1.75 and later); Debian 12 has 1.81 besides its 1.74.
boost=$(version_of libboost-dev | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')
boost_packages="libboost1.81-dev libboost-json1.81-dev libboost-thread1.81-dev libboost-test1.81-dev"
unpack="libmsgpack-cxx-dev autobahn-cpp-dev"
if dpkg --compare-versions "$boost" ge 1.75; then
    wanted="$wanted libboost-dev libboost-json-dev libboost-thread-dev libboost-test-dev $unpack"
    unpack=
elif installed libboost1.74-dev || installed "libboost${boost}-dev"; then
    unpack="$boost_packages libboost-json1.81.0 libboost-thread1.81.0 libboost-test1.81.0 libboost-atomic1.81-dev
        libboost-chrono1.81-dev libboost-container1.81-dev libboost-date-time1.81-dev libboost-system1.81-dev $unpack"
else
    wanted="$wanted $boost_packages"
fi
# Only promtool is needed: if installed, Prometheus would run.
[ "$purpose" != anywhere ] || unpack="$unpack prometheus"
# shellcheck disable=SC2046,SC2086
install_packages $(offered $(missing $wanted))
# shellcheck disable=SC2086
unpack_packages $unpack

# Debian's npm consists of as many packages as all others together, and is needed once, so it is unpacked and later
# removed.
unpack_npm() {
    update_lists
    say "unpacking npm under build/deps"
    mkdir -p "$unpacked/.npm/.download"
    packages=$(apt-get -s --no-install-recommends install npm | sed -n 's/^Inst \([^ ]*\) (.*/\1/p')
    # shellcheck disable=SC2086
    (cd "$unpacked/.npm/.download" && apt-get -qq -o APT::Sandbox::User=root download $packages)
    for package in "$unpacked"/.npm/.download/*.deb; do dpkg -x "$package" "$unpacked/.npm"; done
}

run_npm() {
    modules=$unpacked/.npm/usr/share/nodejs
    if [ -d "$modules" ]; then NODE_PATH=$modules node "$modules/npm/bin/npm-cli.js" "$@"; else npm "$@"; fi
}

# A WAMP router, a client library and more for the tests, as in tests/peers/package-lock.json. Their install scripts are
# not needed: they would fetch or compile faster implementations.
install_peers() {
    locked=$(cd "$(dirname "$0")/../peers" && pwd)
    [ -d "$unpacked/peers/node_modules" ] && cmp -s "$locked/package-lock.json" "$unpacked/peers/.have" && return
    rm -rf "$unpacked/.npm"
    command -v npm >/dev/null 2>&1 || unpack_npm
    say "installing the npm packages of tests/peers under build/deps/peers"
    mkdir -p "$unpacked/peers"
    cp "$locked/package.json" "$locked/package-lock.json" "$unpacked/peers"
    # npm does not fetch packages for other systems, so they do not count.
    total=$(($(grep -c '"integrity":' "$locked/package-lock.json") - $(grep -c '"os":' "$locked/package-lock.json")))
    for attempt in 1 2 3; do
        # Run in its folder: with --prefix, Debian's npm 9 installs nothing without an error. Its temporary files, such
        # as the compile cache that later versions leave in /tmp, stay below it.
        if {
            cd "$unpacked/peers" && mkdir -p .tmp && export TMPDIR="$PWD/.tmp" &&
                run_npm ci --ignore-scripts --no-audit --no-fund --loglevel=http 2>&1 &&
                echo ended:0 || echo ended:1
        } | show_progress $total; then
            rm -rf "$unpacked/peers/.tmp" "$unpacked/.npm"
            cp "$locked/package-lock.json" "$unpacked/peers/.have"
            return
        fi
        say "npm failed, attempt $attempt of 3"
    done
    rm -rf "$unpacked/.npm"
    say "without these packages the test integration.foreign_router fails; all else goes on"
}
case $purpose in tests | anywhere | sanitize) install_peers ;; esac

say "everything is there"
