#!/usr/bin/env bash
# From a fresh clone to a phone that registers by token while the authorization server is down.
# Needs a JDK 17 or later and Maven 3.8 or later, besides bash and coreutils.
# shellcheck disable=SC2317 # functions are called through traps and await
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root
readonly device=CSFALICE user=alice audience=sip:example.com
# Short-lived processes on one machine: a fast start counts more than peak speed.
readonly java_options=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1)

data=$root/deploy/run
once=false fresh=false build=true
server_port=8443 provisioning_port=6970 management_port=9080
oauth_port=5090 mra_port=5091 registrar_management_port=9091

usage() {
  cat <<'HELP'
Usage: deploy/quickstart.sh [OPTION]...

Builds sip-oauth, makes a local certificate authority, starts authorization server and registrar, registers a
softphone, and registers it again while the authorization server is down: tokens are verified offline.
Then stays up until Ctrl-C. Everything it starts ends with it.

  --once                 end after the demonstration, with exit status 0 if all of it worked
  --data DIR             folder for keys, certificates, passwords, logs (default: deploy/run); used again by a
                         later run, whose certificates, keys and logins then are those of the first
  --fresh                begin anew: remove what an earlier run left in that folder (certificates last a year)
  --no-build             use the jars that are built already
  --server-port N                 sign-in, tokens and keys, https (default 8443)
  --provisioning-port N           configuration files of the phones, https (default 6970)
  --management-port N             health and metrics of the server, http on loopback (default 9080)
  --oauth-port N                  SIP over TLS for phones on premises, 1024 to 49151 (default 5090)
  --mra-port N                    SIP over mutual TLS for edges, 1024 to 49151 (default 5091)
  --registrar-management-port N   health, metrics, bindings of the registrar, http on loopback (default 9091)
  -h, --help             this text

Exit status: 0 all worked; 1 something failed; 2 wrong usage, a port in use, or Java or Maven missing.
HELP
}

fail() { # exit status, lines…
  local status=$1
  shift
  printf '\nquickstart: %s\n' "$1" >&2
  shift
  (($# == 0)) || printf '%s\n' "$@" >&2
  exit "$status"
}

step() { printf '\n==> %s\n' "$*"; }

# ---------------------------------------------------------------------------------------------- options

while (($#)); do
  case $1 in
    --once) once=true ;;
    --fresh) fresh=true ;;
    --no-build) build=false ;;
    -h | --help)
      usage
      exit 0
      ;;
    --data | --*-port)
      (($# > 1)) || fail 2 "$1 needs a value." "See --help."
      [[ $1 == --data || $2 =~ ^[1-9][0-9]{0,4}$ && $2 -le 65535 ]] || fail 2 "$1: not a port: $2"
      case $1 in
        --data) data=$2 ;;
        --server-port) server_port=$2 ;;
        --provisioning-port) provisioning_port=$2 ;;
        --management-port) management_port=$2 ;;
        --oauth-port) oauth_port=$2 ;;
        --mra-port) mra_port=$2 ;;
        --registrar-management-port) registrar_management_port=$2 ;;
        *) fail 2 "There is no option $1." "See --help." ;;
      esac
      shift
      ;;
    *) fail 2 "There is no option $1." "See --help." ;;
  esac
  shift
done

readonly issuer=https://localhost:$server_port
readonly provisioning=https://localhost:$provisioning_port
readonly server_jar=$root/authz-server/target/authz-server.jar
readonly registrar_jar=$root/sip-registrar/target/sip-registrar.jar
readonly cli_jar=$root/cli/target/sipoauth.jar
readonly ports=(
  "$server_port|sign-in and tokens, authz-server|--server-port"
  "$provisioning_port|configuration files of the phones, authz-server|--provisioning-port"
  "$management_port|health and metrics of authz-server|--management-port"
  "$oauth_port|SIP for phones on premises, sip-registrar|--oauth-port"
  "$mra_port|SIP for edges, sip-registrar|--mra-port"
  "$registrar_management_port|health and metrics of sip-registrar|--registrar-management-port"
)

# ---------------------------------------------------------------------------------------------- processes

server_pid='' registrar_pid=''
server_peak=0 redis_peak=0 registrar_peak=0 # KiB

running() { [[ -n $1 ]] && kill -0 "$1" 2>/dev/null; }

# Runs a command to its end, so that a signal to this script is not held up by it.
run() {
  "$@" <&0 &
  wait $!
}

sipoauth() { run java "${java_options[@]}" -jar "$cli_jar" "$@"; }

