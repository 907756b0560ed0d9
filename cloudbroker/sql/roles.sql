-- The application's two roles; as a superuser, in any database, as often as you like. The owner migrates and serves
-- nobody; the app role serves, and row-level security binds it.
DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['cloudbroker_owner', 'cloudbroker_app'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
      EXECUTE format('CREATE ROLE %I', role);
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION', role);
  END LOOP;
END
$$;
