# The commands for working on wamp-fcgi; `make help` lists them. CMake builds.
BUILD ?= build
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
DESTDIR ?=
CMAKE_FLAGS ?=
SECONDS ?= 60
TARGET ?=
KEEP ?=
MINUTES ?= 10
SOURCES = $(shell git ls-files '*.cpp' '*.hpp')

.PHONY: all help deps deps-check deps-bench deps-sanitize deps-anywhere deps-portable configure demo check check-anywhere check-debian12 check-debian13 check-sanitized check-asan check-tsan soak fuzz bench bench-check bench-record lint options tidy format install uninstall package portable clean

all: deps ## build build/wamp-fcgi and build/wamp-devrouter
	@$(MAKE) --no-print-directory build

# Builds GOAL, a target of CMake: by default the two programs.
GOAL ?= all
.PHONY: build
build: configure
	cmake --build $(BUILD) --parallel $(JOBS) --target $(GOAL)

configure:
	@cmake -S . -B $(BUILD) -DCMAKE_INSTALL_PREFIX=$(PREFIX) $(CMAKE_FLAGS)

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 18

deps: ## install what the build and the demo need
	@tests/support/install-deps.sh build/deps

deps-check: ## install what the tests need as well
	@tests/support/install-deps.sh build/deps tests

deps-bench: ## install what measuring needs
	@tests/support/install-deps.sh build/deps bench

deps-sanitize: ## install what the tests with sanitizers need
	@tests/support/install-deps.sh build/deps sanitize

deps-anywhere: ## install what the tests of check-anywhere need
	@tests/support/install-deps.sh build/deps anywhere

deps-portable: ## install what the portable program needs
	@tests/support/install-deps.sh build/deps portable

demo: all ## start everything on loopback and show a call, events and a stream; ONCE=1 ends after that
	@ONCE=$(ONCE) tests/support/demo.py $(BUILD)

check: deps-check ## build and run all the tests
	@$(MAKE) --no-print-directory build GOAL=tests
	@$(MAKE) --no-print-directory lint
	tests/support/run_tests.sh $(BUILD) $(JOBS)

# Needs packages that deps-check does not install: a browser, promtool, strace and systemd-nspawn. None of these tests is
# skipped here, but the one that boots systemd where that is impossible.
check-anywhere: deps-anywhere ## run the tests that need a browser or promtool as well, those of the portable program and under systemd, and clang-tidy over all of src
	@$(MAKE) --no-print-directory build GOAL=tests
	WAMPFCGI_ANYWHERE=1 ctest --test-dir $(BUILD) --output-on-failure -R '^(integration|lint)\.console$$|^integration\.(status|monitoring|portable|old_systems|systemd|more_servers|recipes)$$'
	WAMPFCGI_PROGRAM=$(abspath $(BUILD))/portable/wamp-fcgi ctest --test-dir $(BUILD) --output-on-failure --parallel $(JOBS) \
	    --repeat until-pass:2 -R '^integration\.' -E '\.(devrouter.*|package.*|install|deps|check_debian|demo|portable|old_systems|systemd)$$'
	@$(MAKE) --no-print-directory tidy
	@$(MAKE) --no-print-directory check-debian12
	@$(MAKE) --no-print-directory check-debian13

# Needs root, and downloads the whole system. KEEP=1 keeps it.
check-debian12: ## run the demo, all the tests and the package on a bare Debian 12, of the last commit
	@cd tests && WAMPFCGI_BUILD=$(abspath $(BUILD)) KEEP=$(KEEP) python3 -B -m support.check_debian bookworm $(JOBS)

check-debian13: ## the same on a bare Debian 13
	@cd tests && WAMPFCGI_BUILD=$(abspath $(BUILD)) KEEP=$(KEEP) python3 -B -m support.check_debian trixie $(JOBS)

check-sanitized: check-asan check-tsan ## run all the tests under ASan and UBSan, with leak detection, and under TSan