# Ends a process of ours by its number: asks, waits up to 30 s, insists.
end() {
  local pid=$1 tenths
  running "$pid" || return 0
  kill "$pid" 2>/dev/null || true
  for ((tenths = 0; tenths < 300; tenths++)); do
    running "$pid" || break
    sleep 0.1
  done
  if kill -KILL "$pid" 2>/dev/null; then end_orphaned_redis; fi
  wait "$pid" 2>/dev/null || true
}

# The server ends its Redis itself, unless it had to be killed.
end_orphaned_redis() {
  local pid
  pid=$(redis_pid)
  if running "$pid"; then kill "$pid" 2>/dev/null || true; fi
}

# The number of the server's Redis while there is one.
redis_pid() {
  local pid=''
  if [[ -r $data/server/redis/redis.pid ]]; then
    read -r pid <"$data/server/redis/redis.pid" || true
  fi
  if [[ $pid =~ ^[0-9]+$ ]]; then printf '%s\n' "$pid"; fi
}

# What this shell has started and what still runs, no more.
end_all() {
  local status=$? pid
  trap '' HUP INT TERM
  for pid in $(jobs -p); do
    if running "$pid"; then kill "$pid" 2>/dev/null || true; fi
  done
  for pid in $(jobs -p); do
    end "$pid"
  done
  exit "$status"
}
trap end_all EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# The largest memory a process ever had, in KiB; 0 where the system does not tell.
peak_of() {
  local name value rest peak=0
  if [[ -n $1 && -r /proc/$1/status ]]; then
    while read -r name value rest; do
      [[ $name == VmHWM: ]] && peak=$value
    done <"/proc/$1/status"
  fi
  printf '%s\n' "$peak"
}

larger() { printf '%s\n' $(($1 > $2 ? $1 : $2)); }

