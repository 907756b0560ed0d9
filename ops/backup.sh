#!/bin/sh
# Writes a backup of the database to a file, or to its output: ops/backup.sh FILE|-
# DATABASE_OWNER_URL names the database and its owner, who sees every reseller's rows; inside the container of
# docker-compose.yml that is not needed. Back up the uploads afterwards: a file lies there before a row names it.
set -eu

file=${1:?is the file to write, for example cloudbroker.dump}
database=${DATABASE_OWNER_URL:-postgresql://postgres@/cloudbroker}
if [ "$file" = - ]; then
  exec pg_dump --format=custom --no-comments --dbname="$database"
fi
pg_dump --format=custom --no-comments --dbname="$database" --file="$file.unfinished"
mv "$file.unfinished" "$file"
