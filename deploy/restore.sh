#!/usr/bin/env bash
# Puts a backup of an authorization server back, into a folder for a server that does not run. See docs/backup.md, above all
# for what this takes back.
set -euo pipefail
umask 077

usage() {
  cat <<'HELP'
Usage: deploy/restore.sh --from FILE --data DIR [--master-key FILE] [--owner USER]

  --from FILE         a backup that backup.sh has taken
  --data DIR          the data folder to make. One that is there already is kept beside it as DIR.before-restore, and what
                      it knows of revoked logins is carried over
  --master-key FILE   of a backup without one: put this one into the data folder. Leave it out where the server gets its
                      master key from elsewhere (sipoauth.master-key-file)
  --owner USER        the user that the server runs as, if it is not you

Exit status: 0 restored; 1 something failed, and DIR is as it was; 2 wrong usage, or a server runs on DIR.
HELP
}

fail() { # exit status, text
  printf 'restore: %s\n' "$2" >&2
  exit "$1"
}

from='' data='' master_key='' owner=''
while (($#)); do
  case $1 in
    --from | --data | --master-key | --owner)
      [[ -n ${2:-} ]] || fail 2 "$1 needs a value; see --help"
      case $1 in
        --from) from=$2 ;;
        --data) data=${2%/} ;;
        --master-key) master_key=$2 ;;
        *) owner=$2 ;;
      esac
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
[[ -n $from && -n $data ]] || fail 2 "--from and --data are needed; see --help"
[[ -f $from ]] || fail 2 "there is no file $from"
[[ -z $master_key || -f $master_key ]] || fail 2 "there is no file $master_key"
[[ ! -e $data.before-restore ]] || fail 2 "$data.before-restore is still there from an earlier restore: move it away"

# Whose processes these are not, /proc hides what they have open.
if [[ -e $data/server.lock ]]; then
  user=$(id -u) # which has no name where it is that of a container
  [[ $user == 0 || $user == "$(stat -c %u "$data/server.lock")" ]] ||
    fail 2 "cannot see whether a server runs on $data: run this as root, or as $(stat -c %U "$data/server.lock"), whose folder it is"
fi
# A server has this file open for as long as it runs, whichever Redis it uses.
if [[ -e $data/server.lock && -n $(find -L /proc/[0-9]*/fd -maxdepth 1 -samefile "$data/server.lock" -print -quit 2>/dev/null) ]]; then
  fail 2 "a server runs on $data: stop it first"
fi
# And so does its Redis, which may have outlived it.
redis=$(cat "$data/redis/redis.pid" 2>/dev/null || true)
if [[ -n $redis && $(readlink "/proc/$redis/cwd" 2>/dev/null) == "$(realpath "$data/redis")" ]]; then
  fail 2 "the Redis of a server runs on $data: stop it first"
fi

work=$(mktemp -d "$(dirname "$data")/.restore.XXXXXX")
trap 'rm -rf "$work"' EXIT
tar -C "$work" --no-same-owner -xf "$from" || fail 1 "$from is no tar archive"
[[ -f $work/ABOUT && $(head -n 1 "$work/ABOUT") == 'sip-oauth backup 1' ]] || fail 1 "$from is no backup that this release reads"
(cd "$work/data" && sha256sum --quiet --check ../SHA256SUMS) >&2 || fail 1 "$from is damaged"
if [[ -n $master_key ]]; then
  [[ ! -e $work/data/master.key ]] || fail 2 "$from holds a master key already: leave --master-key out"
  cp "$master_key" "$work/data/master.key"
fi

carried=''
if [[ -d $data ]]; then
  # Bits are set and never cleared, so the newer file of a list knows more.
  if [[ -d $data/status-lists ]]; then
    mkdir -p "$work/data/status-lists"
    cp -pu "$data"/status-lists/* "$work/data/status-lists/" 2>/dev/null || true
    rm -f "$work"/data/status-lists/*.new # what a server was writing when it ended
    carried=', with the revocations of the folder before'
  fi
  [[ ! -f $data/client-revocations ]] || cp -pu "$data/client-revocations" "$work/data/"
fi
chmod -R u=rwX,go= "$work/data"
[[ -z $owner ]] || chown -R "$owner:" "$work/data"
[[ ! -e $data ]] || mv -T "$data" "$data.before-restore"
mv -T "$work/data" "$data"

printf 'restore: %s, %s%s\n' "$data" "$(sed -n 2p "$work/ABOUT")" "$carried"
if [[ -f $data/redis.rdb ]]; then
  printf 'restore: %s is for a Redis of yours; docs/backup.md says how it takes it\n' "$data/redis.rdb"
fi
if [[ ! -e $data/master.key ]]; then
  printf 'restore: no master key in it: the server needs sipoauth.master-key-file or SIPOAUTH_MASTER_KEY\n'
fi
