# gantry up and gantry down: an etcd, the control plane and an agent as processes of this host (run by bash).
set -u
gantry=$GANTRY_HOME/bin/gantry
default_data=/var/lib/gantry

usage() {
  cat <<TEXT
Usage: gantry up [--detach] [--data-dir DIR] [--port-base N] [--node-name NAME] [--host NAME]...
                 [--pod-cidr CIDR] [--service-cidr CIDR] [--log-level LEVEL]
       gantry down [--data-dir DIR] [--purge]

up starts a single-host cluster: an etcd of its own, the control plane and a node agent, each a process that is
started again should it end. In the foreground it runs until Ctrl-C; pods go on running until "gantry down".

  --detach            return as soon as the cluster is ready
  --data-dir DIR      where everything is kept (default $default_data)
  --port-base N       API on port N, metrics on N+1 and N+2, etcd on N+3 and N+4 (default 7420)
  --node-name NAME    this node's name (default: the host's name)
  --host NAME         a further name or address under which clients reach the API
  --pod-cidr CIDR     addresses of pods (default 10.200.0.0/16)
  --service-cidr CIDR addresses of services (default 10.201.0.0/16)
  --log-level LEVEL   error, warn, info, debug or trace (default info)

down stops all pods and processes. With --purge it also deletes the data folder.

The environment can hold defaults: GANTRY_DATA_DIR for --data-dir, GANTRY_UP_FLAGS for flags of "gantry up".

Examples:
  gantry up --detach
  gantry down --purge
TEXT
}

say() { printf '%s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

command=$1
shift
# Flags that hold unless the command line says otherwise.
# shellcheck disable=SC2086
case "$command ${1:-}" in
  "up --supervise") ;;
  up\ *) set -- ${GANTRY_UP_FLAGS:-} "$@" ;;
esac
data=${GANTRY_DATA_DIR:-$default_data} detach= purge= base=7420 node=$(hostname) level=info supervise= child=
hosts=localhost,127.0.0.1,$node
ranges=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}"; continue ;;
    --detach) detach=1 ;;
    --purge) purge=1 ;;
    --supervise) supervise=1 ;;
    --data-dir | --port-base | --node-name | --host | --pod-cidr | --service-cidr | --log-level)
      [ $# -ge 2 ] || fail "$1 needs a value"
      case $1 in
        --data-dir) data=$2 ;;
        --port-base) base=$2 ;;
        --node-name) node=$2 hosts=$hosts,$2 ;;
        --host) hosts=$hosts,$2 ;;
        --log-level) level=$2 ;;
        *) ranges+=("$1=$2") ;;
      esac
      shift ;;
    *) fail "unknown argument $1 (see gantry $command --help)" ;;
  esac
  shift
done
[ "$(id -u)" = 0 ] || fail "gantry $command needs root: it makes namespaces, mounts and network links. Run it with sudo"
case $base in *[!0-9]* | "") fail "--port-base must be a number, not '$base'" ;; esac
case $data in /*) ;; *) data=$PWD/$data ;; esac
run=$data/run logs=$data/logs pki=$data/pki
api=$base server_metrics=$((base + 1)) agent_metrics=$((base + 2)) etcd_client=$((base + 3)) etcd_peer=$((base + 4))

# alive FILE: whether the process runs that the pid file names (pid and start time, so that a pid used again is not it).
start_time() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
alive() {
  local pid started
  [ -r "$1" ] && read -r pid started <"$1" || return 1
  [ -n "$pid" ] && [ "$(start_time "$pid")" = "$started" ]
}
record() { printf '%s %s\n' "$2" "$(start_time "$2")" >"$1.new" && mv "$1.new" "$1"; }

# healthy PORT PATH: whether the HTTP endpoint on this host answers 200.
healthy() {
  local status
  { exec 9<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  { printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&9 && read -r -t 5 _ status _ <&9; } 2>/dev/null
  exec 9<&- 9>&-
  [ "${status:-}" = 200 ]
}

# listener PORT: the inode of a socket that listens on the port, whatever its address; nothing when there is none.
# Read from the kernel's table (proc(5)): to connect would wait for a listener that accepts nothing.
listener() {
  local hex
  printf -v hex '%04X' "$1"
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | sed -n "s/^ *[0-9]*: [0-9A-F]*:$hex [0-9A-F:]* 0A \\([^ ]* *\\)\\{5\\}\\([0-9]*\\) .*/\\2/p" | head -n 1
}

