# Shared by packaging/run, packaging/test and .ci/run: what the machine lacks, and what can be built on it.
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

# Prints those of the named packages that are not installed; nothing on a system without dpkg.
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

# Installs those of the named packages that are missing, where that is allowed. Never fails: what is
# missing afterwards is found by asking for the thing itself.
install_packages() {
    local wanted
    mapfile -t wanted < <(missing_packages "$@")
    [ ${#wanted[@]} -gt 0 ] || return 0
    if ! can_install; then
        say "not installed, and not allowed to install: ${wanted[*]}"
        say "an administrator can: apt-get install ${wanted[*]}"
        return 0
    fi
    say "installing ${wanted[*]}"
    if [ "$package_lists_fresh" = no ]; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null || true
        package_lists_fresh=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${wanted[@]}" \
        </dev/null >/dev/null || say "apt-get could not install all of: ${wanted[*]}"
}

# True where version $1 is at least version $2.
at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

need_rust() {
    local needed found
    needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    has cargo || [ ! -f "$HOME/.cargo/env" ] || . "$HOME/.cargo/env"
    has cargo && has rustc || stop "Rust $needed or newer is needed and none was found; https://rustup.rs installs it."
    found=$(rustc --version | awk '{print $2}')
    at_least "$found" "$needed" ||
        stop "Rust $needed or newer is needed, and this is $found; «rustup update stable» brings it."
}

need_linker() {
    has cc || has gcc || has clang || stop "a C compiler is needed to link; install the package gcc."
}

# Adds clippy or rustfmt to a minimal toolchain; the tests do without where that cannot be.
want_component() {
    cargo "$1" --version >/dev/null 2>&1 && return 0
    if ! has rustup || ! rustup component add "$2"; then
        say "«cargo $1» is missing from this Rust toolchain: .ci/run needs it, the tests do not."
    fi
}

# Sets `features`: the cargo flags for what this machine can build. Says what is lost.
choose_features() {
    features=()
    if has pkg-config && pkg-config --exists netcdf || has nc-config; then
        return 0
    fi
    features=(--no-default-features --features libdeflate)
    say "libnetcdf-dev is missing: building without the second binary millibar-netcdf."
    say "lost: NetCDF files that only the C library understands; all else works."
}
