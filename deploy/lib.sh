# Shared by the scripts of this folder (sourced by bash). Defines ROOT, and functions; changes nothing by itself.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }

need_root() { [ "$(id -u)" = 0 ] || fail "$1 needs root: run it with sudo"; }

# packages NAME...: installs Debian packages that are missing.
packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  need_root "installing ${missing[*]}"
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # A postinst would start a service of the distribution: ours run by themselves.
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e $policy ]; then printf '#!/bin/sh\nexit 101\n' >$policy; chmod 755 $policy; made=1; fi
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 \
    || { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; } \
    || { [ -n "$made" ] && rm -f $policy; fail "apt-get could not install ${missing[*]}"; }
  [ -n "$made" ] && rm -f $policy
  return 0
}

# The major version of the JDK in folder $1, or nothing.
jdk_version() { [ -x "$1/bin/javac" ] && sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null; }

# find_jdk: sets and exports JAVA_HOME to a JDK 25, looking in the usual places.
find_jdk() {
  local candidate
  for candidate in "${JAVA_HOME:-}" "${JDK_25:-}" /usr/lib/jvm/* /usr/local/lib/jvm/* /opt/*jdk* /opt/java/* \
      "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* "$HOME"/.jdks/*; do
    if [ -n "$candidate" ] && [ "$(jdk_version "$candidate")" = 25 ]; then
      JAVA_HOME=$candidate
      export JAVA_HOME
      return 0
    fi
  done
  fail "no JDK 25 found. Install one (for example Eclipse Temurin 25) below /usr/lib/jvm, or point JAVA_HOME at it"
}

# maven ARGUMENT...: runs Maven on the JDK 25, without the warnings that Maven's own old libraries cause on it.
maven() {
  MAVEN_OPTS="${MAVEN_OPTS:-} -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" \
    mvn -f "$ROOT/pom.xml" --batch-mode "$@"
}

BUILD_PACKAGES="maven gcc libc6-dev make musl-tools"
RUN_PACKAGES="etcd-server libnftables1 nftables curl"
VM_PACKAGES="qemu-system-x86 busybox-static cpio e2fsprogs nftables libnftables1"
