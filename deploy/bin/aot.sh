# Makes the start-up caches of the roles by running each once (called by deploy/build).
set -eu
gantry=$GANTRY_HOME/bin/gantry
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
train() { # ROLE ARGUMENT...
  local role=$1
  shift
  GANTRY_AOT_OUTPUT=$GANTRY_HOME/lib/$role.aot "$gantry" "$@" >"$work/out" 2>&1 || { cat "$work/out" >&2; return 1; }
  [ -s "$GANTRY_HOME/lib/$role.aot" ] || { cat "$work/out" >&2; echo "no cache for $role was written" >&2; return 1; }
}
train cli aot-training
train server server init-pki --data-dir "$work/data" --host localhost
train agent agent --help
