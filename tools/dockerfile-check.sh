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

SECONDS=0
buildah bud --isolation chroot --pull-never --format docker -q -t localhost/acd:check . >"$work/build.id"
echo "image built in $SECONDS s"

buildah inspect --type image --format \
    '{{.Docker.Config.User}} {{.Docker.Config.Volumes}} {{if .Docker.Config.Healthcheck}}health check{{end}}' \
    localhost/acd:check >"$work/config"
grep -qx 'acd map\[/data:{}\] health check' "$work/config"

container=$(buildah from localhost/acd:check)
server=
finish() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    buildah rm "$container" >/dev/null
}
trap finish EXIT
inside() { buildah run --isolation chroot "$container" -- "$@"; }

[ "$(inside id -u)" != 0 ]
if inside sh -c 'command -v node || command -v pip || ls /src' >/dev/null 2>&1; then
    echo 'build tools were left in the image' >&2
    exit 1
fi

SECONDS=0
# not through the functions: the process to end is buildah itself, which takes the server along
(exec buildah --root "$work/store" --runroot "$work/run" --storage-driver overlay \
    run --isolation chroot "$container" -- acd serve) >"$work/serve.log" 2>&1 &
server=$!
health=$(sed -n 's/.*CMD \["python", "-c", "\(.*\)"\]$/\1/p' Dockerfile)
until inside python -c "$health" 2>/dev/null; do
    if [ $SECONDS -gt 30 ] || ! kill -0 $server 2>/dev/null; then
        tail -20 "$work/serve.log" >&2
        echo 'the image does not become healthy' >&2
        exit 1
    fi
    sleep 0.2
done
inside python -c "import urllib.request as r; assert b'<html' in r.urlopen('http://127.0.0.1:8080/').read()"
[ "$(inside sh -c 'ls -A /data')" ] || { echo 'nothing was written to /data' >&2; exit 1; }
echo "image healthy after $SECONDS s, as $(inside id -un)"
