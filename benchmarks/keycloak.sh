#!/usr/bin/env bash
# Sets this project's authorization server beside Keycloak, by turns on this machine: refresh grants with rotation and client
# credentials per second of processor time (the server's and its store's), start-up, resident memory. Prints the table with
# the ratios; exits 0 only if no request failed and those ratios that were measured are what is wanted.
#
# Brings Keycloak's distribution and the Corretto provider through Maven into benchmarks/target/peers, where they stay. All
# options go on to org.sipoauth.benchmarks.grants.GrantComparison; --help names them.
#
# Runs the java of JAVA_HOME, else of the path, for all of them. Needs the jars (mvn -DskipTests package), Maven and unzip.
# Listens on loopback only, and ends all it starts.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
readonly here peers=$here/target/peers
readonly keycloak=26.7.3 corretto=2.5.0

bring() { # ARTIFACT FILE
  [[ -f $peers/$2 ]] || mvn -B -q -N -f "$here/../pom.xml" dependency:copy -Dartifact="$1" -DoutputDirectory="$peers"
}

[[ -f $here/target/benchmarks.jar ]] || { echo "needs benchmarks/target/benchmarks.jar: mvn -DskipTests package" >&2; exit 1; }
bring "org.keycloak:keycloak-quarkus-dist:$keycloak:zip" "keycloak-quarkus-dist-$keycloak.zip"
provider=AmazonCorrettoCryptoProvider-$corretto-linux-x86_64.jar
bring "software.amazon.cryptools:AmazonCorrettoCryptoProvider:$corretto:jar:linux-x86_64" "$provider"

rm -rf "$peers/keycloak-$keycloak" # a fresh one each time: it keeps its database there
unzip -q "$peers/keycloak-quarkus-dist-$keycloak.zip" -d "$peers"

exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$here/target/benchmarks.jar" \
  org.sipoauth.benchmarks.grants.GrantComparison \
  --corretto "$peers/$provider" --keycloak "$peers/keycloak-$keycloak" "$@"
