"""All settings, read from the environment; what is missing or wrong is said at once and in words.

`make run` sets everything itself. `docs/operations.md` explains each variable for those who deploy.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from cloudbroker.environment import SecretsInFiles

VERSION = "0.1.0"
BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("CLOUDBROKER_HOME") or BASE_DIR / "var").absolute()

# While `make run` is up, commands typed in the same checkout find its database here.
if "CLOUDBROKER_ENV" not in os.environ and (HOME / "run.env").is_file():
    environ.Env.read_env(str(HOME / "run.env"))

env = environ.Env()
env.ENVIRON = SecretsInFiles()
ENVIRONMENT = env.str("CLOUDBROKER_ENV", default="production")
if ENVIRONMENT not in ("production", "demo", "test"):
    raise ImproperlyConfigured(f"CLOUDBROKER_ENV is “{ENVIRONMENT}”; it must be production, demo or test.")
PRODUCTION = ENVIRONMENT == "production"


def required(name: str) -> str:
    """The variable's value; a clear refusal when it is not set, because there is no safe default."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. Try `make run`, or see docs/operations.md.")
    return value


def database(url: str, password: str) -> dict[str, object]:
    """A postgresql:// address (socket directories allowed, as libpq writes them) as Django wants it."""
    given = {"password": password} | conninfo_to_dict(url)
    known = {key: given.pop(part, "") for key, part in DATABASE_PARTS.items()}
    return {"ENGINE": "django.db.backends.postgresql", **known, "OPTIONS": given} | CONNECTIONS


DATABASE_PARTS = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
CONNECTIONS: dict[str, object] = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}

SECRET_KEY = required("SECRET_KEY")
if PRODUCTION and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is too short for production: use at least 50 random characters.")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = False
URL = env.str("CLOUDBROKER_URL", default="" if PRODUCTION else "http://localhost:8000") or required("CLOUDBROKER_URL")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(URL).hostname or "localhost"])
if not PRODUCTION:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]", "testserver"]
CSRF_TRUSTED_ORIGINS = [URL]
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"

# `default` is the app role, to which row-level security applies; `owner` migrates and is not given to web and worker.
DATABASES = {"default": database(required("DATABASE_URL"), env.str("DATABASE_PASSWORD", default=""))}
if owner_url := env.str("DATABASE_OWNER_URL", default=""):
    DATABASES["owner"] = database(owner_url, env.str("DATABASE_OWNER_PASSWORD", default=""))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "cloudbroker",
    "accounts",
    "jobs",
    "events",
    "groups",
    "api",
    "organizations",
    "exports",
    "imports",
    "csp_link",
    "webhooks",
    "people",
    "portal",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_htmx",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "cloudbroker.stack.stack_middleware",
    "cloudbroker.headers.HeadersMiddleware",
    "cloudbroker.health.MachineQuestions",
    "cloudbroker.watching.WatchMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",  # before the files: a picture opened by itself could run a script
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.brakes.BrakesMiddleware",
    "accounts.middleware.LoginRequiredMiddleware",
    "groups.middleware.TenancyMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "axes.middleware.AxesMiddleware",
    "api.middleware.ApiMiddleware",
]
ROOT_URLCONF = "cloudbroker.urls"
WSGI_APPLICATION = "cloudbroker.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.shell",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.insert(-1, "django.forms")

# Signing in
AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # e-mail addresses are unique by a constraint, in any case
    "security.W005",  # what other hosts below this name speak is not ours to say
    "security.W021",  # likewise
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.ClosedDoors"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
SIGN_INS_PER_MINUTE = env.int("SIGN_INS_PER_MINUTE", default=30)  # from one address; a company's people may share one
ACCOUNT_RATE_LIMITS = {"login": f"{SIGN_INS_PER_MINUTE}/m/ip"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * 10  # seconds for which a sensitive page believes that it is still you
# Addresses are proved by the invitation that was mailed there; the library keeps no list of its own.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_ADAPTER = "accounts.adapter.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Cloudbroker"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost
# After ten failures for one person from one place, half an hour of rest; the library above slows each down before.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "accounts.adapter.who_tries"
AXES_CLIENT_IP_CALLABLE = "accounts.adapter.where_from"
AXES_LOCKOUT_CALLABLE = "accounts.brakes.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", default=False) else 0

# Sign-in by a company's own OpenID Connect provider, where one is configured: for people who were invited, by the
# address that the provider has verified.
OIDC_URL, OIDC_CLIENT_ID = env.str("OIDC_URL", default=""), env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
if len({bool(part) for part in (OIDC_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET)}) > 1:
    raise ImproperlyConfigured("Set OIDC_URL, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or none of them.")
SOCIALACCOUNT_ADAPTER = "accounts.adapter.InvitedOnly"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_LOGIN_ON_GET = True  # our policy forbids forms to end at another host
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}}
if OIDC_URL:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "company",
            "name": env.str("OIDC_NAME", default="OpenID Connect"),
            "client_id": OIDC_CLIENT_ID,
            "secret": OIDC_CLIENT_SECRET,
            "settings": {"server_url": OIDC_URL},
        }
    ]
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=600)  # of one key
# Of one person; 0 is no limit.
PER_MINUTE = {
    "exports": env.int("EXPORTS_PER_MINUTE", default=30),
    "searches": env.int("SEARCHES_PER_MINUTE", default=240),
    "uploads": env.int("UPLOADS_PER_MINUTE", default=60),
}
INVITATION_DAYS = env.int("INVITATION_DAYS", default=7)
UPLOAD_DAYS = env.int("UPLOAD_DAYS", default=30)
DELIVERY_DAYS = env.int("DELIVERY_DAYS", default=30)
EVENT_DAYS = env.int("EVENT_DAYS", default=0)
if 0 < EVENT_DAYS < 90:
    raise ImproperlyConfigured("EVENT_DAYS must be 0, which keeps events for good, or at least 90: undo reads the log.")

