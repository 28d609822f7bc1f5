#!/bin/bash
# Builds the Dockerfile and runs the image, without a Docker engine and without an image registry: the base is made
# here by debootstrap from the same packages. Debian, as root; anywhere else it says so (and fails with CI=true).
set -euo pipefail
cd "$(dirname "$0")/.."
work=${WORK:-/var/tmp/acd-image}

skip() {
    echo "image check skipped: $1" >&2
    [ "${CI:-}" != true ]
    exit
}
[ "$(id -u)" = 0 ] || skip 'not root'
command -v apt-get >/dev/null || skip 'not Debian'
for program in buildah debootstrap crun; do
    command -v $program >/dev/null ||
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $program >/dev/null ||
        skip "no $program"
done

# The driver has to be given as a flag, and chroot isolation needs no user namespace.
buildah() { command buildah --root "$work/store" --runroot "$work/run" --storage-driver overlay "$@"; }

mkdir -p "$work"
if ! buildah inspect --type image localhost/debian:bookworm-slim >/dev/null 2>&1; then
    [ -e "$work/rootfs/etc/debian_version" ] || debootstrap --variant=minbase bookworm "$work/rootfs" >"$work/debootstrap.log"
    base=$(buildah from scratch)
    buildah add -q "$base" "$work/rootfs" / >/dev/null
    # This machine's certificates go into this local base alone: behind a proxy that opens TLS, the build needs them.
    buildah add -q "$base" /etc/ssl/certs/ca-certificates.crt /usr/local/share/local-ca.crt >/dev/null
    for variable in SSL_CERT_FILE NODE_EXTRA_CA_CERTS PIP_CERT; do
        buildah config --env $variable=/usr/local/share/local-ca.crt "$base"
    done
    buildah config --cmd bash "$base"
    buildah commit -q "$base" localhost/debian:bookworm-slim >/dev/null
    buildah rm "$base" >/dev/null
fi

container=
server=
finish() {
    if [ -n "$server" ]; then
        # the node itself, in order: rtpengine outlives one that is killed
        inside python -c "$stop" 2>/dev/null || kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    [ -z "$container" ] || buildah rm "$container" >/dev/null
    server= container=
}
trap finish EXIT
# Of those that the system gives to nobody by itself. Args: tcp or udp.
free_port() {
    local port
    until port=$((11000 + RANDOM % 9000)) && [ -z "$(ss -Hlan "$([ "$1" = udp ] && echo -u || echo -t)" "sport = :$port")" ]; do
        :
    done
    echo "$port"
}
# Judge by its status: on a busy machine buildah loses what a short command prints.
inside() { buildah run --isolation chroot "$container" -- "$@"; }

stop='import json, os; os.kill(json.load(open("/data/running.json"))["pid"], 15)'

# Ports of its own: this machine may run a node, and the image has no network of its own here.
web=$(free_port tcp) sip=$(free_port udp)
env=(--env "ACD_SERVER__PORT=$web" --env "ACD_TELEPHONY__SIP__PORT=$sip"
    --env ACD_TELEPHONY__RTPENGINE__FIRST_PORT=19000 --env ACD_TELEPHONY__RTPENGINE__LAST_PORT=19099)

# Args: what SIP is in the build; further arguments of `buildah run` for the server.
check() {
    local with_sip=$1 image=localhost/acd:check
    shift
    SECONDS=0
    # with layers: what both images share is built once
    buildah bud --layers --isolation chroot --pull-never --format docker -q --build-arg SIP="$with_sip" -t $image . \
        >"$work/build.id"
    echo "image built in $SECONDS s${with_sip:+, with SIP}"

    buildah inspect --type image --format \
        '{{.Docker.Config.User}} {{.Docker.Config.Volumes}} {{if .Docker.Config.Healthcheck}}health check{{end}}' \
        $image >"$work/config"
    grep -qx 'acd map\[/data:{}\] health check' "$work/config"

    container=$(buildah from $image)
    inside sh -c '[ "$(id -un)" = acd ]'
    if inside sh -c 'command -v node || command -v pip || ls /src' >/dev/null 2>&1; then
        echo 'build tools were left in the image' >&2
        exit 1
    fi

    SECONDS=0
    # not through the functions: the process to end is buildah itself, which takes the server along
    (exec buildah --root "$work/store" --runroot "$work/run" --storage-driver overlay \
        run --isolation chroot "${env[@]}" "$@" "$container" -- acd serve) >"$work/serve.log" 2>&1 &
    server=$!
    health=$(sed -n 's/.*CMD \["python", "-c", "\(.*\)"\]$/\1/p' Dockerfile)
    health=${health//8080/$web}
    until inside python -c "$health" 2>/dev/null; do
        if [ $SECONDS -gt 30 ] || ! kill -0 $server 2>/dev/null; then
            tail -20 "$work/serve.log" >&2
            echo 'the image does not become healthy' >&2
            exit 1
        fi
        sleep 0.2
    done
    inside python -c "import urllib.request as r; assert b'<html' in r.urlopen('http://127.0.0.1:$web/').read()"
    inside sh -c '[ "$(ls -A /data)" ]' || { echo 'nothing was written to /data' >&2; exit 1; }
    echo "image healthy after $SECONDS s"
    if [ -n "$with_sip" ]; then
        inside python -c "$options"
        echo 'image answers SIP, with rtpengine as its child'
    fi
    finish
}

# A node without sippy would have ended, and one whose rtpengine does not run says 503.
options="
import socket, time
asks = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asks.bind(('127.0.0.1', 0)); asks.settimeout(5)
here = '127.0.0.1:%d' % asks.getsockname()[1]
asked = ('OPTIONS sip:acd@127.0.0.1:$sip SIP/2.0\r\nVia: SIP/2.0/UDP ' + here + ';branch=z9hG4bKcheck\r\n'
    'From: <sip:check@' + here + '>;tag=1\r\nTo: <sip:acd@127.0.0.1>\r\nCall-ID: check\r\nCSeq: 1 OPTIONS\r\n'
    'Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n').encode()
for _ in range(50):
    asks.sendto(asked, ('127.0.0.1', $sip))
    answer = asks.recv(4096)
    if answer.startswith(b'SIP/2.0 200 '):
        break
    time.sleep(0.2)
else:
    raise SystemExit(answer)
"

check ''
check 1 --env ACD_TELEPHONY__SIP__ENABLED=true
buildah rmi --prune >/dev/null
