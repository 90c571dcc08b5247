#!/usr/bin/env bash
# Run tests on newer Pythons, each with a virtual environment of its own: VERSION... -- TEST...
set -euo pipefail
cd "$(dirname "$0")/.."

find_python() {
  local candidate
  for candidate in "$(command -v "python$1" || true)" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
    # A shim of pyenv exists for each version, and fails for those that are not chosen.
    if "$candidate" -c '' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
}

versions=()
while [[ $# -gt 0 && $1 != -- ]]; do
  versions+=("$1")
  shift
done
shift
for version in "${versions[@]}"; do
  python=$(find_python "$version")
  if [[ -z $python ]]; then
    echo "Python $version is not installed; its tests are skipped." >&2
    continue
  fi
  folder=.venv-$version
  "$UV" venv --quiet --allow-existing --python "$python" "$folder"
  "$UV" pip sync --quiet --python "$folder" --require-hashes requirements/dev.txt
  "$UV" pip install --quiet --python "$folder" --no-deps --no-build-isolation --editable . --editable clients/python
  "$UV" pip install --quiet --python "$folder" --no-deps --require-hashes --target "$folder/recordings" \
    -r requirements/recordings.txt
  "$folder/bin/python" --version
  "$folder/bin/pytest" -p no:cacheprovider -n auto --maxprocesses 4 --dist loadfile "$@"
done
