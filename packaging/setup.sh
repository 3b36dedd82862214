#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes .venv and everything the program needs. Usage: sh packaging/setup.sh run|test
# Nothing is done twice: a stamp remembers what was installed, so that the next start needs no network.
set -eu
cd "$(dirname "$0")/.."
what=${1:-run}

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
stop() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# What to install and how, when it has to come from the system.
as_root=""
if [ "$(id -u)" -ne 0 ]; then as_root="sudo"; fi
apt_install() {
    say "installing from the system's packages: $*"
    if ! command -v apt-get >/dev/null 2>&1; then
        stop "this needs (Debian names): $* - install them with your system's package manager and run again"
    fi
    if [ -n "$as_root" ] && ! { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; }; then
        stop "please run this once, then try again:  sudo apt-get install -y $*"
    fi
    $as_root apt-get update -q >/dev/null 2>&1 || say "apt-get update failed; going on with the lists at hand"
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -q --no-install-recommends "$@" >/dev/null ||
        stop "apt could not install: $* - mend that and run again"
}

find_python() {
    for name in python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
}

stamp=".venv/.installed-$what"
wanted=$(cat pyproject.toml packaging/constraints.txt packaging/setup.sh packaging/test-tools.txt | cksum)
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ]; then exit 0; fi

python=$(find_python)
[ -n "$python" ] || stop "Python 3.11, 3.12 or 3.13 is needed; on Debian 12 or Ubuntu 24.04:  $as_root apt-get install -y python3"
if [ ! -x .venv/bin/python ]; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        apt_install "python$version-venv"
    fi
    say "making .venv with $("$python" --version)"
    "$python" -m venv .venv
fi

pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install --constraint packaging/constraints.txt"
if [ "$what" = test ]; then
    say "installing the program and its test tools (about 150 MB the first time)"
    $pip --editable '.[dev]'
    # their extras (maps, video, 3-D) are no use here, so they come without their dependencies
    $pip --no-deps --requirement packaging/test-tools.txt
else
    say "installing the program (about 120 MB the first time)"
    $pip --editable .
fi

# Shared libraries that Qt needs and a bare machine lacks: ask the loader, not a list of distributions.
missing=$(.venv/bin/python -m groundstation.app.qt_libraries)
[ -z "$missing" ] || apt_install $missing
if [ "$what" = test ]; then
    packages=""
    command -v mosquitto >/dev/null 2>&1 || [ -x /usr/sbin/mosquitto ] || packages="mosquitto"
    command -v mosquitto_pub >/dev/null 2>&1 || packages="$packages mosquitto-clients"
    command -v Xvfb >/dev/null 2>&1 || packages="$packages xvfb"
    [ -z "$packages" ] || apt_install $packages
fi
printf '%s' "$wanted" >"$stamp"
say "ready"
