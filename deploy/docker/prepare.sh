#!/usr/bin/env bash
# Makes what deploy/docker/compose.yaml needs and no image may hold: secrets/ beside this script, with passwords, the
# master key, and a certificate authority for trying things out. What is there already stays. Needs root, for each
# file belongs to the user of the one container that reads it, and Java with the jar of the commands (`mvn package`).
set -euo pipefail
umask 077

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here secrets=${SECRETS:-$here/secrets} host=${PLATFORM_HOST:-sip.example.test}
readonly server=10001 registrar=10002 edge=10003 redis=999 grafana=472

fail() {
  printf 'prepare: %s\n' "$1" >&2
  exit 2
}
[[ $EUID -eq 0 ]] || fail "run it as root"
readonly jar=$here/../../cli/target/sipoauth.jar
[[ -f $jar ]] || fail "cli/target/sipoauth.jar is not built: mvn -DskipTests package"

random() { head -c 32 /dev/urandom | basenc --base64url | tr -d '=\n'; }
new() { # owner, name; the content comes from standard input
  local content
  content=$(cat)
  [[ -e $secrets/$2 ]] || { printf '%s\n' "$content" >"$secrets/$2" && chown "$1:$1" "$secrets/$2" && chmod 0400 "$secrets/$2"; }
}

install -d -m 0711 "$secrets"
if [[ ! -e $secrets/ca.crt ]]; then
  # The edge is shown to phones by that name, too.
  java -jar "$jar" dev-pki --out "$secrets" --node "$host" --host "$host" --host sip-registrar --edge "$host" >/dev/null
  chmod 0444 "$secrets"/*.crt
fi
new $server server.key <"$secrets/node.key"
new $registrar registrar.key <"$secrets/node.key"
chown $edge:$edge "$secrets/edge.key"

random | new $server master.key
random | new $server redis.password
random | new $grafana grafana.password
new $redis redis.conf <<CONF
dir /data
requirepass $(cat "$secrets/redis.password")
masterauth $(cat "$secrets/redis.password")
$(grep -v -e '^#' -e '^dir ' "$here/../redis/redis.conf")
CONF
# For sentinel.yaml and cluster.yaml.
new $redis redis-cli.password <"$secrets/redis.password"
new $redis sentinel.conf <<CONF
$(grep -v '^#' "$here/../redis/sentinel.conf" | sed "s/ 192[.]0[.]2[.]11 / ${STORE_NETWORK:-172.31.250}.11 /")
sentinel auth-pass sip-oauth $(cat "$secrets/redis.password")
requirepass $(cat "$secrets/redis.password")
CONF
printf 'made %s: keep a copy of master.key apart from all backups, and ca.key somewhere else\n' "$secrets"
