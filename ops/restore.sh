#!/bin/sh
# Fills an empty, prepared database from a backup: ops/restore.sh FILE|-
# It is one transaction, all of it or nothing, and refuses a database that holds tables. DATABASE_OWNER_URL as in backup.sh.
set -eu

file=${1:?is the backup to read}
database=${DATABASE_OWNER_URL:-postgresql://postgres@/cloudbroker}
tables=$(psql --no-psqlrc --tuples-only --no-align --dbname="$database" \
  --command="SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
if [ "$tables" != 0 ]; then
  echo "This database holds $tables tables. Restore into an empty one." >&2
  exit 1
fi
[ "$file" = - ] || exec <"$file"
exec pg_restore --single-transaction --exit-on-error --dbname="$database"
