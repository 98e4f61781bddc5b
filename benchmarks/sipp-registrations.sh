#!/usr/bin/env bash
# Registers phones by the thousand over TLS: sipp behind stunnel4, real tokens of a real server, the registrar verifying
# them while that server is down. Exits 0 only if every registration went through: 407 (or 401), then 200. Prints the rate
# and, from the same run, two to hold it against: the floor, which is the same registrar with the same requests, but taking
# every token at its word; and the peer, which is Kamailio with as many messages a registration and digest in its place.
#
#   --pairs N        registrations, each a challenge and a 200, a round          (10000)
#   --tokens N       distinct tokens that they share                             (1000)
#   --rounds N       rounds of each, taking turns; the figures are the medians   (3)
#   --warm-up N      rounds of each before those, shown but not counted: a new process compiles in them (0)
#   --dialect D      407: Proxy-Authorization, or 401: Authorization             (407)
#   --in-flight N    registrations under way at the same time                    (100)
#   --connections C  one: all over one TLS connection; each: one each            (one)
#   --edge           through deploy/kamailio-edge to the registrar's mutual-TLS port, instead of straight to 5090; alone
#   --alone          measures neither the floor nor the peer
#
# Runs the java of JAVA_HOME, else of the path. Needs the three jars (mvn package), sipp, stunnel4 and curl; kamailio with kamailio-tls-modules unless
# --alone, and with kamailio-outbound-modules too for --edge.
# Listens on loopback only, and ends all it starts.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
readonly here root=${here%/*}
readonly registration_limit=300 # seconds, the longest a round may take

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; }

pairs=10000 tokens=1000 rounds=3 warm_up=0 dialect=407 in_flight=100 connections=one edge=false alone=false
while [[ $# -gt 0 ]]; do
  case $1 in
    --pairs | --tokens | --rounds | --warm-up | --dialect | --in-flight | --connections)
      name=${1#--}
      [[ $# -ge 2 ]] || { echo "$1 needs a value" >&2; exit 2; }
      printf -v "${name//-/_}" '%s' "$2"
      shift 2
      ;;
    --edge) edge=true alone=true; shift ;;
    --alone) alone=true; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
case $dialect in 407 | 401) ;; *) echo "--dialect is 407 or 401" >&2; exit 2 ;; esac
case $connections in one) transport=t1 ;; each) transport=tn ;; *) echo "--connections is one or each" >&2; exit 2 ;; esac

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
tools=("$java" sipp stunnel4 curl)
if ! $alone || $edge; then tools+=(kamailio); fi
if ! $alone; then tools+=("${java}c"); fi
for tool in "${tools[@]}"; do
  command -v "$tool" >/dev/null || fail "needs $tool"
done
for jar in authz-server/target/authz-server.jar sip-registrar/target/sip-registrar.jar cli/target/sipoauth.jar; do
  [[ -f $root/$jar ]] || fail "needs $jar: mvn -DskipTests package"
done

# ---- processes -------------------------------------------------------------------------------------------------------

work=$(mktemp -d)
running=()
finish() {
  local status=$? pid
  trap - EXIT INT TERM HUP
  for pid in "${running[@]}"; do
    kill "$pid" 2>/dev/null || true
  done
  for pid in "${running[@]}"; do
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# start NAME COMMAND…: in the background, its output in a log of that name; its process is $started
start() {
  local name=$1
  shift
  "$@" </dev/null >"$work/$name.log" 2>&1 &
  started=$!
  running+=("$started")
}

stop() {
  kill "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# await NAME PROCESS CONDITION…: until the condition holds, the process ends, or three minutes have gone
await() {
  local name=$1 process=$2 limit=$((SECONDS + 180))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ! kill -0 "$process" 2>/dev/null || ((SECONDS > limit)); then
      tail -n 20 "$work/$name.log" >&2
      fail "$name did not start"
    fi
    sleep 0.1
  done
}

listens() { [[ -n $(ss --no-header --listening --tcp --numeric "sport = :$1") ]]; }

# A free port below the range that outgoing connections draw from, and outside of those of the tests; each is handed out once.
next_port=$((15000 + $$ % 4900))
free_port() {
  next_port=$((next_port + 1))
  while listens "$next_port"; do
    next_port=$((next_port + 1))
  done
  port=$next_port
}

# User and system time of a process and its children so far, in milliseconds.
cpu() {
  local pid total=0 tick
  tick=$(getconf CLK_TCK)
  for pid in "$1" $(ps -o pid= --ppid "$1" || true); do
    total=$((total + $(awk '{ print $14 + $15 }' "/proc/$pid/stat" 2>/dev/null || echo 0)))
  done
  printf '%s' $((total * 1000 / tick))
}

# ---- one round -------------------------------------------------------------------------------------------------------

# round NAME SCENARIO INJECTION PROCESS HOST PORT: the scenario with that injection file, as often as there are pairs, against
# that port, behind which a certificate for that host stands; sets rate and cpu_per_pair, and fails if any went wrong
round() {
  local name=$1 scenario=$2 injection=$3 process=$4 host=$5 target=$6 tunnel local_port status=0 before after
  free_port
  local_port=$port
  cat >"$work/stunnel.conf" <<CONF
foreground = yes
pid =
debug = notice
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
[phones]
client = yes
accept = 127.0.0.1:$local_port
connect = 127.0.0.1:$target
CAfile = $work/pki/ca.crt
verifyChain = yes
checkHost = $host
TIMEOUTclose = 0
CONF
  start stunnel stunnel4 "$work/stunnel.conf"
  tunnel=$started
  await stunnel "$tunnel" listens "$local_port"
  rm -f "$work/sipp.csv" "$work/sipp.errors"
  before=$(cpu "$process")
  timeout "$registration_limit" sipp "127.0.0.1:$local_port" -sf "$scenario" -inf "$injection" \
    -t "$transport" -max_socket $((2 * in_flight + 100)) -i 127.0.0.1 -ci 127.0.0.1 -mi 127.0.0.1 \
    -m "$pairs" -l "$in_flight" -r "$in_flight" -rp 1 -default_behaviors abortunexp -nostdin \
    -trace_stat -stf "$work/sipp.csv" -fd 1 -trace_err -error_file "$work/sipp.errors" \
    >"$work/sipp.log" 2>&1 || status=$?
  after=$(cpu "$process")
  stop "$tunnel"

  local successful=0 failed=0 milliseconds=0
  if [[ -s $work/sipp.csv ]]; then
    read -r successful failed milliseconds < <(statistics "$work/sipp.csv")
  fi
  rate=0 cpu_per_pair=0
  if [[ $status -ne 0 || $failed -ne 0 || $successful -ne $pairs ]]; then
    # never a token, and not what sipp says of its own load
    sed 's/Overload warning:[^.]*\.//g; s/token="[^"]*"/token="…"/; s/Bearer ey[^ ,]*/Bearer …/' "$work/sipp.errors" 2>/dev/null |
      head -c 4000 || true
    tail -n 20 "$work/$name.log" || true
    printf '\n%s: %d of %d pairs, %d failed, exit status of sipp %d\n' \
      "$name" "$successful" "$pairs" "$failed" "$status"
    return 1
  fi
  rate=$((pairs * 1000 / milliseconds))
  cpu_per_pair=$(((after - before) * 1000 / pairs))
  printf '%-13s %6d pairs, 0 failed, %s s, %6d a second, %5d µs of its processor time each\n' \
    "$name" "$pairs" "$((milliseconds / 1000)).$((milliseconds % 1000 / 100))" "$rate" "$cpu_per_pair"
}

