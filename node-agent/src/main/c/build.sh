#!/bin/sh
# Compiles the shim into DIRECTORY/gantry-shim, and does nothing when that is newer than all sources.
# With musl it is 100 KiB and starts faster; without musl-tools the system's C library serves as well.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?directory}
mkdir -p "$out"
shim=$out/gantry-shim
if [ -x "$shim" ] && [ -z "$(find "$here" -type f -newer "$shim" | head -n 1)" ]; then exit 0; fi
set -- cc -static-pie
if command -v musl-gcc >/dev/null 2>&1; then
    # Its specs know no -static-pie: they would quietly link to musl's loader, which hosts do not have.
    at=$(musl-gcc -### -x none none.o 2>&1 | sed -n 's:.*[ "]\([^ "]*\)/Scrt1\.o.*:\1:p')
    set -- musl-gcc -static -nostartfiles -Wl,-pie,--no-dynamic-linker,-z,text "$at/rcrt1.o" "$at/crti.o" "$at/crtn.o"
fi
"$@" -std=c11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -Wvla -Wshadow -fPIE \
    -fstack-protector-strong -D_FORTIFY_SOURCE=2 -ffunction-sections -fdata-sections \
    -Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack -s "$here"/*.c -o "$shim.new"
if readelf -l "$shim.new" | grep -q INTERP; then
    echo "the shim is not static: it would need this machine's C library where it runs" >&2
    exit 1
fi
mv "$shim.new" "$shim"
