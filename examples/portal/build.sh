#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# build/portal.html: the library compiled to WebAssembly, the page and its charts, in one file. Everything in between
# lies in build/portal/; run again, it redoes only what changed. Needs emscripten, nodejs, npm and cmake.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source=examples/portal
out=build/portal
mkdir -p "$out/include"

for tool in em++ node npm cmake; do
    command -v "$tool" >/dev/null || {
        echo "$source/build.sh: $tool is missing; ./bootstrap.sh page installs it" >&2
        exit 1
    }
done

digest() { find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum; }
is_fresh() { [ -e "$1" ] && [ "$(cat "$1.made-of" 2>/dev/null)" = "$2" ]; }

# JavaScript packages, versions pinned by the lock file.
packages=$(digest "$source/package.json" "$source/package-lock.json")
if ! is_fresh "$out/node_modules" "$packages"; then
    rm -rf "$out/node_modules"
    cp "$source/package.json" "$source/package-lock.json" "$out/"
    (cd "$out" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error)
    echo "$packages" >"$out/node_modules.made-of"
fi

# The library. Its dependencies are reached through links: /usr/include itself holds the headers of another C library.
for folder in boost nlohmann protozero tao eigen3/Eigen; do
    ln -sfn "/usr/include/$folder" "$out/include/$(basename "$folder")"
done
cmake -D DATA_DIR=data -D HEADER="$out/include/qutibench/io/catalogue_data.hpp" -P .cmake/embed_catalogue.cmake
library=$(
    em++ --version
    digest include/qutibench "$out/include/qutibench" "$source/core" "$source/build.sh"
)
if ! is_fresh "$out/library.wasm" "$library"; then
    export NODE_PATH="$PWD/$out/node_modules" # emscripten's own acorn is older than this Node
    flags=(-O2 -fwasm-exceptions)
    em++ -std=c++20 "${flags[@]}" -Iinclude -I"$out/include" -c "$source/core/bindings.cpp" -o "$out/library.o"
    em++ "${flags[@]}" --bind "$out/library.o" -o "$out/library.mjs" -s MODULARIZE=1 -s EXPORT_ES6=1 \
        -s USE_ES6_IMPORT_META=0 -s ENVIRONMENT=web -s FILESYSTEM=0 -s ALLOW_MEMORY_GROWTH=1
    echo "$library" >"$out/library.wasm.made-of"
fi

# The page.
node "$source/bundle.mjs" "$out" build/portal.html
