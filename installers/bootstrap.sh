#!/bin/sh
# Makes a machine ready to run Gridworker from its tree: system packages, .venv, locked packages.
#   installers/bootstrap.sh         to run the desk and the centre
#   installers/bootstrap.sh test    to run the tests as well: PostgreSQL from the distribution, Xvfb, a C compiler
# It says nothing and takes a moment when all is there. What it may not install, it prints.
set -eu
cd "$(dirname "$0")/.."
for_tests=${1:-}
log=$PWD/.bootstrap.log

stop() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# --- what the system must bring -------------------------------------------------------------

# Shared libraries that Qt's wheel expects, each with its Debian package: first those that every
# window needs, offscreen too (libgl1 even there: QtGui links it), then those of an X11 window.
libraries='
libglib-2.0.so.0      libglib2.0-0
libGL.so.1            libgl1
libEGL.so.1           libegl1
libxkbcommon.so.0     libxkbcommon0
libdbus-1.so.3        libdbus-1-3
libfontconfig.so.1    libfontconfig1
libxcb-cursor.so.0    libxcb-cursor0
libxcb-icccm.so.4     libxcb-icccm4
libxcb-keysyms.so.1   libxcb-keysyms1
libxcb-xkb.so.1       libxcb-xkb1
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libxcb-shape.so.0     libxcb-shape0
libxcb-randr.so.0     libxcb-randr0'

# Chinese faces with a regular and a bold weight: headings need both.
good_faces='Noto Sans CJK|Source Han Sans|Microsoft YaHei|PingFang'

missing_libraries() {
    known=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p)
    echo "$libraries" | while read -r file package; do
        [ -z "$file" ] && continue
        case $known in *"	$file ("*) ;; *) echo "$package" ;; esac
    done
}

chinese_faces() { fc-list :lang=zh-cn family 2>/dev/null; }

missing_fonts() {
    command -v fc-list >/dev/null || echo fontconfig
    chinese_faces | grep -Eq "$good_faces" || echo fonts-noto-cjk
}

missing_test_tools() {
    command -v Xvfb >/dev/null || echo xvfb
    command -v xauth >/dev/null || echo xauth
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo postgresql
    # The tests of the store on bad disks compile a small library: docs/proof.md, T2.
    command -v cc >/dev/null || printf 'gcc\nlibc6-dev\n'
}

# A .venv that came here with a moved folder, or whose Python is gone, is of no use.
usable_venv() {
    .venv/bin/python -c '' 2>/dev/null && head -n 1 .venv/bin/pip 2>/dev/null | grep -qF "$PWD/.venv/"
}

missing_venv() {
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
}

missing() {
    missing_libraries
    missing_fonts
    usable_venv || missing_venv
    [ "$for_tests" = test ] && missing_test_tools
    true
}

# --- installing it --------------------------------------------------------------------------

as_root() {
    if [ "$(id -u)" -eq 0 ]; then env "$@"; else sudo -n env "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null
}

apt() {
    as_root DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Options::=--force-confold "$@" </dev/null >>"$log" 2>&1
}

# The tests start their own PostgreSQL in a folder of their own: no server of the system's is made.
without_default_cluster() {
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        as_root sh -c 'mkdir -p /etc/postgresql-common &&
            echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf'
}

install_packages() {
    printf 'Installing from the distribution:%s\n' "$(printf ' %s' "$@")"
    : >"$log"
    apt update || true # one unreachable source must not stop what the others have
    case " $* " in *" postgresql "*) without_default_cluster ;; esac
    apt install -y --no-install-recommends "$@"
}

ask_for() {
    stop "Missing on this machine: $*
Please install it (on Debian, Ubuntu, UOS, Kylin), then try again:
    sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
}

system_packages() {
    wanted=$(missing | tr '\n' ' ')
    [ -z "$wanted" ] && return
    # One weight of Chinese is enough to read by, where nothing can be installed.
    if ! may_install && chinese_faces | grep -q .; then
        wanted=$(printf '%s' "$wanted" | sed 's/fonts-noto-cjk //')
        [ -z "$wanted" ] && return
    fi
    may_install || ask_for $wanted
    install_packages $wanted || {
        tail -n 20 "$log" >&2
        ask_for $wanted
    }
    still=$(missing | tr '\n' ' ')
    [ -z "$still" ] || ask_for $still
}

# --- Python and its packages ----------------------------------------------------------------

find_python() {
    for name in python3.11 python3 python3.12 python3.13; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
        then
            command -v "$name"
            return
        fi
    done
    stop 'Python 3.11, 3.12 or 3.13 is needed. On Debian 12: sudo apt-get install python3.11 python3.11-venv'
}

# Equal as long as the lock, this script, the interpreter and the tree's place are the same.
fingerprint() {
    { cat requirements/all.txt installers/bootstrap.sh && echo "$PWD" "$python"; } | cksum
}

python_packages() {
    stamp=.venv/ready
    print=$(fingerprint)
    [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$print" ] && usable_venv && return
    echo 'Filling .venv from requirements/all.txt (some 250 MB to fetch the first time)'
    usable_venv || "$python" -m venv --clear .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes --no-deps --only-binary=:all: -r requirements/all.txt </dev/null ||
        stop 'The Python packages could not be installed. Is the network up? Behind a mirror or a proxy,
set PIP_INDEX_URL, HTTPS_PROXY or PIP_CERT; what is locked stays the same, since each
file is known by its hash.'
    echo "$print" >"$stamp"
}

python=$(find_python)
[ "$(uname)" != Linux ] || system_packages # macOS brings all of it
python_packages
