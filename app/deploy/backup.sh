#!/bin/sh
# Back up a home while it is in use: backup.sh HOME FOLDER. Restore: unpack it into an empty folder, which is the home.
#
# Versions never change once they are there, so copying them is safe at any time. The score book is copied by SQLite's
# own backup, which sees one moment. On PostgreSQL (CHURN_BOOK) use pg_dump for the book beside this.
set -eu
home=$1
folder=$2
name="holdfast-$(date -u +%Y%m%dT%H%M%SZ)"
mkdir -p "$folder"
work=$(mktemp -d "$folder/.unfinished-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name/data"
cp -R "$home/models" "$work/$name/models"
find "$work/$name/models" -name '.unfinished-*' -prune -exec rm -rf {} +
for part in profiles spool; do
  if [ -d "$home/data/$part" ]; then cp -R "$home/data/$part" "$work/$name/data/$part"; fi
done
if [ -f "$home/data/book.db" ]; then
  "${PYTHON:-python3}" - "$home/data/book.db" "$work/$name/data/book.db" <<'PY'
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as book, sqlite3.connect(sys.argv[2]) as copy:
    book.backup(copy)
PY
fi
tar -C "$work" -czf "$work/$name.tar.gz" "$name"
mv "$work/$name.tar.gz" "$folder/$name.tar.gz"
echo "$folder/$name.tar.gz"
