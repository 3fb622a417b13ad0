#!/bin/sh
# Installs what the runtime suite runs on: Node majors, Bun, workerd, Hermes, metro and others from npm at
# exact versions, and the browsers from Debian. Needs Node 20 and npm; the browsers need root.
#   install.sh              everything
#   install.sh NAME...      only what these rows need, for example: install.sh node-22 firefox;
#                           `ways`, `types` and `transforms` are what the rows of tests/packaging need beside node-24,
#                           bun and workerd; `platforms` and `next` what those of tests/platforms/frameworks
#                           need beside node-24 and chromium (192 MB in 55 s, and 341 MB in 15 s), and `react`
set -eu

tools="${HOLDFAST_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/holdfast-runtimes}"
wanted="${*:-deno bun node-20 node-22 node-24 node-26 workerd durable-object chromium firefox webkitgtk hermes metro react-native ways types transforms networks terminal platforms next react resume}"
arch="$(node -p process.arch)"
# Also what Hermes and React Native are compared with.
node_24="node-linux-$arch@24.21.0"

# install_npm FOLDER SPEC...: one folder for each Node, as npm keeps one version of a package.
install_npm() {
  folder="$tools/$1"
  shift
  if [ "$(cat "$folder/.installed" 2>/dev/null)" = "$*" ]; then return; fi
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-save --prefer-offline --no-audit --no-fund --loglevel=error "$@"
  echo "$*" >"$folder/.installed"
}

# unpack_npm FOLDER SPEC PATH...: parts of a package, and nothing that it depends on.
unpack_npm() {
  folder="$tools/$1"
  spec="$2"
  shift 2
  if [ "$(cat "$folder/.installed" 2>/dev/null)" = "$spec $*" ]; then return; fi
  mkdir -p "$folder"
  tarball="$(cd "$folder" && npm pack --silent "$spec")"
  tar xzf "$folder/$tarball" -C "$folder" --strip-components=1 "$@"
  rm "$folder/$tarball"
  echo "$spec $*" >"$folder/.installed"
}

# What bundles an app of React Native or Expo, and React Native's own JavaScript. The old one is for its
# URL, which adds a slash.
install_metro() {
  install_npm metro metro@0.84.6 @react-native/metro-babel-transformer@0.86.3 \
    @react-native/babel-preset@0.86.3 babel-preset-expo@58.0.26 @babel/core@7.29.13 \
    @babel/runtime@7.29.15 abort-controller@3.0.0 base64-js@1.5.1 invariant@2.2.4
  for version in 0.86.3 0.81.5; do
    unpack_npm "metro/react-native-${version%.*}" "react-native@$version" \
      package/package.json package/Libraries package/src
  done
}

# install_apt COMMAND PACKAGE...: asks apt only when the command is missing.
install_apt() {
  command="$1"
  shift
  if command -v "$command" >/dev/null; then return; fi
  if [ "$(id -u)" != 0 ]; then
    echo "MISSING $command: run as root: apt-get install $*"
    missing=1
    return
  fi
  if [ -z "${updated:-}" ]; then
    apt-get -qq update
    updated=1
  fi
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
}

# The fault server and the bundle are needed by every row.
install_npm base ws@8.23.0 esbuild@0.28.2

for name in $wanted; do
  case "$name" in
    deno) ;; # the one that runs this
    bun) install_npm bun bun@1.4.5 ;;
    node-20) install_npm node-20 "node-linux-$arch@20.20.2" ;;
    node-22) install_npm node-22 "node-linux-$arch@22.23.3" ;;
    node-24) install_npm node-24 "$node_24" ;;
    node-26) install_npm node-26 "node-linux-$arch@26.10.0" ;;
    workerd | durable-object) install_npm workerd miniflare@4.20260730.0 ;;
    ways)
      install_npm ways typescript@5.9.3 rolldown@1.3.2 publint@0.3.25 \
        @arethetypeswrong/cli@0.18.5 parcel@2.16.4
      ;;
    types) # compilers, the types of platforms, and libraries that the client's types must fit
      install_npm types typescript-4.7@npm:typescript@4.7.4 typescript-5.2@npm:typescript@5.2.2 \
        typescript-7.0@npm:typescript@7.0.2 @types/node@24.19.4 @types/bun@1.4.5 \
        @cloudflare/workers-types@5.20261117.1 @types/ws@8.18.2 ws@8.23.0 undici@7.30.2 \
        rxjs@7.8.2 graphql-ws@6.4.2 graphql@16.15.0 mock-socket@9.3.1
      ;;
    transforms) # what compiles packages: bundlers' presets and test runners
      install_npm transforms typescript@5.9.3 @swc/core@1.16.22 jest@30.5.2 ts-jest@29.4.15 \
        @babel/core@7.29.7 @babel/preset-env@7.29.14 @babel/preset-typescript@7.29.7 \
        @babel/runtime@7.29.7 @react-native/babel-preset@0.88.1 babel-preset-expo@58.0.26
      ;;
    hermes)
      install_npm node-24 "$node_24"
      install_npm hermes hermes-engine-cli@0.12.0 hermes-compiler@260318099.0.8
      install_metro
      ;;
    metro)
      install_metro
      install_apt chromium chromium
      ;;
    react-native)
      install_npm node-24 "$node_24"
      install_metro
      ;;
    platforms)
      install_npm platforms @angular/core@22.2.6 rxjs@7.8.2 zone.js@0.16.3 edge-runtime@4.0.1 \
        jest@30.5.2 jest-environment-jsdom@30.5.2 @babel/plugin-transform-modules-commonjs@7.29.14 \
        vitest@5.1.2 jsdom@31.0.1 happy-dom@21.0.4 ws@8.23.0 mock-socket@9.3.1 \
        jest-websocket-mock@2.5.0 vitest-websocket-mock@0.8.0 msw@3.0.5 sinon@22.1.0
      ;;
    next) install_npm next next@16.4.6 react@19.3.1 react-dom@19.3.1 ;;
    react) # the frameworks that docs/react.md and docs/frameworks.md have hooks and recipes for
      install_npm react-18 react@18.3.1 react-dom@18.3.1
      install_npm react react@19.3.1 react-dom@19.3.1 @types/react@19.3.3 preact@11.2.0 vue@3.5.45 \
        solid-js@1.9.20 svelte@5.57.3 @angular/core@22.2.6 @angular/common@22.2.6 \
        @angular/compiler@22.2.6 @angular/platform-browser@22.2.6 rxjs@7.8.2 mobx@7.1.3
      ;;
    chromium) install_apt chromium chromium ;;
    firefox) install_apt firefox-esr firefox-esr ;;
    webkitgtk)
      install_apt WebKitWebDriver webkit2gtk-driver
      install_apt Xvfb xvfb
      ;;
    terminal) install_apt tmux tmux ;;
    networks) # what tests/platforms/networks needs beside the runtimes
      install_apt ip iproute2
      install_apt nft nftables
      install_apt nginx nginx-light
      install_apt haproxy haproxy
      install_apt openssl openssl
      install_apt setpriv util-linux
      ;;
    resume) # the stores of sessions, their client libraries, and a client in another language
      install_apt redis-server redis-server
      if ! /usr/bin/python3 -c 'import websockets' 2>/dev/null; then
        install_apt python3-websockets python3-websockets
      fi
      install_npm resume ioredis@6.0.0 iovalkey@0.4.0 redis@6.3.1
      ;;
    *)
      echo "Unknown runtime: $name"
      exit 1
      ;;
  esac
done
exit "${missing:-0}"
