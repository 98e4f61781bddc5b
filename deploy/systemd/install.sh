#!/usr/bin/env bash
# Installs server, registrar and commands on a machine with systemd, from the jars that `mvn package` made, or those of a
# release beside deploy/. Overwrites jars and units, never a setting or a key, so it is also how to upgrade. Starts nothing.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root

usage() {
  cat <<'HELP'
Usage: deploy/systemd/install.sh [--destdir DIR]

  --destdir DIR   install below DIR instead of /, as for a package: no users are made, and nothing is reloaded

Exit status: 0 installed; 1 something failed; 2 wrong usage, not root, or a jar is missing.
HELP
}

fail() {
  printf 'install: %s\n' "$2" >&2
  exit "$1"
}

destdir=
while (($#)); do
  case $1 in
    --destdir)
      [[ -n ${2:-} ]] || fail 2 "--destdir needs a folder"
      destdir=${2%/}
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) fail 2 "there is no option $1; see --help" ;;
  esac
  shift
done
[[ -n $destdir || $EUID -eq 0 ]] || fail 2 "run it as root, or with --destdir"

jars=()
for jar in authz-server/target/authz-server.jar sip-registrar/target/sip-registrar.jar cli/target/sipoauth.jar; do
  if [[ -f $root/$jar ]]; then
    jars+=("$root/$jar")
  elif [[ -f $root/${jar##*/} ]]; then
    jars+=("$root/${jar##*/}")
  else
    fail 2 "$jar is not built (mvn -DskipTests package), and there is no ${jar##*/} beside deploy/"
  fi
done

new_setting() { # mode, source, target: an existing one is the operator's
  [[ -e $3 ]] || install -D -m "$1" "$2" "$3"
}

for jar in "${jars[@]}"; do
  # Aside, then moved: a running server goes on reading the old one.
  install -D -m 0644 "$jar" "$destdir/usr/lib/sip-oauth/.${jar##*/}.new"
  mv "$destdir/usr/lib/sip-oauth/.${jar##*/}.new" "$destdir/usr/lib/sip-oauth/${jar##*/}"
done
install -m 0644 "$root/deploy/small-memory.options" "$destdir/usr/lib/sip-oauth/small-memory.options"
install -d "$destdir/usr/bin"
printf '#!/bin/sh\nexec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar /usr/lib/sip-oauth/sipoauth.jar "$@"\n' \
  >"$destdir/usr/bin/sipoauth"
chmod 0755 "$destdir/usr/bin/sipoauth"
for unit in authz-server sip-registrar; do
  install -D -m 0644 "$root/deploy/systemd/$unit.service" "$destdir/usr/lib/systemd/system/$unit.service"
done
install -D -m 0644 -t "$destdir/usr/share/doc/sip-oauth" "$root/docs/"*.md
install -D -m 0644 "$root/deploy/systemd/sysusers.conf" "$destdir/usr/lib/sysusers.d/sip-oauth.conf"

install -d -m 0755 "$destdir/etc/sip-oauth" "$destdir/etc/sip-oauth/tls"
new_setting 0644 "$root/deploy/systemd/authz-server.yaml" "$destdir/etc/sip-oauth/authz-server.yaml"
new_setting 0644 "$root/deploy/systemd/sip-registrar.properties" "$destdir/etc/sip-oauth/sip-registrar.properties"
if [[ ! -e $destdir/etc/sip-oauth/master.key ]]; then
  (umask 077 && head -c 32 /dev/urandom | basenc --base64url | tr -d '=' >"$destdir/etc/sip-oauth/master.key")
  echo "made /etc/sip-oauth/master.key: keep a copy apart from all backups of the server"
fi

if [[ -z $destdir ]]; then
  systemd-sysusers sip-oauth.conf
  systemctl daemon-reload
fi
cat <<'NEXT'
installed. Now
  1. put certificates and keys into /etc/sip-oauth/tls; a private key belongs to root and the group of the
     service that reads it: chown root:sipoauth-server server.key && chmod 0640 server.key
  2. edit /etc/sip-oauth/authz-server.yaml and /etc/sip-oauth/sip-registrar.properties
  3. systemctl enable --now authz-server sip-registrar
  4. journalctl -u authz-server shows the administrator's one-time password, once
NEXT
