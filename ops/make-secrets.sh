#!/bin/sh
# Makes the secrets that docker-compose.yml hands out; one that is there already is kept.
# The folder is closed to others; the files are not, because the containers' users read them.
set -eu

folder=${1:-secrets}
mkdir -p "$folder"
chmod 0700 "$folder"
for name in secret_key postgres_password database_owner_password database_password grafana_password; do
  [ -s "$folder/$name" ] || head -c 48 /dev/urandom | base64 | tr -d '\n+/=' >"$folder/$name"
  chmod 0444 "$folder/$name"
done
