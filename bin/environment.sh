# Shared by the scripts beside it: makes .venv from the lock files, and installs what a fresh Debian machine lacks.
# Sourced with the project folder as the working directory.

UV=.tools/bin/uv
# A site may check certificates by an authority of its own; uv asks the system only when told to.
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then export UV_SYSTEM_CERTS=1; fi

say() { printf '\033[1m▸ %s\033[0m\n' "$*" >&2; }

die() { printf '✗ %s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "管理者権限が必要です / needs administrator rights: $*"
  fi
}

# Install those of the named Debian packages that are missing.
debian_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ "${#missing[@]}" = 0 ] && return 0
  say "Debianパッケージを入れます / installing Debian packages: ${missing[*]}"
  as_root apt-get update --quiet --quiet
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends "${missing[@]}" >/dev/null
}

# What PDFs are made with. Without the right to install, everything else still works, and a form says what it lacks.
prepare_forms() {
  if [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; then
    debian_packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-ipaexfont
  fi
}

find_python() {
  local candidate
  for candidate in python3.11 python3 python3.12 python3.13; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      PYTHON=$candidate
      return 0
    fi
  done
  die "Python 3.11以上を入れてください / please install Python 3.11 or newer"
}

prepare_tools() {
  find_python
  [ -x .tools/bin/python ] && .tools/bin/python -m pip --version >/dev/null 2>&1 || {
    "$PYTHON" -c 'import ensurepip' 2>/dev/null || debian_packages python3-venv
    rm -rf .tools
    "$PYTHON" -m venv .tools
  }
  if ! cmp --silent locks/tools.txt .tools/installed.txt; then
    say "uvを用意します / preparing uv"
    .tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement locks/tools.txt
    cp locks/tools.txt .tools/installed.txt
  fi
}

# prepare_python runtime|dev: make .venv hold exactly what the lock file names, and the project itself.
prepare_python() {
  prepare_tools
  if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then
    rm -rf .venv
    "$UV" venv --quiet --python "$PYTHON" .venv
  fi
  # The development set holds the runtime set: never take away what a developer has installed.
  if [ "$1" = runtime ] && cmp --silent locks/dev.txt .venv/installed.txt; then return 0; fi
  if ! cmp --silent "locks/$1.txt" .venv/installed.txt; then
    say "Pythonパッケージを入れます / installing Python packages (locks/$1.txt)"
    VIRTUAL_ENV=.venv "$UV" pip sync --quiet --require-hashes "locks/$1.txt"
    VIRTUAL_ENV=.venv "$UV" pip install --quiet --no-deps --no-build-isolation --editable .
    cp "locks/$1.txt" .venv/installed.txt
  fi
}

# Copy the locked front-end packages into web/static/vendor, with the machine's Node.js or the one from PyPI.
prepare_front_end() {
  local npm=()
  if ! command -v npm >/dev/null; then
    if ! cmp --silent locks/node.txt .tools/installed-node.txt; then
      say "Node.jsを用意します / preparing Node.js"
      .tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement locks/node.txt
      cp locks/node.txt .tools/installed-node.txt
    fi
    npm=(--npm .tools/bin/npm)
  fi
  .venv/bin/python -m web.vendor "${npm[@]}"
}