# Of the last line of sipp's statistics: successful calls, failed ones, and the milliseconds from its start to that line.
statistics() {
  awk -F';' '
    function epoch(time) { sub(/.*[ \t]/, "", time); return time }
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    { last = $0 }
    END {
      split(last, field, ";")
      milliseconds = (epoch(field[column["CurrentTime"]]) - epoch(field[column["StartTime"]])) * 1000
      printf "%d %d %d\n", field[column["SuccessfulCall(C)"]], field[column["FailedCall(C)"]], milliseconds
    }' "$1"
}

median() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# ---- the tokens, then the registrar ----------------------------------------------------------------------------------

free_port; server=$port
free_port; provisioning=$port
free_port; server_management=$port
free_port; oauth=$port
free_port; mra=$port
free_port; registrar_management=$port
free_port; edge_port=$port
free_port; floor_oauth=$port
free_port; floor_mra=$port
free_port; floor_management=$port
free_port; kamailio_port=$port
issuer=https://localhost:$server

"$java" -jar "$root/cli/target/sipoauth.jar" dev-pki --out "$work/pki" >/dev/null
start authz-server "$java" -jar "$root/authz-server/target/authz-server.jar" --spring.profiles.active=demo \
  --server.address=127.0.0.1 --server.port="$server" --management.server.port="$server_management" \
  --sipoauth.issuer="$issuer" --sipoauth.provisioning.port="$provisioning" --sipoauth.data-dir="$work/data" \
  --sipoauth.tls.certificate="$work/pki/node.crt" --sipoauth.tls.private-key="$work/pki/node.key"
authz_server=$started
await authz-server "$authz_server" curl --fail --silent "http://127.0.0.1:$server_management/actuator/health/readiness"

# start_registrar NAME CLASS_PATH OAUTH_PORT MRA_PORT MANAGEMENT_PORT; its process is $started
start_registrar() {
  start "$1" "$java" -cp "$2" org.sipoauth.registrar.RegistrarMain --bind=127.0.0.1 --mode=enabled \
    --oauth-port="$3" --mra-oauth-port="$4" --management-port="$5" \
    --issuer="$issuer" --audience=sip:example.com --domain=example.com --challenge="$dialect" \
    --jwks.trust="$work/pki/ca.crt" --jwks.cache="$work/$1-jwks.json" \
    --tls.certificate="$work/pki/node.crt" --tls.private-key="$work/pki/node.key" --tls.client-ca="$work/pki/ca.crt" \
    --edges=edge.example.com
  await "$1" "$started" grep -q '^listening ' "$work/$1.log"
}

