#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes .venv and everything the program needs. Usage: sh packaging/setup.sh run|test
# Nothing is done twice: a stamp remembers what was installed, so that the next start needs no network.
# What the system lacks is found and said first, all at once.
set -eu
cd "$(dirname "$0")/.."
what=${1:-run}
here=$(pwd -P)
stamp=.venv/.installed
pip_log=.venv/pip.log
PATH="$PATH:/usr/sbin:/sbin" # where Debian keeps ldconfig and mosquitto

if [ -t 1 ]; then arrow=$(printf '\033[1m==>\033[0m'); else arrow="==>"; fi
say() { printf '%s %s\n' "$arrow" "$*"; }
stop() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# ---- what stands already. The stamp's lines: run or test (which has all that run has), what it was made from, where.

made_from() { cat pyproject.toml setup.py packaging/constraints.txt packaging/test-tools.txt resources/qt-libraries.txt | cksum; }
version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true; }
write_stamp() { printf '%s\n%s\n%s\n' "$1" "$wanted" "$here" >"$stamp"; }

wanted=$(made_from)
had="" had_from="" had_in=""
if [ -f "$stamp" ]; then { read -r had && read -r had_from && read -r had_in; } <"$stamp" || true; fi
version=""
if [ -x .venv/bin/python ]; then version=$(version_of .venv/bin/python); fi
# a system that went on to another Python leaves an environment behind in which nothing is found
if [ -n "$version" ] && [ ! -d ".venv/lib/python$version" ]; then version=""; fi

if [ -n "$version" ] && [ -n "$had_in" ] && [ "$had_in" != "$here" ]; then
    say "this folder was moved or copied from $had_in: mending the paths in .venv"
    .venv/bin/python packaging/moved.py "$had_in" "$here"
    printf '%s\n%s\n%s\n' "$had" "$had_from" "$here" >"$stamp"
fi
if [ -n "$version" ] && [ "$had_from" = "$wanted" ] && { [ "$had" = test ] || [ "$had" = "$what" ]; }; then exit 0; fi

# ---- what the system lacks: `needed`, and `better`, without which the program runs too

find_python() {
    for name in python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
}
has() { command -v "$1" >/dev/null 2>&1; }

needed="" better=""
python=$(find_python)
if [ -z "$python" ]; then
    needed="python3 python3-venv"
elif [ -z "$version" ] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    needed="python$(version_of "$python")-venv"
fi
if has ldconfig; then
    there=$(ldconfig -p | sed -n 's/^[[:space:]]*\([^ ]*\) (.*/ \1 /p')
    while read -r library package; do
        case "$library" in "" | "#"*) continue ;; esac
        case "$there" in *" $library "*) continue ;; esac
        case " $needed " in *" $package "*) ;; *) needed="$needed $package" ;; esac
    done <resources/qt-libraries.txt
fi
if ! has mosquitto; then
    if [ "$what" = test ]; then needed="$needed mosquitto"; else better="mosquitto"; fi
fi
if [ "$what" = test ]; then
    has mosquitto_pub || needed="$needed mosquitto-clients"
    has Xvfb || needed="$needed xvfb"
    has pdftotext || needed="$needed poppler-utils"
fi
needed=${needed# }

# ---- bring it. Debian starts a service with mosquitto, which would hold port 1883: it is switched off again.

sudo_word=""
if [ "$(id -u)" -ne 0 ] && has sudo; then sudo_word="sudo "; fi
line_for() {
    printf '%s' "${sudo_word}apt-get update && ${sudo_word}apt-get install -y --no-install-recommends $*"
    case " $* " in *" mosquitto "*) if [ -d /run/systemd/system ]; then printf ' && %ssystemctl disable --now mosquitto' "$sudo_word"; fi ;; esac
}
can_install() { has apt-get && { [ "$(id -u)" -eq 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }; }
apt_install() {
    # shellcheck disable=SC2086
    ${sudo_word}apt-get update -q >/dev/null 2>&1 || say "apt-get update failed; going on with the lists at hand"
    ${sudo_word}env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1 || return 1
    case " $* " in *" mosquitto "*) switch_off_service ;; esac
}
switch_off_service() {
    if [ ! -d /run/systemd/system ]; then return; fi
    if ${sudo_word}systemctl disable --now mosquitto >/dev/null 2>&1; then
        say "mosquitto's system service is switched off, so that port 1883 stays free ('systemctl enable --now mosquitto' switches it on)"
    fi
}

