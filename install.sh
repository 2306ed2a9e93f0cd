#!/bin/sh
# Installs guard from this folder (a checkout after `npm run ready`, or an unpacked release).
#   ./install.sh                 for everyone: /usr/local (as root)
#   ./install.sh --user          for you alone: ~/.local, no root needed
#   --prefix DIR   elsewhere      --dry-run   only say what would be done
#   --uninstall    take it out again; your signed log and keys stay unless --purge is given
set -eu
# What is installed for everyone must be readable by everyone, whatever the installer's own umask.
umask 022

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
prefix=/usr/local
dry=
mode=install
purge=

usage() { sed -n '2,6s/^# \{0,1\}//p' "$0"; }
fail() { printf 'install: %s\n' "$1" >&2; exit "${2:-1}"; }

while [ $# -gt 0 ]; do
  case $1 in
    --user) prefix=${HOME:?is not set}/.local ;;
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
program=$prefix/bin/guard
man=$prefix/share/man/man1
bash_folder=$prefix/share/bash-completion/completions
zsh_folder=$prefix/share/zsh/site-functions
fish_folder=$prefix/share/fish/vendor_completions.d

# As guard itself finds it: XDG wants a relative value ignored.
case ${XDG_STATE_HOME:-} in
  /*) state=$XDG_STATE_HOME/guard ;;
  *) state=${HOME:?is not set}/.local/state/guard ;;
esac

run() {
  if [ -n "$dry" ]; then printf 'would run:'; printf ' %s' "$@"; printf '\n'; else "$@"; fi
}

check_node() {
  command -v node >/dev/null 2>&1 || fail 'Node.js 20.19 or newer is needed (https://nodejs.org), and there is none in PATH'
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
    || fail "Node.js 20.19 or newer is needed; this is $(node --version)"
}

# Ours is a link into our own folder; anything else of that name belongs to somebody else.
is_ours() { [ -L "$program" ] && [ "$(readlink "$program")" = "$lib/bin/guard" ]; }

# npm puts packages into the package's own folder (a checkout) or beside it (an installed release).
find_package() {
  for folder in "$here/node_modules" "$here/.."; do
    if [ -d "$folder/$1" ]; then printf '%s\n' "$folder/$1"; return 0; fi
  done
  return 1
}

# Native parts and the demo database; the platform's own packages lie beside the first two under names that vary.
copy_packages() {
  for package in @lydell koffi @koromix @electric-sql/pglite; do
    from=$(find_package "$package") || fail "the package $package is missing in $here: run \"npm run ready\" there first"
    run mkdir -p "$lib.new/node_modules/$(dirname "$package")"
    run cp -R "$from" "$lib.new/node_modules/$package"
  done
}

writable() {
  at=$1
  while [ ! -e "$at" ]; do at=$(dirname "$at"); done
  [ -w "$at" ]
}

install_guard() {
  check_node
  [ -f "$here/dist/guard.js" ] && [ -f "$here/share/man/guard.1" ] \
    || fail "there is no build in $here: run \"npm run ready\" there first"
  [ -n "$dry" ] || writable "$prefix/lib" || fail "$prefix is not yours to write: run this as root, or with --user"
  if [ -e "$program" ] || [ -L "$program" ]; then
    is_ours || fail "$program is there already and not from here; nothing was changed"
  fi
  [ -n "$dry" ] || trap 'rm -rf "$lib.new"' EXIT
  run rm -rf "$lib.new"
  run mkdir -p "$lib.new/bin" "$lib.new/policies" "$prefix/bin" "$man" "$bash_folder" "$zsh_folder" "$fish_folder"
  run cp "$here/bin/guard" "$lib.new/bin/guard"
  run cp "$here/policies/default.json" "$here/policies/default.yaml" "$lib.new/policies/"
  for part in dist share install.sh package.json LICENSE README.md SECURITY.md CHANGELOG.md; do
    run cp -R "$here/$part" "$lib.new/"
  done
  copy_packages
  run chmod -R u=rwX,go=rX "$lib.new"
  run chmod 755 "$lib.new/bin/guard" "$lib.new/install.sh"
  # Swapped by renaming, so that there is never half a guard; one that runs keeps the files it has open.
  run rm -rf "$lib.old"
  [ ! -e "$lib" ] || run mv "$lib" "$lib.old"
  run mv "$lib.new" "$lib"
  run rm -rf "$lib.old"
  run ln -sf "$lib/bin/guard" "$program"
  run cp "$lib/share/man/guard.1" "$man/guard.1"
  run cp "$lib/share/completions/guard.bash" "$bash_folder/guard"
  run cp "$lib/share/completions/guard.zsh" "$zsh_folder/_guard"
  run cp "$lib/share/completions/guard.fish" "$fish_folder/guard.fish"
  [ -z "$dry" ] || return 0
  version=$("$program" --version) || fail "$program does not run"
  printf 'guard %s is installed: %s\n' "$version" "$program"
  case :$PATH: in *":$prefix/bin:"*) ;; *) printf 'Add %s to your PATH.\n' "$prefix/bin" ;; esac
  printf 'Try it:   guard demo\nLook:     guard doctor\n'
}

uninstall_guard() {
  if [ -d "$lib" ]; then
    ! is_ours || run rm -f "$program"
    run rm -f "$man/guard.1" "$bash_folder/guard" "$zsh_folder/_guard" "$fish_folder/guard.fish"
    run rm -rf "$lib"
    [ -n "$dry" ] || printf 'guard is gone from %s.\n' "$prefix"
  else
    printf 'guard is not installed in %s.\n' "$prefix"
  fi
  [ -d "$state" ] || return 0
  if [ -n "$purge" ]; then
    run rm -rf "$state"
    [ -n "$dry" ] || printf 'The signed log and the keys in %s are gone too.\n' "$state"
  else
    printf 'The signed log and the keys stay in %s (--uninstall --purge removes them too).\n' "$state"
  fi
}

case $mode in
  install) install_guard ;;
  uninstall) uninstall_guard ;;
esac
