-- The database of the application's tables; as a superuser, in that database, as often as you like.
DO $$
BEGIN
  EXECUTE format('ALTER DATABASE %I OWNER TO cloudbroker_owner', current_database());
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO cloudbroker_app', current_database());
END
$$;
ALTER SCHEMA public OWNER TO cloudbroker_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO cloudbroker_app;

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;
-- Row-level security lets an index be used only by functions that can't leak what they compare; LIKE and icontains
-- need these two, and without them a search reads the whole table.
ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF;
ALTER FUNCTION pg_catalog.upper(text) LEAKPROOF;