if [ -n "$needed" ] && ! has apt-get; then
    stop "the system lacks (Debian's names): $needed - install them with its package manager, then run 'make $what' again"
elif [ -n "$needed" ] && ! can_install; then
    who="as root"
    if [ -n "$sudo_word" ]; then who="with your password"; fi
    # shellcheck disable=SC2086
    stop "the system lacks packages. Run this once $who, then 'make $what' again:
$(line_for $needed $better)"
elif [ -n "$needed$better" ] && can_install; then
    say "installing from the system's packages: $needed${needed:+${better:+ }}$better"
    # shellcheck disable=SC2086
    if ! apt_install $needed $better; then
        if [ -n "$needed" ] && { [ -z "$better" ] || ! apt_install $needed; }; then
            stop "apt could not install the packages (is there a network?); mend that and run 'make $what' again. By hand: $(line_for $needed $better)"
        fi
    fi
fi
if [ -n "$better" ] && ! has mosquitto; then
    say "going on without mosquitto, with the broker that comes along (iotcore); for mosquitto:  $(line_for mosquitto)"
fi

# ---- .venv and what is in it

if [ -z "$python" ]; then python=$(find_python); fi
[ -n "$python" ] || stop "Python 3.11, 3.12 or 3.13 is needed, and this system's packages have none of them"
if [ -z "$version" ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv || stop "'$python -m venv .venv' failed; see its words above"
fi
[ -f "$stamp" ] || write_stamp nothing # a later failure leaves what stood before as it was

# Pip's 140 lines as a few: what is large, and the count. The whole of it is in the log.
progress() {
    while IFS= read -r text; do
        case "$text" in
        "pip ended "*) return "${text#pip ended }" ;;
        *Downloading*[0-9][0-9].[0-9]" MB)"*)
            name=${text##*Downloading } name=${name##*/}
            printf '    %s%s\n' "${name%%-*}" " (${name##*\(}" ;;
        "Installing collected packages: "*)
            printf '    unpacking %s packages\n' "$(printf '%s\n' "${text#*: }" | tr ',' '\n' | wc -l | tr -d ' ')" ;;
        esac
    done
}
pip_install() {
    { PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install --progress-bar off \
        --constraint packaging/constraints.txt "$@" 2>&1 && echo "pip ended 0" || echo "pip ended 1"; } | tee "$pip_log" | progress ||
        pip_failed
}
pip_failed() {
    if grep -qE 'SSLError|CERTIFICATE_VERIFY' "$pip_log"; then
        stop "the package index's certificate is not trusted (a proxy in between? then PIP_CERT names its file); mend that and run 'make $what' again"
    fi
    # setuptools is on every index that answers
    if grep -qE 'NewConnection|NameResolution|ConnectTimeout|ConnectionError|Failed to establish|Network is unreachable|setuptools.*from versions: none' "$pip_log"; then
        stop "the libraries are not all here yet, and the package index does not answer: connect to the network and run 'make $what' again"
    fi
    grep '^ERROR' "$pip_log" | tail -n 3 >&2 || true
    stop "pip could not install the libraries (all its words: $pip_log); mend that and run 'make $what' again"
}

if [ "$what" = test ]; then
    say "installing the program and its test tools (about 150 MB the first time)"
    pip_install --editable '.[dev]'
    # their extras (maps, video, 3-D) are no use here, so they come without their dependencies
    pip_install --no-deps --requirement packaging/test-tools.txt
else
    say "installing the program (about 120 MB the first time)"
    pip_install --editable .
fi

# The list above is made for one Qt; the loader knows what the one that came really lacks.
missing=$(.venv/bin/python -m groundstation.app.qt_libraries)
if [ -n "$missing" ]; then
    # shellcheck disable=SC2086
    can_install && apt_install $missing ||
        stop "Qt needs more packages. Run this once, then 'make $what' again:
$(line_for $missing)"
fi
write_stamp "$what"
say "ready"
