#!/usr/bin/env bash
# Takes a backup of an authorization server while it runs: its logins, keys, secrets, and what it has revoked.
# See docs/backup.md, above all for what a restore takes back.
set -euo pipefail
umask 077

usage() {
  cat <<'HELP'
Usage: deploy/backup.sh --data DIR --to FILE (--with-master-key | --without-master-key) [--redis-cli COMMAND]

  --data DIR              the data folder of the server (sipoauth.data-dir)
  --to FILE               the backup, a tar archive that only its owner can read; never written over
  --with-master-key       put DIR/master.key into it: whoever reads the backup then has every key
  --without-master-key    leave it out: you keep it elsewhere, and give it to restore.sh
  --redis-cli COMMAND     of a Redis of your own, how to reach it, such as 'redis-cli -h redis.example.com': a snapshot is
                          fetched from it. The password is in REDISCLI_AUTH. Without it, the append-only file of the
                          embedded Redis is copied

Exit status: 0 taken; 1 something failed, and there is no FILE; 2 wrong usage.
HELP
}

fail() { # exit status, text
  printf 'backup: %s\n' "$2" >&2
  exit "$1"
}

data='' to='' master_key='' redis_cli=''
while (($#)); do
  case $1 in
    --data | --to | --redis-cli)
      [[ -n ${2:-} ]] || fail 2 "$1 needs a value; see --help"
      case $1 in
        --data) data=${2%/} ;;
        --to) to=$2 ;;
        *) redis_cli=$2 ;;
      esac
      shift
      ;;
    --with-master-key) master_key=with ;;
    --without-master-key) master_key=without ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) fail 2 "there is no option $1; see --help" ;;
  esac
  shift
done
[[ -n $data && -n $to ]] || fail 2 "--data and --to are needed; see --help"
[[ -d $data ]] || fail 2 "there is no folder $data"
[[ ! -e $to ]] || fail 2 "$to exists already, and a backup is never written over"
[[ -n $master_key ]] || fail 2 "say --with-master-key or --without-master-key; see --help"
[[ $master_key == without || -f $data/master.key ]] ||
  fail 2 "there is no $data/master.key: say --without-master-key, and keep the one that the server uses elsewhere"

work=$(mktemp -d "$(dirname "$to")/.backup.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/data"

# A file that grows is copied up to some write, and Redis drops a write that is cut off. What Redis is about to rewrite is
# copied again: its list of files, which it replaces whole, must be the same before and after.
copy_append_only() {
  local from=$data/redis before
  mkdir "$work/data/redis"
  if [[ -f $from/appendonly.aof ]]; then # up to release 6.2: one file, replaced whole by a rewrite
    cp -p "$from/appendonly.aof" "$work/data/redis/"
    return
  fi
  for _ in $(seq 50); do
    before=$(cat "$from"/appendonlydir/*.manifest)
    if copy_parts "$before" && [[ $before == "$(cat "$from"/appendonlydir/*.manifest)" ]]; then
      cp -p "$from"/appendonlydir/*.manifest "$work/data/redis/appendonlydir/"
      return
    fi
    sleep 0.2
  done
  cat "$work/log" >&2
  fail 1 "the append-only file changes all the time, or cannot be read: try again later"
}

copy_parts() { # lines "file NAME seq N type T"
  local part
  rm -rf "$work/data/redis/appendonlydir"
  mkdir "$work/data/redis/appendonlydir"
  while read -r _ part _; do
    cp -p "$data/redis/appendonlydir/$part" "$work/data/redis/appendonlydir/" 2>>"$work/log" || return 1
  done <<<"$1"
}

# File by file, for the server goes on: one that is under way (.new) gets its name whole, or is not in the backup, and one that
# is gone when its turn comes, such as the list of logins that have all ended, is gone from the server as well.
copy_files() {
  local file
  (cd "$data" && find -L . -ignore_readdir_race -path ./redis -prune -o \
    -type f ! -name '*.new' ! -name '*.lock' -printf '%P\0') >"$work/files" || fail 1 "$data cannot be read whole"
  while IFS= read -r -d '' file; do
    [[ $file != master.key || $master_key == with ]] || continue
    mkdir -p "$work/data/$(dirname "$file")"
    cp -p "$data/$file" "$work/data/$file" 2>"$work/log" || [[ ! -e $data/$file ]] || {
      cat "$work/log" >&2
      fail 1 "$data/$file cannot be read"
    }
  done <"$work/files"
}

# Redis first: a ring that is newer than the logins has all their keys, an older one may not.
if [[ -n $redis_cli ]]; then
  $redis_cli --rdb "$work/data/redis.rdb" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    fail 1 "Redis gave no snapshot"
  }
  [[ $(head -c 5 "$work/data/redis.rdb" 2>/dev/null) == REDIS ]] || fail 1 "Redis gave no snapshot: $(tail -n 1 "$work/log")"
elif [[ -d $data/redis ]]; then
  copy_append_only
else
  fail 2 "$data holds no embedded Redis: say with --redis-cli how to reach yours"
fi
copy_files

(cd "$work/data" && find . -type f -print0 | sort -z | xargs -0 sha256sum >"$work/SHA256SUMS")
printf 'sip-oauth backup 1\ntaken %s\nmaster key %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$master_key" >"$work/ABOUT"
tar -C "$work" --numeric-owner -cf "$work/archive" ABOUT SHA256SUMS data
sync "$work/archive"
ln -T "$work/archive" "$to" || fail 1 "$to cannot be written"
printf 'backup: %s, %s bytes, %s the master key\n' "$to" "$(stat -c %s "$to")" "$master_key"
