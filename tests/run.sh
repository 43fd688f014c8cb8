#!/usr/bin/env bash
# The whole test run: builds everything once and runs every test project. The last line is "N passed, N failed, N skipped".
#
#   bash tests/run.sh
#   PGTX_ROSLYN="4.14.0" PGTX_ROSLYN_ENGINE= bash tests/run.sh     # other compiler versions on which the unit tests, or the engine's alone, run again
set -uo pipefail
cd "$(dirname "$0")/.."

# Every test runs on the Roslyn of Directory.Packages.props, the newest; the unit tests run again on the oldest one that loads the package, which differs the most from it.
# On the versions in between, those of the engine: control-flow graphs are what changes from one to the next.
roslyn_versions=${PGTX_ROSLYN-4.8.0}
engine_versions=${PGTX_ROSLYN_ENGINE-4.14.0 5.0.0 5.9.0}
engine_tests=(-namespace PgTxAnalyzers.Tests.Flow -namespace PgTxAnalyzers.Tests.Effects -namespace PgTxAnalyzers.Tests.RandomPrograms)
# What reads SQL knows no compiler: once is enough.
without_compiler=(-namespace- PgTxAnalyzers.Tests.Postgres)

# Random programs for the fixes (FixPropertyTests), on each of the two compilers: 5,000 in a whole run, from two seeds, which are printed.
export PGTX_PROGRAMS=${PGTX_PROGRAMS-2500}
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

main() {
    require_tools
    install_servers
    build PgTxAnalyzers.sln || finish_without_tests

    for project in tests/*/*.csproj; do
        if is_test_project "$project"; then
            run_tests "$project" "bin/Release"
        fi
    done

    local unit_tests=tests/PgTxAnalyzers.Tests/PgTxAnalyzers.Tests.csproj
    # What half-typed code does is asked more often of the newest: it is the editors'.
    export PGTX_MUTATIONS=${PGTX_MUTATIONS-1}
    for version in $roslyn_versions; do
        build "$unit_tests" "-p:RoslynUnderTest=$version" || finish_without_tests
        run_tests "$unit_tests" "bin/roslyn-$version/Release" "${without_compiler[@]}"
    done
    for version in $engine_versions; do
        build "$unit_tests" "-p:RoslynUnderTest=$version" || finish_without_tests
        run_tests "$unit_tests" "bin/roslyn-$version/Release" "${engine_tests[@]}"
    done

    finish
}

require_tools() {
    command -v dotnet >/dev/null || { echo "the .NET SDK 10 is needed: https://dotnet.microsoft.com/download" >&2; finish_without_tests; }
}

# The live tests start private servers of their own. Without the packages they are skipped with the reason, and in CI they fail.
install_servers() {
    [ -n "${PGTX_TEST_POSTGRES-}" ] && return
    if ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 && [ -x /usr/sbin/pgbouncer ]; then return; fi
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "PostgreSQL and PgBouncer are not installed: the live tests are skipped" >&2
        return
    fi
    echo "== installing PostgreSQL and PgBouncer"
    # A server that the packages start by themselves is left alone: the tests have their own.
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install -y --no-install-recommends postgresql pgbouncer; } >"$results/apt.log" 2>&1 </dev/null ||
        { tail -n 20 "$results/apt.log" >&2; echo "PostgreSQL and PgBouncer could not be installed" >&2; }
}

build() {
    dotnet build "$1" -c Release -warnaserror -v quiet "${@:2}" </dev/null
}

is_test_project() {
    grep -q '"xunit.v3"' "$1"
}

# Runs one test project, or what the further arguments pick of it; its counts go into a file of their own, for a process that dies has no summary.
run_tests() {
    local name output report
    name=$(basename "$1" .csproj)
    output=$(dirname "$1")/$2/net10.0/$name.dll
    report=$results/$(printf '%s' "$output" | tr '/' '_').xml

    echo "== $name ($2)"
    dotnet "$output" -noColor -noLogo -reporter quiet -result-xml "$report" "${@:3}" </dev/null
    local code=$?

    local passed failed errors skipped
    passed=$(count passed "$report")
    failed=$(count failed "$report")
    errors=$(count errors "$report")
    skipped=$(count skipped "$report")
    failed=$((failed + errors))
    if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
        echo "$name ended with code $code and without a failed test" >&2
        failed=1
    fi
    echo "$passed $failed $skipped" >>"$results/counts"
    echo "   $passed passed, $failed failed, $skipped skipped in ${SECONDS}s since the start"
    # A run that found something has to be repeatable, and so has one that did not.
    [ -f "$report" ] && grep -oE '[0-9]+ programs from seed [0-9]+' "$report" | sort -u | sed 's/^/   /'
    return 0
}

# One attribute of the report's <assembly> element.
count() {
    local number=
    [ -f "$2" ] && number=$(grep -oE '<assembly [^>]*>' "$2" | head -n 1 | sed -nE "s/.* $1=\"([0-9]+)\".*/\1/p")
    echo "${number:-0}"
}

finish() {
    local passed failed skipped
    read -r passed failed skipped < <(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$results/counts")
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}

# What does not build has failed, and nothing of it has run.
finish_without_tests() {
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
}

main
