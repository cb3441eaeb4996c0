#!/bin/sh
# Sets up what is missing, and is done in a moment when nothing is.
#
#   tools/setup.sh run       what running needs: .venv with the application in it
#   tools/setup.sh develop   also what the checks and tests need
#   tools/setup.sh test      also libvirtd and QEMU, and the distribution's libvirt binding beside ours
#
# VENV=DIR              another directory than .venv
# PYTHON=PROGRAM        the Python to use (3.11 or newer); else the first good one
# BINDING=pypi|system   libvirt-python built from PyPI, or the distribution's; else the first that can be had
# SYSTEM_PACKAGES=no    never install system packages, only say which are missing
#
# System packages are installed as root or with a sudo that asks nothing; otherwise the command is printed.
# Lists of packages and options are split into words on purpose:
# shellcheck disable=SC2046,SC2086
set -eu
cd "$(dirname "$0")/.."

goal=${1:-run}
venv=${VENV:-.venv}
case $venv in /*) ;; *) venv=$PWD/$venv ;; esac
case $goal in
    run) stamp=$venv/.ready-run groups='' ;;
    develop | test) stamp=$venv/.ready-develop groups='--group test --group check' ;;
    *) echo "usage: tools/setup.sh run|develop|test" >&2; exit 2 ;;
esac

say() { printf 'setup: %s\n' "$*" >&2; }

# --- system packages -------------------------------------------------------------------------------------

manager() {
    for name in apt-get dnf zypper pacman apk; do
        if command -v $name >/dev/null; then echo $name; return; fi
    done
}

# packages_for PURPOSE: their names here. Purposes: python, build (libvirt-python from source), binding, daemon.
packages_for() {
    case $(manager):$1 in
        apt-get:python) echo python3 python3-venv ;;
        apt-get:build) echo python3-venv python3-dev gcc libc6-dev pkg-config libvirt-dev ;;
        apt-get:binding) echo python3-venv python3-libvirt ;;
        apt-get:daemon)
            echo libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86 qemu-utils \
                dnsmasq-base iproute2 iptables \
                openssh-server openssh-client libsasl2-modules libsasl2-modules-db sasl2-bin \
                netcat-openbsd openssl
            # A system daemon, which is what root gets, wants the accounts that this one makes.
            if [ "$(id -u)" = 0 ]; then echo libvirt-daemon-system; fi
            # Newer releases have a package for each driver.
            for driver in network nodedev interface secret nwfilter storage-disk; do
                name=libvirt-daemon-driver-$driver
                if apt-cache show $name >/dev/null 2>&1; then echo $name; fi
            done ;;
        dnf:python) echo python3 ;;
        dnf:build) echo python3-devel gcc pkgconf-pkg-config libvirt-devel ;;
        dnf:binding) echo python3-libvirt ;;
        dnf:daemon) echo libvirt-daemon libvirt-daemon-driver-qemu libvirt-daemon-driver-network \
            libvirt-daemon-driver-storage-core libvirt-daemon-driver-nodedev libvirt-daemon-driver-interface \
            libvirt-daemon-driver-secret libvirt-daemon-driver-nwfilter libvirt-client \
            qemu-system-x86-core qemu-img dnsmasq \
            openssh-server openssh-clients cyrus-sasl cyrus-sasl-md5 cyrus-sasl-scram nmap-ncat openssl ;;
        zypper:python) echo python3 ;;
        zypper:build) echo python3-devel gcc pkgconf libvirt-devel ;;
        zypper:binding) echo python3-libvirt-python ;;
        zypper:daemon) echo libvirt-daemon libvirt-daemon-qemu libvirt-client qemu-x86 qemu-tools dnsmasq \
            openssh-server openssh-clients cyrus-sasl-digestmd5 cyrus-sasl-scram netcat-openbsd openssl ;;
        pacman:python) echo python ;;
        pacman:build) echo gcc pkgconf libvirt ;;
        pacman:binding) echo libvirt-python ;;
        pacman:daemon) echo libvirt qemu-system-x86 qemu-img dnsmasq \
            openssh cyrus-sasl openbsd-netcat openssl ;;
        apk:python) echo python3 ;;
        apk:build) echo python3-dev gcc musl-dev pkgconf libvirt-dev ;;
        apk:binding) echo py3-libvirt ;;
        apk:daemon) echo libvirt-daemon libvirt-qemu libvirt-client qemu-system-x86_64 qemu-img \
            setpriv util-linux-misc dnsmasq \
            openssh cyrus-sasl cyrus-sasl-digestmd5 cyrus-sasl-scram netcat-openbsd openssl ;;
    esac
}

# command_for PURPOSE: what to type to install its packages.
command_for() {
    case $(manager) in
        apt-get) echo "apt-get install --no-install-recommends" $(packages_for "$1") ;;
        dnf) echo "dnf install" $(packages_for "$1") ;;
        zypper) echo "zypper install" $(packages_for "$1") ;;
        pacman) echo "pacman -S --needed" $(packages_for "$1") ;;
        apk) echo "apk add" $(packages_for "$1") ;;
        *) case $1 in
            python) echo "(install Python 3.11 or newer with its venv module)" ;;
            build) echo "(install a C compiler, pkg-config and the headers of Python and libvirt)" ;;
            binding) echo "(install libvirt's Python binding, 9.0 or newer)" ;;
            daemon) echo "(install libvirtd with its QEMU driver, virsh, qemu-system-x86_64, qemu-img)" ;;
        esac ;;
    esac
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi </dev/null
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
        apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold "$@"
}

# install PURPOSE: true when the package manager says that it is done.
install() {
    if [ "${SYSTEM_PACKAGES:-yes}" = no ] || [ -z "$(manager)" ]; then return 1; fi
    if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then return 1; fi
    log=$(mktemp)
    # The list of packages may be empty or name files that are no longer there; then it is fetched anew. With an
    # old list the names themselves may differ, so they are asked for again.
    say "installing system packages:" $(packages_for "$1")
    if case $(manager) in
        apt-get)
            apt_get install --no-install-recommends $(packages_for "$1") ||
                { apt_get update && apt_get install --no-install-recommends $(packages_for "$1"); } ;;
        dnf) as_root dnf install -y --setopt=install_weak_deps=False $(packages_for "$1") ;;
        zypper) as_root zypper --non-interactive install --no-recommends $(packages_for "$1") ;;
        pacman) as_root pacman -Sy --needed --noconfirm $(packages_for "$1") ;;
        apk) as_root apk add --no-interactive $(packages_for "$1") ;;
    esac >"$log" 2>&1; then
        rm -f "$log"
    else
        tail -n 20 "$log" >&2
        rm -f "$log"
        say "that did not work"
        return 1
    fi
}

# --- Python ----------------------------------------------------------------------------------------------

# find_python [CODE]: the first Python, 3.11 or newer, that can make environments and runs CODE.
find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3}; do
        if "$name" -c "import sys, venv, ensurepip; assert sys.version_info >= (3, 11); ${1:-}" >/dev/null 2>&1
        then echo "$name"; return; fi
    done
    return 1
}

has_binding='import libvirt; assert libvirt.getVersion() >= 9000000'

can_build() {
    command -v pkg-config >/dev/null && pkg-config --exists libvirt && "$1" - <<'CODE'
import pathlib, shutil, sys, sysconfig
compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
header = pathlib.Path(sysconfig.get_path("include")) / "Python.h"
sys.exit(not (shutil.which(compiler) and header.exists()))
CODE
}

# choose_python: sets python, and options for its environment.
choose_python() {
    find_python >/dev/null || install python || true
    if ! find_python >/dev/null; then
        say "no Python 3.11 or newer that can make environments. Install one:"
        say "  sudo $(command_for python)"
        exit 1
    fi
    if [ "${BINDING:-pypi}" = pypi ]; then
        options='' python=$(find_python)
        if can_build "$python"; then return; fi
        # A Python of one's own (pyenv) brings its header; the distribution's package has only its own.
        if install build && can_build "$python"; then return; fi
        if python=$(find_python "import os; assert os.path.realpath(sys.executable).startswith('/usr/bin/')") &&
            can_build "$python"; then return; fi
    fi
    if [ "${BINDING:-system}" = system ]; then
        options=--system-site-packages
        if python=$(find_python "$has_binding"); then return; fi
        if install binding && python=$(find_python "$has_binding"); then return; fi
    fi
    say "libvirt's Python binding is missing. Install what builds it:"
    say "  sudo $(command_for build)"
    say "or the distribution's own (9.0 or newer):"
    say "  sudo $(command_for binding)"
    say "and run this again."
    exit 1
}

# --- the environment -------------------------------------------------------------------------------------

# An environment that was moved or whose Python is gone does not work.
usable() {
    grep -qsF "$venv" "$venv/bin/activate" && "$venv/bin/python" -c 'import pip' 2>/dev/null
}

wanted="$(cat pyproject.toml tools/setup.sh | cksum) $venv"

# Compiled here, so that no start pays for it; this also tells that the environment's Python runs.
compile() { "$venv/bin/python" -m compileall -q tuivirt; }

if ! { [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && compile; }; then
    if ! usable; then
        choose_python
        say "making $venv with $("$python" --version) ${options:+and the binding of the system}"
        rm -rf "$venv"
        "$python" -m venv $options "$venv"
    fi
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
    # Older ones know nothing of dependency groups.
    "$venv/bin/python" -m pip install -qq --upgrade 'pip>=25.1'
    say "installing (the first time takes about a minute)"
    "$venv/bin/python" -m pip install -qq --editable . $groups
    compile
    # What is there for more is there for less.
    if [ "$goal" != run ]; then printf '%s\n' "$wanted" >"$venv/.ready-run"; fi
    printf '%s\n' "$wanted" >"$stamp"
fi

# --- the daemon ------------------------------------------------------------------------------------------

daemon_is_there() {
    for program in libvirtd virsh qemu-system-x86_64 qemu-img setpriv setsid \
        sshd ssh saslpasswd2 nc openssl; do
        PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v $program >/dev/null || return 1
    done
    if [ "$(id -u)" = 0 ] && [ "$(manager)" = apt-get ]; then getent passwd libvirt-qemu >/dev/null; fi
}

if [ "$goal" = test ] && ! daemon_is_there && ! { install daemon && daemon_is_there; }; then
    say "the tests on a real daemon need what is missing here:"
    say "  sudo $(command_for daemon)"
fi

# --- the distribution's binding --------------------------------------------------------------------------

# The packaging test runs the wheel with it as well. The environment is the one that a user without a compiler
# gets, so making it is part of the test.
if [ "$goal" = test ] &&
    ! PYTHON=/usr/bin/python3 BINDING=system VENV=.testcache/system-binding tools/setup.sh run; then
    say "the test with the binding of the distribution cannot run without what is missing here"
fi