note_memory() {
  server_peak=$(larger "$server_peak" "$(peak_of "$server_pid")")
  redis_peak=$(larger "$redis_peak" "$(peak_of "$(redis_pid)")")
  registrar_peak=$(larger "$registrar_peak" "$(peak_of "$registrar_pid")")
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The status of an http answer from this machine, or nothing.
http_status() {
  local version code rest
  {
    exec 3<>"/dev/tcp/127.0.0.1/$1" &&
      printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&3 &&
      read -r -t 5 version code rest <&3 && printf '%s' "$code"
  } 2>/dev/null || true
}

# Waits until a command succeeds while a process runs; shows the log if it ends or takes too long.
await() { # what, pid, log, command…
  local what=$1 pid=$2 log=$3 start=$SECONDS
  shift 3
  printf '    waiting for %s ' "$what"
  until "$@"; do
    running "$pid" || { printf '\n'; show_log_and_fail "$what ended while starting." "$log"; }
    ((SECONDS - start < 180)) || { printf '\n'; show_log_and_fail "$what was not ready within 180 s." "$log"; }
    printf '.'
    sleep 0.5
  done
  printf ' ready after %d s\n' $((SECONDS - start))
}

show_log_and_fail() {
  printf -- '--- the end of %s\n' "$2" >&2
  tail -n 30 "$2" >&2
  fail 1 "$1" "The whole log: $2"
}

server_is_ready() { [[ $(http_status "$management_port" /actuator/health/readiness) == 200 ]]; }

registrar_is_ready() { [[ $(<"$data/logs/registrar.log") == *"listening oauth="* ]]; }

# The registrar reads keys and revoked logins every 5 s, so that a key can be rotated soon after the start, which by default
# takes 15 minutes, and a revocation shows at once, not within 15 s.
start_server() {
  : >>"$data/logs/server.log"
  java "${java_options[@]}" -jar "$server_jar" \
    --spring.profiles.active=demo \
    --server.port="$server_port" \
    --sipoauth.issuer="$issuer" \
    --sipoauth.audience="$audience" \
    --sipoauth.data-dir="$data/server" \
    --sipoauth.tls.certificate="$data/pki/node.crt" \
    --sipoauth.tls.private-key="$data/pki/node.key" \
    --sipoauth.provisioning.port="$provisioning_port" \
    '--sipoauth.provisioning.nodes[0].name=node1' \
    '--sipoauth.provisioning.nodes[0].address=127.0.0.1' \
    "--sipoauth.provisioning.nodes[0].sip-oauth-port=$oauth_port" \
    "--sipoauth.provisioning.nodes[0].sip-mra-oauth-port=$mra_port" \
    --management.server.port="$management_port" \
    --sipoauth.console.registrars="http://127.0.0.1:$registrar_management_port" \
    --sipoauth.keys.propagation=10s --sipoauth.keys.verifier-refresh=5s --sipoauth.keys.jwk-set-max-age=5s \
    </dev/null >>"$data/logs/server.log" 2>&1 &
  server_pid=$!
  await "authz-server" "$server_pid" "$data/logs/server.log" server_is_ready
}

start_registrar() {
  : >"$data/logs/registrar.log"
  java "${java_options[@]}" -jar "$registrar_jar" \
    --issuer="$issuer" \
    --audience="$audience" \
    --domain=example.com \
    --node-name=node1 \
    --mode=enabled \
    --jwks.trust="$data/pki/ca.crt" \
    --jwks.cache="$data/registrar/jwks.cache" \
    --jwks.refresh=5s --status-lists.refresh=5s \
    --status-lists.cache="$data/registrar/status-lists.cache" \
    --edges.cache="$data/registrar/edges.cache" \
    --bind=127.0.0.1 \
    --oauth-port="$oauth_port" \
    --mra-oauth-port="$mra_port" \
    --management-port="$registrar_management_port" \
    --tls.certificate="$data/pki/node.crt" \
    --tls.private-key="$data/pki/node.key" \
    --tls.client-ca="$data/pki/ca.crt" \
    --edges=edge.example.com \
    </dev/null >>"$data/logs/registrar.log" 2>&1 &
  registrar_pid=$!
  await "sip-registrar" "$registrar_pid" "$data/logs/registrar.log" registrar_is_ready
}

stop_server() {
  note_memory
  end "$server_pid"
  server_pid=''
}

# ---------------------------------------------------------------------------------------------- steps

check_tools() {
  command -v java >/dev/null || fail 2 "java is not on the path." "Install a JDK 17 or later."
  local version
  version=$(java -version 2>&1 | head -n 1)
  if ! [[ $version =~ \"([0-9]+) ]] || ((BASH_REMATCH[1] < 17)); then
    fail 2 "this Java is too old: $version" "Install a JDK 17 or later, and put it first on the path."
  fi
  if $build; then
    command -v mvn >/dev/null || fail 2 "mvn is not on the path." "Install Maven 3.8 or later, or give --no-build."
  else
    local jar
    for jar in "$server_jar" "$registrar_jar" "$cli_jar"; do
      [[ -f $jar ]] || fail 2 "$jar is not built." "Leave out --no-build."
    done
  fi
}

check_ports() {
  local entry port purpose option seen=' ' problems=()
  for entry in "${ports[@]}"; do
    IFS='|' read -r port purpose option <<<"$entry"
    if [[ $seen == *" $port "* ]]; then
      problems+=("Port $port ($purpose) is given twice: choose another with $option N.")
    elif [[ $option == --oauth-port || $option == --mra-port ]] && ((port < 1024 || port > 49151)); then
      problems+=("Port $port ($purpose) is not from 1024 to 49151: choose another with $option N.")
    elif listens "$port"; then
      problems+=("Port $port ($purpose) is in use: stop what listens there, or choose another with $option N.")
    fi
    seen+="$port "
  done
  ((${#problems[@]} == 0)) || fail 2 "these ports cannot be used; nothing was started." "${problems[@]}"
}

prepare_folder() {
  if $fresh; then
    rm -rf "${data:?}"/{pki,server,registrar,phone,logs}
  fi
  mkdir -p "$data"
  chmod 700 "$data"
  data=$(cd "$data" && pwd)
  mkdir -p "$data"/{registrar,phone,logs}
  rm -f "$data/phone/tokens.json"
}

build_all() {
  local log=$data/logs/build.log start=$SECONDS line pid
  : >"$log"
  (cd "$root" && exec mvn -B -ntp -Dstyle.color=never -DskipTests -pl authz-server,sip-registrar,cli -am package) \
    </dev/null >"$log" 2>&1 &
  pid=$!
  while read -r line; do
    if [[ $line =~ ^\[INFO\]\ Building\ ([^ ]+)\ .*\[([0-9]+/[0-9]+)\]$ ]]; then
      printf '    %s  %s (%d s)\n' "${BASH_REMATCH[2]}" "${BASH_REMATCH[1]}" $((SECONDS - start))
    fi
  done < <(tail -n +1 -f --pid="$pid" "$log")
  wait "$pid" || show_log_and_fail "the build failed." "$log"
  printf '    built in %d s\n' $((SECONDS - start))
}

make_pki() {
  local name complete=true
  for name in ca node edge phone; do
    [[ -f $data/pki/$name.crt && -f $data/pki/$name.key ]] || complete=false
  done
  if $complete; then
    printf '    those of an earlier run, in %s\n' "$data/pki"
  else
    rm -rf "${data:?}/pki"
    sipoauth dev-pki --out "$data/pki" --node node1
  fi
}

password_of() {
  local name password
  while IFS=: read -r name password; do
    [[ $name != "$1" ]] || printf '%s\n' "$password"
  done <"$data/server/demo-passwords.txt"
}

phone() {
  sipoauth phone register --provisioning "$provisioning" --device "$device" --trust "$data/pki/ca.crt" \
    --token-file "$data/phone/tokens.json" --once --trace "$@"
}

access_token() {
  [[ $(<"$data/phone/tokens.json") =~ \"access_token\":\"([^\"]+)\" ]] && printf '%s\n' "${BASH_REMATCH[1]}"
}

verify() {
  sipoauth verify --issuer "$issuer" --audience "$audience" "$@" < <(access_token)
}

mebibytes() {
  if (($1 > 0)); then printf '%d MiB' $((($1 + 1023) / 1024)); else printf 'not known on this system'; fi
}

report() {
  note_memory
  step "Done: $((SECONDS / 60)) min $((SECONDS % 60)) s in all"
  printf '    peak memory: authz-server %s, its Redis %s, sip-registrar %s\n' \
    "$(mebibytes "$server_peak")" "$(mebibytes "$redis_peak")" "$(mebibytes "$registrar_peak")"
}

addresses() {
  local line
  cat <<ADDRESSES

    console        $issuer/console   (as admin: the phone above, its keys, its user)
    sign in        $issuer
    configuration  $provisioning/$device.cnf.xml
    phones         sips://127.0.0.1:$oauth_port   edges: 127.0.0.1:$mra_port
    health         http://127.0.0.1:$management_port/actuator/health   http://127.0.0.1:$registrar_management_port/health
    metrics        http://127.0.0.1:$management_port/actuator/prometheus   http://127.0.0.1:$registrar_management_port/metrics
    bindings       http://127.0.0.1:$registrar_management_port/bindings
    certificates   $data/pki   (trust ca.crt)
    passwords      $data/server/demo-passwords.txt
    logs           $data/logs

    A phone that stays registered:
      java -jar $cli_jar phone register --provisioning $provisioning \\
        --device CSFBOB --trust $data/pki/ca.crt
ADDRESSES
  while read -r line; do
    [[ $line != *"one-time password"* ]] || printf '\n    %s\n' "$line"
  done <"$data/logs/server.log"
}

# ---------------------------------------------------------------------------------------------- the demonstration

check_tools
check_ports
prepare_folder

if $build; then
  step "1/8 Building"
  build_all
else
  step "1/8 Building: left out, as asked"
fi

step "2/8 A certificate authority and certificates for this machine"
make_pki

step "3/8 Starting the authorization server and the registrar"
start_server
start_registrar

step "4/8 The softphone $device reads its configuration, signs in as $user and registers"
phone --user "$user" --password-stdin < <(password_of "$user") ||
  fail 1 "the phone could not register." "Logs: $data/logs"

step "5/8 Its access token says"
sipoauth inspect < <(access_token) || fail 1 "the token cannot be read."

step "6/8 Verifying the token with the published keys, and keeping the keys"
verify --jwks "$issuer/oauth2/jwks" --trust "$data/pki/ca.crt" --save-jwks "$data/phone/jwks.json" ||
  fail 1 "the token was not accepted."

step "7/8 Stopping the authorization server: verifying and registering go on without it"
stop_server
if listens "$server_port" || listens "$provisioning_port"; then
  fail 1 "the authorization server still listens."
fi
printf '    nothing listens on %s and %s any more\n' "$server_port" "$provisioning_port"
verify --jwks "$data/phone/jwks.json" || fail 1 "the token was not accepted offline."
phone || fail 1 "the phone could not register while the authorization server was down." "Logs: $data/logs"
printf '\n    The 200 OK above came while the authorization server was down.\n'

step "8/8 Starting the authorization server again"
start_server

report
if $once; then
  exit 0
fi
addresses
printf '\nUp. Ctrl-C ends everything.\n'
while running "$server_pid" && running "$registrar_pid"; do
  sleep 1 &
  wait $!
done
if running "$server_pid"; then
  show_log_and_fail "sip-registrar ended by itself." "$data/logs/registrar.log"
fi
show_log_and_fail "authz-server ended by itself." "$data/logs/server.log"
