# All that a fresh Debian 12 needs to build Fingerpost; adapter/run.sh, tests/run.sh and .ci/run
# source this file. Everything stays inside build/, but for the Debian packages.

debian_packages=(
  g++ cmake ninja-build ccache pkg-config
  libboost1.81-dev libboost-url1.81-dev libssl-dev libcurl4-openssl-dev libsqlite3-dev
  libre2-dev libexpat1-dev zlib1g-dev libzstd-dev rapidjson-dev libcli11-dev libtomlplusplus-dev catch2
  ca-certificates curl
)

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "installing Debian packages needs root or sudo"
  fi
}

# install_debian PACKAGE…: those not there yet.
install_debian() {
  local package missing=()
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  say "Installing ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The FHIR packages of fhir-profiles/package.json, unpacked to build/packages/node_modules. The lock
# file beside it holds their hashes, and npm refuses any other content.
install_fhir() {
  local into=build/packages
  cmp -s fhir-profiles/package-lock.json $into/installed && return
  command -v npm >/dev/null || install_debian npm
  say "Fetching the FHIR definitions"
  mkdir -p $into
  cp fhir-profiles/package.json fhir-profiles/package-lock.json $into/
  (cd $into && npm ci --include=dev --ignore-scripts --no-audit --no-fund --loglevel=error)
  cp fhir-profiles/package-lock.json $into/installed
}

set_up() {
  install_debian "${debian_packages[@]}" "$@"
  install_fhir
}

# build PRESET [TARGET…]: configured once, everything built when no target is named.
build() {
  local preset=$1
  shift
  say "Building: $preset"
  cmake --preset "$preset" >/dev/null
  cmake --build "build/$preset" ${1:+--target "$@"} -- --quiet
}
