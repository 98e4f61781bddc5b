#!/usr/bin/env bash
# Lays the server out as docs/authz-server.md advises for a quick start, and archives the classes that it loads: the tests
# of this module and of the benchmarks start it dozens of times, from there in half the processor time.
#
#   archive-server.sh JAVA JAR FOLDER
set -euo pipefail

java=$1 jar=$2 folder=$3
archive=$folder/authz-server.jsa
# The jar itself is dated by the release, so that builds are reproducible; what Spring Boot packed it from says when it was made.
[[ ! $archive -nt $jar.original ]] || exit 0
rm -rf "$folder"
"$java" -Djarmode=tools -jar "$jar" extract --destination "$folder"

log=$folder/training.log
: >"$log" # there before the server opens it
"$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ArchiveClassesAtExit="$archive" -jar "$folder/authz-server.jar" \
  --spring.profiles.active=demo --sipoauth.insecure-plain-http=true --sipoauth.data-dir="$folder/data" \
  --server.address=127.0.0.1 --server.port=0 --management.server.port=0 --sipoauth.provisioning.port=0 \
  </dev/null >"$log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
for ((tries = 0; tries < 1200; tries++)); do # two minutes and more
  if [[ $(<"$log") == *'Started AuthzServerApplication'* ]]; then break; fi
  kill -0 "$server" 2>/dev/null || { cat "$log" >&2; exit 1; }
  sleep 0.1
done
((tries < 1200)) || { cat "$log" >&2; exit 1; }
kill "$server"
status=0
wait "$server" || status=$?
[[ $status -eq 143 ]] || exit 1 # the archive is written while it ends
rm -rf "$folder/data"
