# Makes the start-up caches of the roles by running each once (called by deploy/build): as root, where an etcd is
# installed, a whole cluster in network and mount namespaces of its own, so that its daemons load all they need at a start
# from their caches; else what runs without.
set -eu
gantry=$GANTRY_HOME/bin/gantry
if [ "${1:-}" = whole ]; then
  work=$3
else
  work=$(mktemp -d)
  trap 'rm -rf --one-file-system "$work"' EXIT
fi
export GANTRY_DATA_DIR=$work/data GANTRY_CONFIG=$work/data/admin.yaml
unset GANTRY_UP_FLAGS

small() {
  GANTRY_AOT_DIR=$work "$gantry" server init-pki --data-dir "$work/pki" --host localhost
  GANTRY_AOT_DIR=$work "$gantry" agent --help
}

# A pod with what most have: a probe, a volume, a Service beside it.
manifest() {
  cat <<YAML
apiVersion: v1
kind: ConfigMap
metadata: {name: page}
data: {index.html: hello}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: web
        image: training.gantry.dev/web:1
        readinessProbe: {httpGet: {path: /, port: 80}}
        livenessProbe: {exec: {command: ["true"]}}
        volumeMounts: [{name: page, mountPath: /var/www}]
      volumes: [{name: page, configMap: {name: page}}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
YAML
}

# Ends the daemons, which write their caches then: the supervisor would not wait for that.
finish() {
  local role pid
  read -r pid _ <"$work/data/run/supervisor.pid"
  kill -KILL "$pid"
  local pids=()
  for role in agent server; do
    read -r pid _ <"$work/data/run/$role.pid"
    kill -TERM "$pid"
    pids+=("$pid")
  done
  for pid in "${pids[@]}"; do
    for _ in $(seq 1800); do
      [ -d "/proc/$pid" ] || break
      sleep 0.1
    done
  done
}

whole() {
  ip link set lo up
  trap '"$gantry" down --purge >/dev/null 2>&1 || true' EXIT
  GANTRY_AOT_DIR=$work "$gantry" up --detach --port-base 28420 --node-name training
  "$1" "$work/web.tar" training.gantry.dev/web:1
  "$gantry" load -i "$work/web.tar"
  manifest | "$gantry" apply -f -
  "$gantry" rollout status deployment/web --timeout 60s
  "$gantry" exec deployment/web -- true
  "$gantry" logs deployment/web
  "$gantry" delete deployment/web service/web
  finish
  "$gantry" down --purge
  trap - EXIT
}

if [ "${1:-}" = whole ]; then
  whole "$2"
  exit
fi

# $1: the script that makes a small image, where a whole cluster may be run.
GANTRY_AOT_DIR=$work "$gantry" aot-training >"$work/out" 2>&1 || { cat "$work/out" >&2; exit 1; }
if [ "$(id -u)" = 0 ] && [ -n "${1:-}" ] && command -v etcd >/dev/null && [ -x /bin/busybox ]; then
  if ! unshare -m -n --propagation private bash "$0" whole "$1" "$work" >"$work/out" 2>&1; then
    tail -n 20 "$work/out" >&2
    echo "no cluster could be trained with: its daemons will start slower" >&2
    small >"$work/out" 2>&1 || { cat "$work/out" >&2; exit 1; }
  fi
else
  small >"$work/out" 2>&1 || { cat "$work/out" >&2; exit 1; }
fi
for role in cli server agent; do
  [ -s "$work/$role.aot" ] || { cat "$work/out" >&2; echo "no cache for $role was written" >&2; exit 1; }
  mv "$work/$role.aot" "$GANTRY_HOME/lib/$role.aot"
done
