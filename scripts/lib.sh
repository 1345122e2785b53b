# Shared by the scripts beside it: places, and a few words they all use. Sourced, never run.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1

cache_dir="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/yakuba"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache_dir/target}"

# What the test runners report goes here; scripts/count-tests.mjs adds it up.
# Read by the scripts that source this file.
# shellcheck disable=SC2034
reports_dir="$CARGO_TARGET_DIR/test-reports"

# Tools that cargo builds for us are kept here, apart from the user's own.
tools_dir="$cache_dir/tools"
export PATH="$PATH:$tools_dir/bin"

# One line that says what is going on. To stderr, so that a script's output stays usable.
say() { printf '%s\n' "$*" >&2; }

# A step with a heading and, after it, the seconds it took: step NAME COMMAND [WORD…].
# bash does not stop at a failing line inside a function called here: such functions chain with &&.
step() {
  local name=$1 begin=$SECONDS status=0
  shift
  say "==> $name"
  "$@" || status=$?
  if [ "$status" -ne 0 ]; then
    say "==> $name: FAILED after $((SECONDS - begin)) s (exit code $status)"
    return "$status"
  fi
  say "==> $name: done in $((SECONDS - begin)) s"
}

have() { command -v "$1" >/dev/null 2>&1; }

in_ci() { [ "${CI:-}" = true ] || [ "${CI:-}" = 1 ]; }

# Addresses of package registries say nothing to the reader of a log.
without_addresses() { sed -u -E 's#(https?|git)://[^[:space:]]+#(address left out)#g'; }

# Installs a command from crates.io into tools_dir unless it is there: cargo_tool COMMAND VERSION.
# A tool is built quickly rather than for speed: it runs for seconds, and building it takes minutes.
cargo_tool() {
  local command=$1 version=$2
  have "$command" && return 0
  say "Building $command $version once (kept in $tools_dir) …"
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 \
    CARGO_TARGET_DIR="$cache_dir/tools-target" \
    cargo install --quiet --locked --root "$tools_dir" --version "$version" "$command" || {
    say "$command could not be built: run \`cargo install --locked $command\` and try again."
    return 1
  }
  rm -rf "$cache_dir/tools-target"
}

# Runs `npm ci` in a folder unless its packages are as the lock file wants them: node_packages FOLDER.
# The file lock is the one that the build scripts of the crates take for the same purpose.
node_packages() {
  local folder=$1 log
  local lock="$folder/package-lock.json"
  [ -f "$lock" ] || return 0
  local installed="$folder/node_modules/.package-lock.json"
  [ -f "$installed" ] && [ ! "$lock" -nt "$installed" ] && return 0
  if ! have npm; then
    say "Node.js with npm is missing: install Node.js 20 or newer, then run the same command again."
    return 1
  fi
  say "Fetching the packages of $folder/ (npm ci) …"
  log=$(mktemp)
  local npm=(npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  if have flock; then npm=(flock "$root/$lock" "${npm[@]}"); fi
  if ! (cd "$folder" && "${npm[@]}") >"$log" 2>&1 </dev/null; then
    grep -v '^npm notice' "$log" | tail -n 8 | without_addresses >&2
    rm -f "$log"
    say "npm could not fetch the packages of $folder/: check the connection, then run the same command again."
    return 1
  fi
  rm -f "$log"
  touch "$installed"
}

# Prints a TCP port on 127.0.0.1 that nothing listens on.
free_port() {
  local port
  for _ in $(seq 50); do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return 0
    fi
  done
  say "No free port was found between 20000 and 32000."
  return 1
}

# The program as cargo built it last: for everyday work, or with YAKUBA_PROFILE=release for speed.
profile=${YAKUBA_PROFILE:-debug}
binary="$CARGO_TARGET_DIR/$profile/yakuba"

# The file that says when the program was last built from this checkout: its time is when that build began.
build_note() { printf '%s' "$CARGO_TARGET_DIR/$profile/.yakuba-built-$(printf '%s' "$root" | cksum | cut -d' ' -f1)"; }

# The very file that a note vouches for: another checkout may build over it.
program_file() { ls -li --time-style=full-iso "$binary" 2>/dev/null || ls -li "$binary"; }

# Notes that cargo has built the program: note_build BEGUN, a file made when the build began. An edit made while it ran counts as newer.
note_build() {
  local note
  note=$(build_note)
  program_file >"$note"
  touch -r "$1" "$note"
}

# Builds the program unless the last build is newer than every file it is made from.
# Cargo alone would answer the same in about a second; this takes a few hundredths.
build_program() {
  local note begun
  note=$(build_note)
  if [ -x "$binary" ] && [ -f "$note" ] && [ "$(cat "$note")" = "$(program_file)" ] && nothing_newer_than "$note"; then return 0; fi
  if ! have cargo; then
    say "Rust is missing: install it with rustup (version 1.95 or newer), then run the same command again."
    return 1
  fi
  node_packages web || return 1
  if [ ! -x "$binary" ]; then
    say "Building Yakuba for the first time: this takes some minutes, later builds seconds …"
  else
    say "Building what changed …"
  fi
  begun=$(mktemp)
  local options=(--quiet --locked -p yakuba)
  [ "$profile" = release ] && options+=(--release)
  cargo build "${options[@]}" </dev/null || { rm -f "$begun"; return 1; }
  note_build "$begun"
  rm -f "$begun"
}

# Everything in the checkout counts but for the folders named here. Folders themselves count too:
# a file that was deleted changes the folder it was in.
nothing_newer_than() {
  local source sources=(Cargo.toml Cargo.lock)
  for source in .cargo */; do
    case $source in
      docs/ | browser-tests/ | scripts/ | fuzz/ | data/ | target/) ;;
      *) [ -e "$source" ] && sources+=("$source") ;;
    esac
  done
  [ -z "$(find "${sources[@]}" \( -name node_modules -o -name tests -o -name '*.snap' \) -prune \
    -o -newer "$1" -print 2>/dev/null | head -n 1)" ]
}
