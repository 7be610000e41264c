#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole continuous integration: the same script at home (`make ci`) and on a hosted runner
# (.ci/run). Needs a Debian 12 with git, make and a C++ compiler; installs the rest.
#
# Each step prints its time; a failed step does not stop the others. The last line is
# "N passed, N failed": tests of all ctest runs plus one per step that runs no tests. Exit status 1
# if anything failed. Logs: build/ci/<step>.log.
set -uo pipefail
cd "$(dirname "$0")/.."
export CI=true
# Several steps compile the same files in folders of their own.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=true
export CTEST_PARALLEL_LEVEL="${CTEST_PARALLEL_LEVEL:-$(nproc)}"
export ASAN_OPTIONS="detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1:allocator_may_return_null=0"
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1"
export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1"

passed=0
failed=0
skipped=0
failures=()
mkdir -p build/ci

# count ATTRIBUTE REPORT: a number from the head of a ctest report.
count() { grep -om1 "\b$1=\"[0-9]*\"" "$2" | grep -o '[0-9]*'; }

# step NAME FUNCTION [JUNIT...]: runs the function in a shell that stops at the first failing
# command. JUNIT files are ctest reports; without them the step counts as one test.
step() {
  local name=$1 work=$2 start=$SECONDS status=0 step_failed=0 report
  shift 2
  rm -f "$@"
  # No "|| status=$?" here: it would switch off set -e inside.
  (set -e; "$work") > "build/ci/$name.log" 2>&1
  status=$?
  for report in "$@"; do
    [ -f "$report" ] || continue
    local tests bad off
    tests=$(count tests "$report")
    bad=$(count failures "$report")
    off=$(count skipped "$report")
    passed=$((passed + tests - bad - off))
    failed=$((failed + bad))
    skipped=$((skipped + off))
    step_failed=$((step_failed + bad))
  done
  if [ $status -ne 0 ]; then
    [ $step_failed -gt 0 ] || failed=$((failed + 1))
    failures+=("$name")
    printf '%-12s FAILED  %4d s\n' "$name" $((SECONDS - start))
    tail -n 60 "build/ci/$name.log" | sed 's/^/    /'
  else
    [ $# -gt 0 ] || passed=$((passed + 1))
    printf '%-12s ok      %4d s\n' "$name" $((SECONDS - start))
  fi
}

packages() { ci/install_packages.sh build ci web; }

format() { ci/format.sh; }

layers() {
  ci/check_layers.py --self-test
  ci/check_layers.py
}

# Everything but lm and nn, configured as on a machine without libtorch. The release build of the next
# step takes the objects from the compiler's cache.
no_torch() {
  cmake --preset no-torch -DYONDER_WERROR=ON
  cmake --build build/no-torch --target yonder unit_tests
}

release() {
  cmake --preset release -DYONDER_WERROR=ON
  make test
}

# Unit tests and the replay of the fuzz corpora, but for nn and lm, whose build with sanitizers would
# not fit the time (make test PRESET=asan has them). The transcripts of the program are left out here:
# what they reach in the libraries, unit tests reach too (make test PRESET=asan runs them as well).
asan() {
  cmake --preset asan -DYONDER_TORCH=OFF
  cmake --build build/asan --target unit_tests
  ctest --no-tests=error --test-dir build/asan -L unit -E '^(cli|integration)\.' --output-on-failure \
    --output-junit junit-asan.xml
}

# The preset holds the tests of what uses threads; the others would say under TSan what they said
# under ASan.
tsan() {
  cmake --preset tsan
  cmake --build build/tsan --target yonder_base_unit_test yonder_tokenizer_unit_test \
    yonder_density_unit_test yonder_memory_unit_test yonder_web_unit_test
  ctest --no-tests=error --test-dir build/tsan -L unit -E '^(cli\.|integration\.|fuzz_)' --output-on-failure \
    --output-junit junit-tsan.xml
}

# Changes against YONDER_TIDY_BASE, by default the commit before (a first commit has none). At most
# 16 files, which is about two minutes; `make tidy` checks all.
tidy() {
  local base=${YONDER_TIDY_BASE:-HEAD~1}
  if git rev-parse -q --verify "$base^{commit}"; then
    ci/tidy.sh "$base" 16
  else
    echo "no commit $base to compare with"
  fi
}

# The committed bundle is what its source builds; then its tests, in a browser too.
web() {
  ci/check_web_bundle.sh
  ctest --no-tests=error --test-dir build/release -L web --output-on-failure --output-junit junit-web.xml
}

docs() {
  ci/check_docs.py --self-test
  ci/check_docs.py
}

# The examples are built as an outside user would: against the installed package.
examples() {
  local prefix=$PWD/build/ci/prefix
  rm -rf "$prefix" build/ci/examples
  cmake --install build/release --prefix "$prefix"
  cmake -S examples -B build/ci/examples -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix"
  cmake --build build/ci/examples
  ctest --no-tests=error --test-dir build/ci/examples --output-on-failure --output-junit junit-examples.xml
}

# The wheel as a user builds it, in a new environment.
python() { ci/python.sh --fresh; }

step packages packages
step format format
step layers layers
step no-torch no_torch
step release release build/release/junit-test.xml
step tidy tidy
step web web build/release/junit-web.xml
step docs docs
step examples examples build/ci/examples/junit-examples.xml
step python python build/ci/python/junit.xml
step asan asan build/asan/junit-asan.xml
step tsan tsan build/tsan/junit-tsan.xml

echo "whole run: $SECONDS s; $skipped tests skipped for want of data"
[ ${#failures[@]} -eq 0 ] || echo "failed: ${failures[*]}"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