# holder INODE: " by PROGRAM (process ID)" of the process that has the socket, as far as this user may know.
holder() {
  local file pid
  file=$(find /proc/[0-9]*/fd -lname "socket:\[$1\]" -print -quit 2>/dev/null)
  [ -n "$file" ] || return 0
  pid=${file#/proc/} pid=${pid%%/*}
  printf ' by %s (process %s)' "$(cat "/proc/$pid/comm" 2>/dev/null)" "$pid"
}

check_ports() {
  local port use inode
  while read -r port use; do
    inode=$(listener "$port")
    [ -z "$inode" ] || fail "port $port, for $use, is in use on this host$(holder "$inode")." \
      "Stop that process, or choose other ports: gantry up --port-base N takes N to N+4"
  done <<PORTS
$api the API
$server_metrics metrics of the control plane
$agent_metrics metrics of the agent
$etcd_client etcd
$etcd_peer peers of etcd
PORTS
}

role_command() { # sets argv for a role
  case $1 in
    etcd)
      argv=(etcd --name gantry --data-dir "$data/etcd" --logger zap --snapshot-count 10000 --quota-backend-bytes 8589934592
        --listen-client-urls "https://127.0.0.1:$etcd_client" --advertise-client-urls "https://127.0.0.1:$etcd_client"
        --listen-peer-urls "https://127.0.0.1:$etcd_peer" --initial-advertise-peer-urls "https://127.0.0.1:$etcd_peer"
        --initial-cluster "gantry=https://127.0.0.1:$etcd_peer"
        --client-cert-auth --trusted-ca-file "$pki/etcd-ca.crt" --cert-file "$pki/etcd-server.crt" --key-file "$pki/etcd-server.key"
        --peer-client-cert-auth --peer-trusted-ca-file "$pki/etcd-ca.crt" --peer-cert-file "$pki/etcd-server.crt"
        --peer-key-file "$pki/etcd-server.key") ;;
    server)
      argv=("$gantry" server --data-dir "$data" --listen "0.0.0.0:$api" --advertise "127.0.0.1:$api"
        --etcd "https://127.0.0.1:$etcd_client" --metrics-listen "127.0.0.1:$server_metrics" --log-level "$level" "${ranges[@]}") ;;
    agent)
      argv=("$gantry" agent --data-dir "$data/agent" --server "127.0.0.1:$api" --join "@$run/agent-token" --node-name "$node"
        --metrics-listen "127.0.0.1:$agent_metrics" --log-level "$level") ;;
  esac
}

start() { # ROLE
  local role=$1
  role_command "$role"
  # What a role wrote before is kept once: the last start is what people look for.
  [ -s "$logs/$role.log" ] && [ "$(stat -c %s "$logs/$role.log")" -gt 52428800 ] && mv "$logs/$role.log" "$logs/$role.log.1"
  "${argv[@]}" >>"$logs/$role.log" 2>&1 9>&- 8>&- 7>&- &
  pids[$role]=$!
  worked[$role]=
  started_at[$role]=$SECONDS
  record "$run/$role.pid" "${pids[$role]}"
}

last_words() { tail -n 5 "$logs/$1.log" 2>/dev/null | cut -c1-400 | sed 's/^/    /'; }

# Stops a role by SIGTERM, after 20 s by SIGKILL.
stop() {
  local pid=${pids[$1]:-} i
  [ -n "$pid" ] || return 0
  kill -TERM "$pid" 2>/dev/null
  for ((i = 0; i < 200; i++)); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  kill -KILL "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
  rm -f "$run/$1.pid"
}

# works ROLE: whether a role got as far as doing its job. etcd that lives for two seconds has its ports and its data.
works() {
  case $1 in
    etcd) [ $((SECONDS - started_at[etcd])) -ge 2 ] ;;
    server) healthy "$server_metrics" /readyz ;;
    agent) healthy "$agent_metrics" /readyz ;;
  esac
}

supervisor() {
  declare -A pids started_at delay worked
  exec 7<> <(:)
  ending=
  trap 'ending=1' TERM INT HUP
  exec 8>"$run/lock"
  flock -n 8 || fail "a cluster runs already from $data (gantry down --data-dir $data stops it)"
  # A role that outlived a killed supervisor is taken down first: two of one kind must not share the data.
  local role old
  for role in agent server etcd; do
    if alive "$run/$role.pid"; then
      read -r old _ <"$run/$role.pid"
      kill -TERM "$old"
      while alive "$run/$role.pid"; do sleep 0.05; done
    fi
  done
  record "$run/supervisor.pid" $$
  for role in etcd server agent; do delay[$role]=0; done
  start etcd
  start server
  local agent_started=
  while [ -z "$ending" ]; do
    if [ -z "$agent_started" ] && [ -s "$run/agent-token" ] && healthy "$server_metrics" /readyz; then
      start agent
      agent_started=1
    fi
    for role in "${!pids[@]}"; do
      if ! kill -0 "${pids[$role]}" 2>/dev/null; then
        wait "${pids[$role]}"
        code=$?
        # At once when it had worked, else slower each time, up to 10 s.
        if [ -n "${worked[$role]}" ]; then delay[$role]=0; fi
        if [ "$SECONDS" -ge $((started_at[$role] + delay[$role])) ]; then
          say "$(date -u +%FT%TZ) $role ended with $code, starting it again" >>"$logs/supervisor.log"
          [ -n "${worked[$role]}" ] || echo "$role" >>"$run/failures"
          delay[$role]=$((delay[$role] == 0 ? 1 : delay[$role] * 2 > 10 ? 10 : delay[$role] * 2))
          start "$role"
        fi
      elif [ -z "${worked[$role]}" ] && works "$role"; then
        worked[$role]=1
        rm -f "$run/failures"
      fi
    done
    # A pause without a process of its own: nothing is ever written to this pipe.
    read -r -t 0.2 -u 7 _
  done
  stop agent
  stop server
  stop etcd
  rm -f "$run/supervisor.pid"
}