# A stand-in for Microsoft's login servers and Partner Center; it would be sent the secrets of real connections.
PARTNER_CENTER_FAKE = env.str("CLOUDBROKER_PARTNER_CENTER_FAKE", default="").rstrip("/")
if PARTNER_CENTER_FAKE and PRODUCTION:
    raise ImproperlyConfigured(
        "CLOUDBROKER_PARTNER_CENTER_FAKE is set: in production that would send your secrets at Microsoft to a stand-in."
        " Unset it."
    )
if PARTNER_CENTER_FAKE and not PARTNER_CENTER_FAKE.startswith(("http://", "https://")):
    raise ImproperlyConfigured("CLOUDBROKER_PARTNER_CENTER_FAKE must be an address such as http://127.0.0.1:8901.")

# Webhooks go to the public internet only. For trying them out on one machine its own address may be called too.
WEBHOOKS_CALL_LOOPBACK = env.bool("WEBHOOKS_CALL_LOOPBACK", default=False)
if WEBHOOKS_CALL_LOOPBACK and PRODUCTION:
    raise ImproperlyConfigured(
        "WEBHOOKS_CALL_LOOPBACK is set: in production resellers could reach what listens on this machine. Unset it."
    )

# Cookies, headers, content
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = URL.startswith("https://")
CSRF_COOKIE_HTTPONLY = True  # forms bring the token along; no script needs the cookie
SECURE_SSL_REDIRECT = PRODUCTION and URL.startswith("https://")
SECURE_REDIRECT_EXEMPT = [r"^api/(?!v1/docs$)"]  # a program that sends its key in the clear has to learn of it
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if PRODUCTION and URL.startswith("https://") else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # the largest grid: 200 rows of 17 cells and a few more
FILE_UPLOAD_HANDLERS = ["imports.uploads.LimitedUpload"]

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("sv", "Svenska")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
LANGUAGE_COOKIE_SAMESITE, LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SECURE = "Lax", True, URL.startswith("https://")
FORMAT_MODULE_PATH = "cloudbroker.formats"
TIME_ZONE = "UTC"
USE_TZ = True

# Files
STATIC_URL = "static/"
STATIC_ROOT = HOME / "static" if PRODUCTION else None  # elsewhere whitenoise serves the source files
STATICFILES_DIRS = [BASE_DIR / "static", ("guide", BASE_DIR / "docs" / "screenshots")]
STATICFILES_BACKEND = "cloudbroker.static_files.StaticFiles" if PRODUCTION else ""
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody else's pages have any use for our files
UPLOADS_URL = env.str("UPLOADS_URL", default=(HOME / "uploads").as_uri())
if urlsplit(UPLOADS_URL).scheme != "file":
    raise ImproperlyConfigured("UPLOADS_URL must be a file:// address: a folder that web and workers share.")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "uploads": {
        "BACKEND": "imports.uploads.DurableStorage",
        "OPTIONS": {"location": urlsplit(UPLOADS_URL).path, "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": STATICFILES_BACKEND or "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Mail: by default every message is a file that the operator reads at /operator/mail/.
EMAIL_FILE_PATH = str(HOME / "mail")
EMAIL = env.email_url("EMAIL_URL", default="filemail://")
EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
if EMAIL.get("EMAIL_HOST"):
    EMAIL_HOST, EMAIL_PORT = EMAIL["EMAIL_HOST"], EMAIL["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_USER"], EMAIL["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL.get("EMAIL_USE_TLS", False), EMAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20  # seconds; a mail server that hangs must not hold a worker
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"Cloudbroker <noreply@{urlsplit(URL).hostname}>")

# Cache: a table of the same database unless a Redis is named.
CACHE_URL = env.str("CACHE_URL", default="dbcache://cache")
CACHES = {"default": env.cache_url_config(CACHE_URL)}
if CACHE_URL.startswith("dbcache://"):
    CACHES["default"] = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}

# Background work; see cloudbroker/celery.py for the rest.
BROKER_URL = required("BROKER_URL")
HEARTBEAT_PATH = env.str("HEARTBEAT_PATH", default="")

# Watching; see cloudbroker/logs.py for what a line may hold.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
LOG_FORMAT = env.str("LOG_FORMAT", default="json" if PRODUCTION else "lines")
if LOG_FORMAT not in ("json", "lines"):
    raise ImproperlyConfigured(f"LOG_FORMAT is “{LOG_FORMAT}”; it must be json or lines.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "cloudbroker.logs.JsonLines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # Whatever LOG_LEVEL says: these would write down what is sent to Microsoft.
    "loggers": {name: {"level": "WARNING"} for name in ("msal", "urllib3", "requests")}
    | {"django.request": {"level": "ERROR"}},  # each request has a line of its own
}

if ENVIRONMENT == "test":  # fast hashes; what a production password costs is Argon2's business
    PER_MINUTE = dict.fromkeys(PER_MINUTE, 0)
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