registrar_jar=$root/sip-registrar/target/sip-registrar.jar
start_registrar sip-registrar "$registrar_jar" "$oauth" "$mra" "$registrar_management"
registrar=$started
if ! $alone; then
  "${java}c" -nowarn -d "$work/floor" -cp "$registrar_jar" "$here/sipp/floor/org/sipoauth/verifier/TokenVerifier.java"
  start_registrar floor "$work/floor:$registrar_jar" "$floor_oauth" "$floor_mra" "$floor_management"
  floor=$started
fi
"$java" "$here/src/main/java/org/sipoauth/benchmarks/registrations/MintTokens.java" \
  "$issuer" "$work/pki/ca.crt" "$work/data/demo-passwords.txt" "$tokens" "$work/tokens.csv"
stop "$authz_server" # from here on every token is verified offline

entrance=$oauth entrance_host=localhost
if $edge; then
  mkdir "$work/edge"
  cp "$root"/deploy/kamailio-edge/*.cfg "$work"/pki/{edge.crt,edge.key,ca.crt} "$work/edge"
  start edge kamailio -DD -E -m 512 -f "$work/edge/kamailio.cfg" -Y "$work/edge" \
    -A "EDGE_LISTEN=tls:127.0.0.1:$edge_port" -A "EDGE_REGISTRAR=\"sip:127.0.0.1:$mra;transport=tls\""
  await edge "$started" listens "$edge_port"
  entrance=$edge_port entrance_host=edge.example.com
fi

sed "s/response=\"407\"/response=\"$dialect\"/" "$here/sipp/register-digest.xml" >"$work/digest.xml"
awk -F';' -v OFS=';' 'NR > 1 { $2 = "[authentication username=" $1 " password=secret]" } { print }' \
  "$work/tokens.csv" >"$work/passwords.csv"

if ! $alone; then
  kamailio_options=(-A "PEER_LISTEN=tls:127.0.0.1:$kamailio_port" -A "PEER_CERTIFICATE=\"$work/pki/node.crt\""
    -A "PEER_PRIVATE_KEY=\"$work/pki/node.key\"")
  if [[ $dialect == 401 ]]; then kamailio_options+=(-A PEER_401); fi
  mkdir "$work/kamailio"
  start kamailio kamailio -DD -E -m 512 -f "$here/sipp/kamailio-registrar.cfg" -Y "$work/kamailio" "${kamailio_options[@]}"
  kamailio=$started
  await kamailio "$kamailio" listens "$kamailio_port"
fi

# ---- the rounds ------------------------------------------------------------------------------------------------------

printf '%d registrations a round, %d distinct tokens, dialect %s, %s in flight, connections: %s; %s processors, %s\n' \
  "$pairs" "$tokens" "$dialect" "$in_flight" "$connections" "$(nproc)" "$("$java" -version 2>&1 | sed -n 1p)"
if $edge; then echo 'through the edge'; fi
declare -A rates costs
# measure NAME …: a round, whose figures join that name's once the warm-up is over
measure() {
  round "$@" || fail "not every pair went through"
  ((i > warm_up)) || return 0
  rates[$1]+="$rate " costs[$1]+="$cpu_per_pair "
}
for ((i = 1; i <= warm_up + rounds; i++)); do
  measure sip-registrar "$here/sipp/register-$dialect.xml" "$work/tokens.csv" "$registrar" "$entrance_host" "$entrance"
  if ! $alone; then
    measure floor "$here/sipp/register-$dialect.xml" "$work/tokens.csv" "$floor" localhost "$floor_oauth"
    measure kamailio "$work/digest.xml" "$work/passwords.csv" "$kamailio" localhost "$kamailio_port"
  fi
done

# The registrar's own count, so that the figure does not hang on sipp's alone.
bound=$(curl --fail --silent "http://127.0.0.1:$registrar_management/metrics" |
  awk '/^sip_registrations_total[{].*outcome="accepted"/ { print int($NF) }')
[[ $bound -eq $((pairs * (warm_up + rounds))) ]] || fail "the registrar counts $bound registrations, not $((pairs * (warm_up + rounds)))"

echo 'medians:'
# shellcheck disable=SC2086 # one word a round
for name in sip-registrar floor kamailio; do
  [[ -n ${rates[$name]:-} ]] || continue
  rate=$(median ${rates[$name]})
  cost=$(median ${costs[$name]})
  printf '  %-13s %6d a second, %5d µs of its processor time each' "$name" "$rate" "$cost"
  if [[ $name == sip-registrar ]]; then
    our_rate=$rate our_cost=$cost
    printf '\n'
  else
    awk -v rate="$our_rate" -v their_rate="$rate" -v cost="$our_cost" -v their_cost="$cost" \
      'BEGIN { printf "; sip-registrar has %.2f of that rate, %.2f of its registrations a processor second\n", rate / their_rate, their_cost / cost }'
  fi
done
