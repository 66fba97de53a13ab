# shellcheck shell=bash
# Sourced: finds PostgreSQL, and starts a throw-away one for tests and for `make sqlx`.

pg_oldest=15

# Prints the directory of the newest PostgreSQL programs that are new enough, or fails.
# Debian and Ubuntu keep them out of PATH, one directory for each version.
pg_bin() {
  local dir version best='' best_version=0
  for dir in /usr/lib/postgresql/*/bin "$(dirname "$(command -v pg_ctl || echo /nowhere/pg_ctl)")"; do
    [[ -x $dir/initdb && -x $dir/pg_ctl && -x $dir/psql ]] || continue
    version=$("$dir/pg_ctl" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
    if ((version >= pg_oldest && version > best_version)); then
      best=$dir best_version=$version
    fi
  done
  [[ -n $best ]] && printf '%s\n' "$best"
}

# PostgreSQL refuses to run as root.
as_postgres() {
  if ((EUID == 0)); then
    # From `/`: the current directory may be closed to that user.
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

free_port() {
  node -e 'const s = require("net").createServer();
    s.listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); });'
}

# Starts a cluster in a new temporary directory and sets pg_dir, pg_port and pg_programs.
# The caller has set its trap for pg_stop before: an interrupt may come at any time.
pg_start() {
  pg_programs=$(pg_bin) || die "PostgreSQL $pg_oldest or later is missing"
  if ((EUID == 0)) && ! id postgres >/dev/null 2>&1; then
    die 'PostgreSQL does not run as root, and there is no user named postgres to run it as'
  fi
  pg_dir=$(mktemp -d "${TMPDIR:-/tmp}/madang-postgres.XXXXXX")
  if ((EUID == 0)); then chown postgres: "$pg_dir"; fi

  as_postgres "$pg_programs/initdb" -D "$pg_dir/data" --username=postgres --auth=trust \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$pg_dir/initdb.log" 2>&1 ||
    die "initdb failed: $(cat "$pg_dir/initdb.log")"

  # The port is free when asked for, not certainly a moment later.
  for _ in 1 2 3; do
    pg_port=$(free_port)
    # Nothing here outlives the run, so nothing waits for the disk. Every #[sqlx::test] opens a
    # pool on a database of its own, all at once.
    if as_postgres "$pg_programs/pg_ctl" -D "$pg_dir/data" -l "$pg_dir/data/log" --wait start -o "\
      -c listen_addresses=127.0.0.1 -c port=$pg_port -c unix_socket_directories=$pg_dir \
      -c max_connections=300 -c fsync=off -c synchronous_commit=off -c full_page_writes=off" \
      >/dev/null 2>&1; then
      return
    fi
  done
  die "PostgreSQL did not start: $(cat "$pg_dir/data/log")"
}

pg_stop() {
  [[ -n ${pg_dir:-} ]] || return 0
  if [[ -e $pg_dir/data/postmaster.pid ]]; then
    as_postgres "$pg_programs/pg_ctl" -D "$pg_dir/data" --mode=immediate --wait stop >/dev/null 2>&1 || true
  fi
  rm -rf "$pg_dir"
  pg_dir=
}

pg_url() { printf 'postgres://postgres@127.0.0.1:%s/%s\n' "$pg_port" "$1"; }

pg_sql() {
  "$pg_programs/psql" --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname "$(pg_url "$1")" "${@:2}"
}

pg_create() { pg_sql postgres --command "create database \"$1\""; }

# Applies migrations/ in order of name, without the server: it may not compile before this is done.
pg_migrate() {
  local file
  for file in migrations/*.sql; do
    [[ -e $file && $file != *.down.sql ]] || continue
    if [[ $(head -n 1 "$file") == '-- no-transaction'* ]]; then
      pg_sql "$1" --file "$file"
    else
      pg_sql "$1" --single-transaction --file "$file"
    fi >/dev/null || die "migration $file failed"
  done
}
