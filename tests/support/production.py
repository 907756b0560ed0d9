"""The production processes as docker-compose.yml lists them, outside Docker: the same commands, variables, users,
health checks and proxy, with a real PostgreSQL, Redis and Caddy."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from cloudbroker.embedded import APP, DATABASE, OWNER, SUPERUSER, Cluster
from cloudbroker.embedded_places import programs_for
from support.compose import ROOT, SERVICES, check_of, copy_image, elsewhere, environment_of, step_of_the_build

VENV = Path(sys.prefix) / "bin"
WEB = ("web-a", "web-b")
NEEDED = ("redis-server", "caddy")


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Production:
    """`run` takes a one-shot service, `start` and `stop` the others by the names of the compose file."""

    def __init__(self, folder):
        self.folder, self.code = folder, folder / "srv"
        self.processes, self.logs = {}, folder / "log"
        redis, proxy, plain, *web = free_ports(5)
        self.redis_port, self.proxy_ports = redis, (proxy, plain)
        self.ports = dict(zip(WEB, web, strict=True))
        self.url = f"https://localhost:{proxy}"
        self.cluster = Cluster(folder / "db", durable=False)
        self.settings = {"CLOUDBROKER_URL": self.url, "UPLOADS_PER_MINUTE": "0"}  # .env; these people never rest

    # The machine

    def build(self):
        """Secrets, image and database, as they are before the first start."""
        self.logs.mkdir()
        copy_image(self.code)
        subprocess.run(["sh", ROOT / "ops/make-secrets.sh", self.folder / "secrets"], check=True)
        self.home.mkdir()
        step = step_of_the_build("collectstatic")
        environment = {"CLOUDBROKER_HOME": str(self.home), "PATH": self.path()}
        subprocess.run(["sh", "-c", step], cwd=self.code, env=environment, check=True)
        self.start_database()

    def start_database(self):
        self.cluster.start()
        with self.superuser("postgres") as superuser:
            superuser.execute(f"CREATE DATABASE {DATABASE}")
        programs = programs_for(self.cluster.account)
        environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PGHOST": str(self.cluster.socket),
            "POSTGRES_USER": SUPERUSER,
            "POSTGRES_DB": SERVICES["db"]["environment"]["POSTGRES_DB"],
            "CLOUDBROKER_SQL": str(ROOT / "cloudbroker/sql"),
            "CLOUDBROKER_SECRETS": str(self.folder / "secrets"),
        }
        subprocess.run([ROOT / "ops/first-start.sh"], env=environment, check=True)
        self.demand_passwords()

    def restart_database(self):
        self.cluster.stop()
        self.cluster.start()

    def demand_passwords(self):
        access = self.cluster.data / "pg_hba.conf"
        access.write_text(f"local all {OWNER},{APP} scram-sha-256\n{access.read_text()}")
        with self.superuser("postgres") as superuser:
            superuser.execute("SELECT pg_reload_conf()")

    def superuser(self, database=DATABASE):
        return psycopg.connect(self.cluster.url(database, SUPERUSER), autocommit=True)

    def answer(self, sql):
        """The first row, as somebody whom no policy binds sees it."""
        with self.superuser() as superuser:
            return superuser.execute(sql).fetchone()

    # The services

    @property
    def home(self):
        return self.folder / "home"

    def path(self):
        return f"{VENV}:{os.environ['PATH']}"

    def places(self, name):
        """What the compose file calls things, and what they are called here."""
        return {
            "@db/cloudbroker": f"@/{DATABASE}?host={self.cluster.socket}&port=5432",
            "redis:6379": f"127.0.0.1:{self.redis_port}",
            "/run/secrets": str(self.folder / "secrets"),
            "/var/lib/cloudbroker": str(self.home),
            "/etc/caddy": str(self.folder),
            "/tmp": str(self.folder / name),
            "8000": str(self.ports.get(name, 0)),
            "${CLOUDBROKER_URL:?is the address that people type, in .env}": self.url,
        }

    def environment(self, name):
        own = {"PATH": self.path(), "HOST": "127.0.0.1"}
        if name == "proxy":
            own |= {"PAGES": str(ROOT / "ops"), "WEB": " ".join(f"127.0.0.1:{port}" for port in self.ports.values())}
            own |= {"XDG_DATA_HOME": str(self.folder / "caddy"), "XDG_CONFIG_HOME": str(self.folder / "caddy")}
        return environment_of(SERVICES[name], self.places(name)) | self.settings | own

    def command(self, name):
        argv = [elsewhere(part, self.places(name)) for part in SERVICES[name]["command"]]
        extra = {
            "redis": ["--bind", "127.0.0.1", "--port", str(self.redis_port), "--dir", str(self.folder)],
            "web-a": ["--bind", f"127.0.0.1:{self.ports['web-a']}"],
            "web-b": ["--bind", f"127.0.0.1:{self.ports['web-b']}"],
        }
        return argv + extra.get(name, [])

    def run(self, name):
        """A one-shot service, to its end."""
        done = subprocess.run(
            self.command(name), cwd=self.code, env=self.environment(name), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def manage(self, *argv, **options):
        """A command as an operator types it: `docker compose run --rm worker python manage.py …`."""
        command = [VENV / "python", "manage.py", *argv]
        return subprocess.run(command, cwd=self.code, env=self.environment("worker"), text=True, check=True, **options)

    def start(self, *names):
        for name in names:
            (self.folder / name).mkdir(exist_ok=True)
            with (self.logs / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    self.command(name),
                    cwd=self.code,
                    env=self.environment(name),
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        for name in names:
            self.await_health(name)

    def start_proxy(self):
        """The proxy's file, but for ports that nobody else has and the machine's own list of authorities."""
        secure, plain = self.proxy_ports
        options = f"admin off\n\tskip_install_trust\n\thttps_port {secure}\n\thttp_port {plain}"
        text = (ROOT / "ops/Caddyfile").read_text().replace("admin off", options)
        (self.folder / "Caddyfile").write_text(text)
        self.start("proxy")

    def await_health(self, name):
        give_up = time.monotonic() + 40
        while not self.is_healthy(name):
            assert self.processes[name].poll() is None, self.log(name)
            assert time.monotonic() < give_up, f"{name} doesn't get well: {self.log(name)}"
            time.sleep(0.2)

    def is_healthy(self, name):
        if name == "proxy":
            with suppress(OSError), socket.create_connection(("localhost", self.proxy_ports[0]), timeout=2):
                return self.authority.exists()
            return False
        if name == "redis":
            check = ["redis-cli", "-p", str(self.redis_port), *check_of(SERVICES[name], {})[1:]]
        else:
            check = check_of(SERVICES[name], self.places(name))
        done = subprocess.run(check, env=self.environment(name), cwd=self.code, capture_output=True, text=True)
        return done.returncode == 0

    @property
    def authority(self):
        return self.folder / "caddy/caddy/pki/authorities/local/root.crt"

    def stop(self, name, how=signal.SIGTERM):
        """Ask it to stop, as Docker does; its exit status."""
        process = self.processes.pop(name)
        process.send_signal(how)
        return process.wait(float(SERVICES[name].get("stop_grace_period", "10s").rstrip("s")))

    def kill(self, name):
        """Like a power cut: it and its children, at once."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def redis(self, *command):
        subprocess.run(["redis-cli", "-p", str(self.redis_port), *command], check=True, capture_output=True)

    def log(self, name):
        return (self.logs / f"{name}.log").read_text(errors="replace")

    def trusting(self):
        return ssl.create_default_context(cafile=str(self.authority))

    def end(self):
        for name in list(self.processes):
            self.kill(name)
        self.cluster.remove()
        shutil.rmtree(self.folder, ignore_errors=True)
