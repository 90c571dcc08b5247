#!/usr/bin/env bash
# Installs the wheel and the unit in a Debian tree as docs/operations.md does, and starts it by systemd. As root:
#   systemd_trial.sh TREE
# TREE is a copy of a Debian 12 tree (debootstrap) with systemd, dbus, python3 and python3-venv; it is changed. The
# program systemd-nspawn (Debian: systemd-container) is needed, and dist/ from `make wheel`.
set -euo pipefail
tree=$1 port=18126 secret=$(head -c 32 /dev/urandom | base64)
cd "$(dirname "$0")/../.."
environment=$tree/etc/trading-api/trading-api.env

mkdir -p "$tree/source/requirements" "$tree/source/dist" "$tree/etc/ssl/certs"
cp requirements/runtime.txt "$tree/source/requirements/"
cp dist/trading_api-*.whl "$tree/source/dist/"
cp -r deploy "$tree/source/"
cp /etc/ssl/certs/ca-certificates.crt "$tree/etc/ssl/certs/" # those of this machine's package registries
chroot "$tree" bash -euo pipefail -c '
  cd /source
  useradd --system --user-group --home-dir /var/lib/trading-api --shell /usr/sbin/nologin trading-api
  python3 -m venv /opt/trading-api
  /opt/trading-api/bin/pip install --quiet --no-deps --require-hashes -r requirements/runtime.txt
  /opt/trading-api/bin/pip install --quiet --no-deps dist/trading_api-*.whl
  install -D -m 0600 deploy/systemd/trading-api.env /etc/trading-api/trading-api.env
  install -m 0644 deploy/systemd/trading-api.service /etc/systemd/system/
  systemctl enable trading-api'
sed -i "s/^PORT=.*/PORT=$port/; s|^# AUTH_SECRET=|AUTH_SECRET=$secret|; s/^ROOT_PATH=.*//" "$environment"
: >"$tree/etc/machine-id"

timeout 300 systemd-nspawn --quiet --directory="$tree" --register=no --keep-unit --boot >"$tree/console" 2>&1 &
nspawn=$!
trap 'kill $nspawn 2>/dev/null || true' EXIT
url=http://127.0.0.1:$port
ready() { for _ in $(seq 300); do curl --silent --fail --output /dev/null $url/health/ready && return; sleep 0.2; done; false; }
ready
leader=$(pgrep --parent "$(pgrep --parent $nspawn)" | head -1)
inside() { nsenter --target "$leader" --mount --pid --uts --ipc --root --wd "$@"; }
show() { inside systemctl show trading-api --property=ActiveState,SubState,Result,ExecMainStatus,NRestarts | paste -sd ' '; }

inside systemctl --no-pager status trading-api | head -6
main=$(inside systemctl show trading-api --property=MainPID --value)
inside grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp|VmRSS)' "/proc/$main/status"
token=$(inside env AUTH_MODE=secret AUTH_SECRET="$secret" /opt/trading-api/bin/trading-api token --account OWN)
api() { curl --silent --fail --header "Authorization: Bearer $token" --header "Content-Type: application/json" "$@"; echo; }
api --data '{"symbol": "AAPL", "type": 2, "side": 1, "qty": 1}' "$url/api/v1/broker/orders?account_id=OWN"

inside sh -c "kill -9 $main"
sleep 1
ready
echo "after kill -9: $(show)"
api "$url/api/v1/broker/positions?account_id=OWN"
inside systemctl stop trading-api
echo "stopped: $(show)"
inside runuser -u trading-api -- env DATABASE_URL=sqlite:////var/lib/trading-api/trading.db \
  /opt/trading-api/bin/trading-api verify-ledger

sed -i 's/^AUTH_SECRET=.*/AUTH_SECRET=short/' "$environment"
inside systemctl start trading-api
for _ in $(seq 60); do [ "$(inside systemctl is-active trading-api)" = failed ] && break; sleep 0.5; done
echo "with a setting that is not valid: $(show)"
inside systemctl poweroff
wait $nspawn
