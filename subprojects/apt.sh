# Sourced by tests/run and redislive/run: what Debian and Ubuntu call the things that cyclone-cpp needs.

# What a build needs. Debian 12's default Boost, 1.74, is too old, and 1.81 stands beside it under names of its own.
build_packages() {
    local boost= candidate
    candidate=$(apt-cache policy libboost-dev 2>/dev/null | sed -n 's/^ *Candidate: *//p')
    if ! dpkg --compare-versions "${candidate:-0}" ge 1.81 2>/dev/null; then
        boost=1.81
    fi
    echo g++ meson ninja-build pkg-config "libboost$boost-dev" "libboost-json$boost-dev" \
        libbrotli-dev libssl-dev libsqlite3-dev zlib1g-dev
}

# The same, and what the test programs need besides.
test_packages() {
    local packages
    packages=$(build_packages)
    echo "$packages" ccache lld libhiredis-dev "$(grep -o 'libboost-json[0-9.]*-dev' <<<"$packages" | sed s/json/test/)"
}

# Installs those of the named packages that are missing, and says first which. Fails, having said why, where it can't.
install_packages() {
    if [ -n "${CYCLONE_HAVE_PACKAGES-}" ]; then
        return 0
    fi
    if ! command -v apt-get >/dev/null; then
        echo "This system has no apt-get. Install what Debian calls: $*"
        echo "and start again with CYCLONE_HAVE_PACKAGES=1 in the environment."
        return 1
    fi >&2
    local package missing=()
    for package in "$@"; do
        if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
            missing+=("$package")
        fi
    done
    if [ ${#missing[@]} = 0 ]; then
        return 0
    fi
    local as_root=(env DEBIAN_FRONTEND=noninteractive)
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "There is no sudo here. As root: apt-get install ${missing[*]}"
            return 1
        fi >&2
        as_root=(sudo "${as_root[@]}")
    fi
    echo "Installing with apt: ${missing[*]}"
    if ! "${as_root[@]}" apt-get update -q </dev/null ||
        ! "${as_root[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}" </dev/null; then
        echo "apt-get could not install: ${missing[*]}" >&2
        return 1
    fi
}