# Most tests wait, and their time limits are generous here, so twice as many at once take half the time.
# A sanitizer's report is an error even if the second try passed without it.
REPORTS = (ERROR|WARNING|FATAL): \w+Sanitizer|: runtime error: |LeakSanitizer has encountered
check-asan check-tsan: check-%: deps-sanitize
	@cmake --preset $* -B $(BUILD)/$* $(CMAKE_FLAGS)
	cmake --build $(BUILD)/$* --parallel $(JOBS) --target tests
	tests/support/run_tests.sh $(BUILD)/$* $$((2 * $(JOBS)))
	@! grep -E '$(REPORTS)' $(BUILD)/$*/Testing/Temporary/LastTest.log

soak: deps-check ## mixed load, good and bad, with restarts and killed processes, for MINUTES (10)
	@$(MAKE) --no-print-directory build
	@cd tests && WAMPFCGI_BUILD=$(abspath $(BUILD)) python3 -B -m soak.run --seconds $$(($(MINUTES) * 60))

# "check" runs the stored inputs as well; here libFuzzer searches for more.
fuzz: ## fuzz each target of tests/fuzz for SECONDS (60), or one: TARGET=body
	@tests/support/install-deps.sh build/deps fuzz
	@cmake --preset fuzz -B $(BUILD)/fuzz $(CMAKE_FLAGS)
	cmake --build $(BUILD)/fuzz --parallel $(JOBS) --target fuzz
	@tests/fuzz/run.sh $(BUILD)/fuzz $(SECONDS) $(TARGET)

bench: deps-bench ## measure against two yardsticks, about 25 minutes; QUICK=1 takes a few
	@$(MAKE) --no-print-directory build GOAL=bench
	cd tests && WAMPFCGI_BUILD=$(abspath $(BUILD)) python3 -B -m bench.run $(if $(QUICK),--quick)

bench-check: deps-bench ## count the instructions, allocations and system calls of a request, and fail when they have grown by more than 5 %
	@$(MAKE) --no-print-directory build GOAL=bench
	@cd tests && WAMPFCGI_BUILD=$(abspath $(BUILD)) python3 -B -m bench.counts check

bench-record: deps-bench ## count them, and record the figures for bench-check
	@$(MAKE) --no-print-directory build GOAL=bench
	@cd tests && WAMPFCGI_BUILD=$(abspath $(BUILD)) python3 -B -m bench.counts record

lint: ## compare what is made from the schema with it, every include with the modules' direction; shellcheck, pyflakes, formatting, clang-tidy
	@BUILD=$(BUILD) tests/lint/lint.py

options: ## make the sample, the manual and the tables of the configuration from its schema
	@python3 -B etc/from_schema

tidy: ## run clang-tidy over src, or over one file: FILE=src/core/errc.cpp
	@tests/lint/tidy.py $(BUILD) $(FILE)

format: ## format the sources
	clang-format -i $(SOURCES)

install: ## install under PREFIX (/usr/local), below DESTDIR
	DESTDIR=$(DESTDIR) cmake --install $(BUILD) --prefix $(PREFIX)

# Finds out what is installed by installing it again into another folder.
uninstall: ## remove what "make install" has put under PREFIX, below DESTDIR
	@rm -rf $(BUILD)/uninstall
	@DESTDIR=$(abspath $(BUILD))/uninstall cmake --install $(BUILD) --prefix $(PREFIX) >/dev/null
	@cd $(BUILD)/uninstall && find . ! -type d -printf '%P\0' | (cd "$(DESTDIR)/" && xargs -0 rm -fv --)
	@cd $(BUILD)/uninstall && find . -depth -type d -path '*/wamp-fcgi*' -printf '%P\0' | \
	    (cd "$(DESTDIR)/" && xargs -0 rmdir --ignore-fail-on-non-empty --)
	@rm -rf $(BUILD)/uninstall

# The package has the time of the last commit, so that building it again gives the same package.
package: all ## make a Debian package, build/wamp-fcgi_*.deb
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || date +%s)} \
	    cpack --config $(BUILD)/CPackConfig.cmake -B $(BUILD)

# The linker and Python make the same file again from the same sources and packages.
portable: deps-portable ## make a program for every Linux, build/wamp-fcgi-*.tar.xz
	@$(MAKE) --no-print-directory build GOAL=wamp-fcgi-portable
	@SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || date +%s)} \
	    etc/packaging/portable.py $(BUILD) build/deps

clean: ## remove what was built
	rm -rf $(BUILD)
