#!/bin/sh
# Installs what the build and the demo need, and what the tests, the tests with sanitizers, measuring, fuzzing or the tests
# that are run anywhere need as well, and says what. Never removes or replaces a package that is there.
# usage: install-deps.sh DIRECTORY [tests|bench|fuzz|sanitize|anywhere]  (DIRECTORY takes what cannot be installed beside what the machine has)
set -eu

unpacked=$1
purpose=${2:-}
say() { printf 'deps: %s\n' "$*"; }

if ! command -v apt-get >/dev/null 2>&1; then
    say "no apt-get here; install by hand: a C++20 compiler, cmake 3.25, Boost 1.75 or later (Asio, JSON, Thread, Test),"
    say "OpenSSL 3, libfcgi, hiredis, msgpack-cxx, Autobahn|Cpp, python3, curl, lighttpd, Apache with mod_fcgid and suEXEC,"
    say "nginx, Valkey or Redis, iproute2, procps, wrk, valgrind, debootstrap, lintian, logrotate, man-db, shellcheck, pyflakes, Autobahn, jsonschema and prometheus-client for Python, PHP, Node.js with the packages of tests/peers under $unpacked/peers"
    exit 1
fi

if [ "$(id -u)" = 0 ]; then as_root=; else as_root=sudo; fi
export DEBIAN_FRONTEND=noninteractive

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
missing() { for package in "$@"; do installed "$package" || printf '%s ' "$package"; done; }

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

# The servers are for tests and demo: they must not start by themselves, now or at boot.
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
    $as_root apt-get -q -y --no-remove --no-install-recommends -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Use-Pty=0 install "$@"
    [ -z "$policy" ] || { $as_root rm -f $policy; trap - EXIT INT TERM; }
    if [ -d /run/systemd/system ]; then
        for service in lighttpd nginx apache2 redis-server valkey-server; do
            case " $* " in *" $service"*) $as_root systemctl disable --quiet $service 2>/dev/null || true ;; esac
        done
    fi
}

# Header-only packages and second versions: unpacked, not installed. apt's own user could not write where they go.
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
        (cd "$unpacked/.download" && rm -f "${package}"_*.deb && apt-get -q -o APT::Sandbox::User=root download "$package")
        dpkg -x "$unpacked/.download/${package}"_*.deb "$unpacked"
        touch "$unpacked/.have/$package"
    done
    rm -rf "$unpacked/.download"
}

wanted="g++ make cmake dpkg-dev libssl-dev libfcgi-dev libhiredis-dev python3 curl ca-certificates lighttpd"
case $purpose in tests | anywhere | sanitize | bench) wanted="$wanted apache2-bin libapache2-mod-fcgid nginx-light wrk" ;; esac
[ "$purpose" != bench ] || wanted="$wanted valgrind"
case $purpose in fuzz | sanitize) wanted="$wanted clang libclang-rt-dev" ;; esac
[ "$purpose" != sanitize ] || wanted="$wanted lld llvm"
[ "$purpose" != anywhere ] || wanted="$wanted chromium"
case $purpose in tests | anywhere | sanitize)
    wanted="$wanted apache2 apache2-suexec-pristine iproute2 procps python3-autobahn python3-jsonschema debootstrap lintian logrotate man-db"
    wanted="$wanted shellcheck pyflakes3 python3-prometheus-client"
    # Debian 12 has Redis alone; either will do.
    command -v valkey-server >/dev/null 2>&1 || command -v redis-server >/dev/null 2>&1 || wanted="$wanted redis-server"
    # Whatever Node.js there is will do; Debian's npm is hundreds of packages.
    command -v node >/dev/null 2>&1 || wanted="$wanted nodejs"
    command -v php >/dev/null 2>&1 || wanted="$wanted php-cli"
    command -v npm >/dev/null 2>&1 || wanted="$wanted npm"
    ;;
esac
# shellcheck disable=SC2046,SC2086
install_packages $(missing $wanted)
# For its promtool alone: installed, it would run.
[ "$purpose" != anywhere ] || unpack_packages prometheus

# The distribution's default Boost does where it has Boost.JSON (1.75 and later); Debian 12 has 1.81 beside its 1.74.
default_boost() { apt-cache show --no-all-versions libboost-dev 2>/dev/null | sed -n 's/^Version: \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1; }
boost=$(default_boost)
[ -n "$boost" ] || { update_lists; boost=$(default_boost); }
[ -n "$boost" ] || { say "no Boost among the packages of this machine"; exit 1; }
if dpkg --compare-versions "$boost" ge 1.75; then
    # shellcheck disable=SC2046
    install_packages $(missing libboost-dev libboost-json-dev libboost-thread-dev libboost-test-dev \
        libmsgpack-cxx-dev autobahn-cpp-dev)
else
    boost_packages="libboost1.81-dev libboost-json1.81-dev libboost-thread1.81-dev libboost-test1.81-dev"
    if installed libboost1.74-dev || installed "libboost${boost}-dev"; then
        # shellcheck disable=SC2086
        unpack_packages $boost_packages libboost-json1.81.0 libboost-thread1.81.0 libboost-test1.81.0 \
            libboost-atomic1.81-dev libboost-chrono1.81-dev libboost-container1.81-dev libboost-date-time1.81-dev \
            libboost-system1.81-dev
    else
        # shellcheck disable=SC2046,SC2086
        install_packages $(missing $boost_packages)
    fi
    unpack_packages libmsgpack-cxx-dev autobahn-cpp-dev
fi
# A WAMP router, a client library and the like for the tests, as tests/peers/package-lock.json has them. None of their install scripts
# is needed: they would fetch or compile what makes them faster.
install_peers() {
    locked=$(dirname "$0")/../peers
    [ -d "$unpacked/peers/node_modules" ] && cmp -s "$locked/package-lock.json" "$unpacked/peers/.have" && return
    say "installing the npm packages of tests/peers under build/deps/peers"
    mkdir -p "$unpacked/peers"
    cp "$locked/package.json" "$locked/package-lock.json" "$unpacked/peers"
    for attempt in 1 2 3; do
        # In its folder: with --prefix Debian's npm 9 installs nothing, and says that all is well. Its temporary files, such
        # as the compile cache that later versions leave in /tmp, stay below it.
        if (cd "$unpacked/peers" && mkdir -p .tmp && export TMPDIR="$PWD/.tmp" &&
            npm ci --ignore-scripts --no-audit --no-fund --loglevel=error); then
            rm -rf "$unpacked/peers/.tmp"
            cp "$locked/package-lock.json" "$unpacked/peers/.have"
            return
        fi
        say "npm failed, attempt $attempt of 3"
    done
    say "without these packages the test integration.foreign_router fails; all else goes on"
}
case $purpose in tests | anywhere | sanitize) install_peers ;; esac

say "everything is there"
