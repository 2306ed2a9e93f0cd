#!/bin/sh
# Installs guard from this folder (a checkout after `npm run ready`, or an unpacked release).
#   ./install.sh                 for everyone: /usr/local (as root)
#   ./install.sh --user          for you alone: ~/.local, no root needed
#   --prefix DIR   elsewhere      --dry-run   only say what would be done
#   --uninstall    take it out again; the signed log and the keys stay unless --purge is given
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)
prefix=/usr/local
dry=
mode=install
purge=

usage() { sed -n '2,6s/^# \{0,1\}//p' "$0"; }
fail() { printf 'install: %s\n' "$1" >&2; exit "${2:-1}"; }

while [ $# -gt 0 ]; do
  case $1 in
    --user) prefix=${HOME:?}/.local ;;
    --prefix) [ $# -ge 2 ] || fail '--prefix needs a folder' 64; prefix=$2; shift ;;
    --prefix=*) prefix=${1#--prefix=} ;;
    --dry-run) dry=1 ;;
    --uninstall) mode=uninstall ;;
    --purge) purge=1 ;;
    -h|--help) usage; exit 0 ;;
    *) usage >&2; fail "unknown option: $1" 64 ;;
  esac
  shift
done

case $prefix in /*) ;; *) fail "the prefix must be an absolute path: $prefix" 64 ;; esac
[ -z "$purge" ] || [ "$mode" = uninstall ] || fail '--purge goes with --uninstall' 64

lib=$prefix/lib/access-guard
state=${XDG_STATE_HOME:-${HOME:?}/.local/state}/guard

run() {
  if [ -n "$dry" ]; then printf 'would run:'; printf ' %s' "$@"; printf '\n'; else "$@"; fi
}

check_node() {
  command -v node >/dev/null 2>&1 || fail 'Node.js 20.19 or newer is needed (https://nodejs.org), and there is none in PATH'
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
    || fail "Node.js 20.19 or newer is needed; this is $(node --version)"
}

install_guard() {
  check_node
  [ -f "$here/dist/guard.js" ] || fail "there is no build in $here: run \"npm run ready\" there first"
  [ -d "$here/node_modules" ] || [ -d "$here/../@lydell" ] || fail "the packages are missing in $here: run \"npm run ready\" there first"
  run mkdir -p "$lib.new" "$prefix/bin" "$prefix/share/man/man1" "$prefix/share/bash-completion/completions" "$prefix/share/zsh/site-functions" "$prefix/share/fish/vendor_completions.d"
  for part in bin dist policies share package.json LICENSE README.md SECURITY.md CHANGELOG.md; do
    run cp -R "$here/$part" "$lib.new/"
  done
  # Only the packages that run: native parts and the demo database.
  for package in @lydell koffi @koromix @electric-sql; do
    if [ -e "$here/node_modules/$package" ]; then
      run mkdir -p "$lib.new/node_modules"
      run cp -R "$here/node_modules/$package" "$lib.new/node_modules/"
    fi
  done
  run chmod -R u=rwX,go=rX "$lib.new"
  # Swapped in one step, so that a running guard keeps a whole copy until it ends.
  [ ! -e "$lib" ] || run mv "$lib" "$lib.old"
  run mv "$lib.new" "$lib"
  run rm -rf "$lib.old"
  run ln -sf "$lib/bin/guard" "$prefix/bin/guard"
  run cp "$lib/share/man/guard.1" "$prefix/share/man/man1/guard.1"
  run cp "$lib/share/completions/guard.bash" "$prefix/share/bash-completion/completions/guard"
  run cp "$lib/share/completions/guard.zsh" "$prefix/share/zsh/site-functions/_guard"
  run cp "$lib/share/completions/guard.fish" "$prefix/share/fish/vendor_completions.d/guard.fish"
  [ -n "$dry" ] && return 0
  printf 'guard is installed: %s\n' "$prefix/bin/guard"
  case :$PATH: in *":$prefix/bin:"*) ;; *) printf 'Add %s to your PATH.\n' "$prefix/bin" ;; esac
  printf 'Try it:   guard demo\nLook:     guard doctor\n'
}

uninstall_guard() {
  run rm -rf "$lib"
  run rm -f "$prefix/bin/guard" "$prefix/share/man/man1/guard.1" "$prefix/share/bash-completion/completions/guard" \
    "$prefix/share/zsh/site-functions/_guard" "$prefix/share/fish/vendor_completions.d/guard.fish"
  if [ -n "$purge" ]; then
    run rm -rf "$state"
  elif [ -d "$state" ]; then
    printf 'The signed log and the keys stay in %s (--purge removes them too).\n' "$state"
  fi
}

case $mode in
  install) install_guard ;;
  uninstall) uninstall_guard ;;
esac
