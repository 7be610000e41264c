# SPDX-License-Identifier: Apache-2.0
# Short names for the usual commands; the work is in CMake, ctest and ci/. See docs/HACKING.md.
PRESET ?= release
JUNIT = --output-junit junit-$@.xml

.PHONY: build demo test test-all bench fuzz web format tidy ci python clean configure
build: configure
	@cmake --build build/$(PRESET)

demo: configure
	@cmake --build build/$(PRESET) --target yonder
	build/$(PRESET)/yonder demo

# Unit tests: all of them in about a minute. test-all adds the slow ones. The web app's tests are
# among both where Node and Chromium are installed (ci/test_web.sh). The Python package is tested over
# the preset release only; where Python's environments or PyPI are out of reach it is left out.
test: build
	@ctest --test-dir build/$(PRESET) --no-tests=error -L "unit|web" -j 2 --output-on-failure $(JUNIT)
	@test $(PRESET) != release || ci/python.sh --optional

test-all: build
	@cmake --build build/$(PRESET) --target slow_tests
	@ctest --test-dir build/$(PRESET) --no-tests=error -j 2 --output-on-failure $(JUNIT)

bench:
	@for run in benchmarks/*/run.sh; do $$run || exit 1; done

# The Python package: built, installed and tested in build/python/venv.
python: build
	@ci/python.sh

fuzz:
	@ci/fuzz.sh

# Builds web/dist from web/app; who only uses Yonder needs it not.
web:
	@ci/check_web_bundle.sh --update

format:
	@ci/format.sh --fix

tidy: build
	@ci/tidy.sh

ci:
	@ci/run.sh

clean:
	@rm -rf build report.html

# Missing Debian packages are installed and the preset is configured once; ninja itself notices new
# files and changed CMake files after that.
configure:
	@ci/install_packages.sh build
	@test -f build/$(PRESET)/build.ninja || cmake --preset $(PRESET)
