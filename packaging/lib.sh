# Shared by packaging/run, packaging/test and .ci/run: finds what is missing on this machine and what it can build.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Debian's names (Debian 12 and later, Ubuntu 22.04 and later).
build_packages=(gcc libc6-dev pkg-config libnetcdf-dev)
window_packages=(libgl1 libegl1 libgl1-mesa-dri libx11-6 libx11-xcb1 libxcb1 libxcursor1 libxi6
    libxkbcommon0 libxkbcommon-x11-0 libwayland-client0 libwayland-egl1)
test_packages=(xvfb xauth xdotool imagemagick)

say() { printf 'millibar: %s\n' "$*"; }
stop() { printf 'millibar: %s\n' "$*" >&2; exit 1; }

has() { command -v "$1" >/dev/null 2>&1; }

# Prints which of the named packages are not installed; prints nothing on systems without dpkg.
missing_packages() {
    has dpkg-query || return 0
    local package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf '%s\n' "$package"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_install() {
    has apt-get && { [ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }
}

package_lists_fresh=no

# Installs the missing ones of the named packages where permitted. Never fails: later checks report what is
# still missing.
install_packages() {
    local wanted
    mapfile -t wanted < <(missing_packages "$@")
    [ ${#wanted[@]} -gt 0 ] || return 0
    if ! can_install; then
        say "missing packages, and no permission to install them: ${wanted[*]}"
        say "ask an administrator to run: apt-get install ${wanted[*]}"
        return 0
    fi
    say "installing ${wanted[*]}"
    if [ "$package_lists_fresh" = no ]; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null || true
        package_lists_fresh=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${wanted[@]}" \
        </dev/null >/dev/null || say "apt-get could not install all of these: ${wanted[*]}"
}

# True where version $1 is at least version $2.
at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

need_rust() {
    local needed found
    needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    has cargo || [ ! -f "$HOME/.cargo/env" ] || . "$HOME/.cargo/env"
    has cargo && has rustc || stop "Rust not found. Install Rust $needed or newer from https://rustup.rs."
    found=$(rustc --version | awk '{print $2}')
    at_least "$found" "$needed" ||
        stop "Rust $found is too old. Version $needed or newer is needed; run: rustup update stable"
}

need_linker() {
    has cc || has gcc || has clang || stop "C compiler not found, but needed to link. Install the package gcc."
}

# Adds clippy or rustfmt to a minimal toolchain; the tests run without them.
want_component() {
    cargo "$1" --version >/dev/null 2>&1 && return 0
    if ! has rustup || ! rustup component add "$2"; then
        say "cargo $1 is not installed. The tests do not need it; .ci/run does."
    fi
}

# Sets `features`: the cargo flags for what this machine can build. Says what is left out.
choose_features() {
    features=()
    if has pkg-config && pkg-config --exists netcdf || has nc-config; then
        return 0
    fi
    features=(--no-default-features --features libdeflate)
    say "libnetcdf-dev not found: building without the helper millibar-netcdf"
    say "NetCDF files that only the C library can read will not open; everything else works"
}
