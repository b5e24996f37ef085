#!/bin/sh
# The steps of the container image, so that they can be tried where no container engine runs.
#
#   image.sh packages VENV REQUIREMENTS   install the locked packages into a new environment
#   image.sh lay SOURCE TARGET            copy what the image carries, and nothing else
#   image.sh answer TARGET PYTHON HOME PORT  start it there, as somebody who may write to HOME alone, until it answers
set -eu

packages() {
  python -m venv "$1"
  "$1/bin/pip" install --no-cache-dir --disable-pip-version-check --require-hashes -r "$2"
}

lay() {
  mkdir -p "$2"
  for part in app churn data .streamlit; do
    cp -R "$1/$part" "$2/$part"
  done
  find "$2" -name __pycache__ -type d -prune -exec rm -rf {} +
  rm -rf "$2"/data/book.db* "$2/data/jobs" "$2/data/spool" "$2/.streamlit/secrets.toml"
  chmod -R a-w,a+rX "$2"
}

answer() {
  cd "$1"
  export PYTHONDONTWRITEBYTECODE=1 CHURN_HOME="$3" HOME="$3" TMPDIR="$3" CI=true
  unset CHURN_BOOK
  "$2" -m app --host 127.0.0.1 --port "$4" &
  server=$!
  trap 'kill $server 2>/dev/null || true' EXIT
  for _ in $(seq 120); do
    if "$2" -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$4/health', timeout=4)" 2>/dev/null; then
      echo "answers as user $(id -u)"
      return 0
    fi
    kill -0 $server
    sleep 0.5
  done
  echo "did not answer within a minute" >&2
  return 1
}

"$@"
