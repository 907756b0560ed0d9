#!/bin/sh
# What PostgreSQL's image runs in an empty database, as its superuser: the application's two roles with their passwords,
# and what must be in the database before the first migration.
set -eu

sql=${CLOUDBROKER_SQL:-/cloudbroker/sql}
export secrets="${CLOUDBROKER_SECRETS:-/run/secrets}"

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --file "$sql/roles.sql" --file "$sql/database.sql" --file - <<'END'
\set owner `cat "$secrets/database_owner_password"`
\set app `cat "$secrets/database_password"`
ALTER ROLE cloudbroker_owner PASSWORD :'owner';
ALTER ROLE cloudbroker_app PASSWORD :'app';
END
