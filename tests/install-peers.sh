#!/bin/sh
# Installs the real programs that the tests talk to: on Debian, as root, without starting their daemons. Anywhere
# else it says which are missing; the tests that need them then skip (and fail with CI=true).
set -u
PATH=$PATH:/usr/sbin:/sbin

packages= programs=
need() { # program on PATH (or a file pattern), Debian package
    case $1 in
        /*) for file in $1; do [ -e "$file" ] && return; done ;;
        *) command -v "$1" >/dev/null 2>&1 && return ;;
    esac
    packages="$packages $2"
    programs="$programs ${1##*/}"
}
need chromium chromium
need '/usr/lib/*/libatomic.so.1' libatomic1 # for the browser driver's own Node
need '/usr/lib/postgresql/*/bin/initdb' postgresql
need rtpengine rtpengine-daemon
need sipp sip-tester
need kamailio kamailio
need '/usr/lib/*/kamailio/modules/tls.so' kamailio-tls-modules
# pictures of French and English pages need a face with accents, symbols and emoji
[ -x /usr/bin/chromium ] || packages="$packages fonts-dejavu-core fonts-noto-color-emoji"
[ -n "$programs" ] || exit 0

skip() {
    echo "peers: $1; the tests that need these are skipped:$programs" >&2
    echo "peers: install them with: apt-get install$packages" >&2
    exit 0
}
[ -z "${NO_APT:-}" ] || skip 'NO_APT is set'
[ -r /etc/os-release ] && . /etc/os-release
case " ${ID:-} ${ID_LIKE:-} " in *' debian '*) ;; *) skip "not Debian (${ID:-unknown})" ;; esac
[ "$(id -u)" = 0 ] || skip 'not root'

echo "peers: installing$packages" >&2
export DEBIAN_FRONTEND=noninteractive
# Debian starts a daemon when it installs one; this file is its documented way to be asked not to
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    trap 'rm -f $policy' EXIT
    trap 'exit 130' INT TERM HUP
    printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy
fi
# nor does anything but the tests' own, private cluster have to exist
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
fi
log=$(mktemp)
install() {
    apt-get install -y -q --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 \
        -o Dpkg::Options::=--force-confold "$@" >>"$log" 2>&1
}
# shellcheck disable=SC2086 # a list of words
install $packages || { apt-get update -q >>"$log" 2>&1; install $packages; } ||
    for package in $packages; do
        install "$package" || echo "peers: cannot install $package, see $log" >&2
    done
exit 0