prepare() {
  command -v etcd >/dev/null || fail "etcd is not installed. Install it: apt-get install etcd-server"
  mkdir -p "$data" "$run" "$logs" && chmod 700 "$data" "$run" "$logs" || fail "cannot use $data"
  alive "$run/supervisor.pid" && return 1
  alive "$run/etcd.pid" || check_ports
  GANTRY_AOT_DIR='' "$gantry" server init-pki --data-dir "$data" --host "$hosts" --listen "0.0.0.0:$api" --advertise "127.0.0.1:$api" >"$logs/init-pki.log" 2>&1 \
    || { cat "$logs/init-pki.log" >&2; fail "making the cluster's certificates failed"; }
  return 0
}

# hopeless: whether a role that never worked ended because a port was taken meanwhile, or ended again and again; sets what.
hopeless() {
  [ -s "$run/failures" ] || return 1
  what=$(tail -n 1 "$run/failures")
  tail -n 5 "$logs/$what.log" | grep -qi 'address already in use' || [ "$(grep -cx "$what" "$run/failures")" -ge 3 ]
}

# Stops the daemons, when this command started them, since they did not get ready.
give_up() { # ROLE MESSAGE
  say "the last lines of $logs/$1.log:" >&2
  last_words "$1" >&2
  if [ -n "$child" ]; then
    kill -TERM "$child" 2>/dev/null
    wait "$child"
  fi
  fail "$2"
}

wait_ready() { # until the node is ready, or fail with what is missing
  local i what=
  for ((i = 0; i < 1200; i++)); do
    alive "$run/supervisor.pid" || [ $i -lt 20 ] || { last_words supervisor >&2; fail "the supervisor ended (logs in $logs)"; }
    [ -z "$child" ] || ! hopeless || give_up "$what" "the $what cannot start"
    if ! healthy "$server_metrics" /readyz; then what=server
    elif ! healthy "$agent_metrics" /readyz; then what=agent
    else return 0; fi
    sleep 0.05
  done
  give_up "$what" "the $what did not get ready within 60 s"
}

greeting() {
  say "Gantry is ready ($1 s): node $node, API on port $api, data in $data"
  [ "$data" = "$default_data" ] || say "  export GANTRY_CONFIG=$data/admin.yaml"
  say "  gantry get nodes"
  say "  gantry apply -f app.yaml"
}

up() {
  local began=$EPOCHREALTIME
  if ! prepare; then
    say "Gantry runs already (data in $data)"
    wait_ready
    return 0
  fi
  : >>"$logs/supervisor.log"
  rm -f "$run/failures"
  setsid bash "$GANTRY_HOME/lib/up.sh" up --supervise --data-dir "$data" --port-base "$base" --node-name "$node" \
    --log-level "$level" "${ranges[@]}" >>"$logs/supervisor.log" 2>&1 </dev/null &
  child=$!
  if [ -z "$detach" ]; then trap 'kill -TERM $child 2>/dev/null; interrupted=1' INT TERM; fi
  wait_ready
  greeting "$(awk "BEGIN{printf \"%.1f\", $EPOCHREALTIME - $began}")"
  [ -n "$detach" ] && return 0
  say "Ctrl-C stops the daemons; pods go on until: gantry down${data:+ --data-dir $data}"
  while kill -0 $child 2>/dev/null; do wait $child; done
}

# Ends the supervisor, which ends the daemons first: the agent before those it talks to.
kill_supervisor() {
  local pid i
  alive "$run/supervisor.pid" || return 0
  read -r pid _ <"$run/supervisor.pid"
  kill -TERM "$pid"
  for ((i = 0; i < 700; i++)); do alive "$run/supervisor.pid" || break; sleep 0.1; done
}

down() {
  [ -d "$data" ] || { say "nothing runs from $data"; return 0; }
  kill_supervisor
  local pid role
  for role in agent server etcd; do
    if alive "$run/$role.pid"; then read -r pid _ <"$run/$role.pid"; kill -KILL "$pid"; fi
  done
  if [ -d "$data/agent" ]; then
    "$gantry" agent stop-pods --data-dir "$data/agent" || fail "some pods could not be stopped (see above); run gantry down again"
  fi
  rm -rf "$run"
  if [ -n "$purge" ]; then rm -rf --one-file-system "$data" || fail "could not delete $data"; fi
  say "Gantry is down${purge:+, $data is deleted}"
}

if [ -n "$supervise" ]; then supervisor; else "$command"; fi
