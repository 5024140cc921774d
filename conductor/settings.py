"""Every setting, in one file, read from typed environment variables (`.env.example` lists them).

A variable that is set but wrong stops the start with its name. Must not hold logic of the product.
"""

import os
import socket
from typing import Any
from urllib.parse import quote

import environ
from csp.constants import NONE, SELF

from conductor import environment
from conductor.embedded import paths
from conductor.lib import clock, logs, redact
from conductor.lib.errors import BadSetting

BASE_DIR = paths.PROJECT
#: Templates, static files and examples.
FILES_DIR = paths.files()
if os.environ.get("CONDUCTOR_ENV") != "test" and (BASE_DIR / ".env").exists():
    environ.Env.read_env(str(BASE_DIR / ".env"))  # Variables that are already set win over the file.

CONDUCTOR_ENV = environment.choice("CONDUCTOR_ENV", "development", {"development", "production", "test"})
PRODUCTION = CONDUCTOR_ENV == "production"
CONDUCTOR_HOME = paths.make_home()
DEBUG = environment.flag("DEBUG", False)
if PRODUCTION:
    for needed in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"):
        if needed not in os.environ:
            raise BadSetting(f"{needed} must be set where CONDUCTOR_ENV is production.")
    if DEBUG:
        raise BadSetting("DEBUG must be off where CONDUCTOR_ENV is production.")

SECRET_KEY = environment.text("SECRET_KEY", "") if "SECRET_KEY" in os.environ else paths.secret_key()
if PRODUCTION and len(SECRET_KEY) < 32:
    raise BadSetting("SECRET_KEY must have at least 32 characters where CONDUCTOR_ENV is production.")

# Who may call, and how.
HOST = environment.text("HOST", "127.0.0.1")
PORT = environment.count("PORT", 8000, least=1, most=65_535)
HTTPS = environment.flag("HTTPS", PRODUCTION)
ALLOWED_HOSTS = environment.names("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]", socket.gethostname(), HOST))
CSRF_TRUSTED_ORIGINS = environment.names("CSRF_TRUSTED_ORIGINS")
#: Full origins (scheme, host, port) from which pages may open a websocket.
WEBSOCKET_ORIGINS = [
    *CSRF_TRUSTED_ORIGINS,
    *(f"{'https' if HTTPS else 'http'}://{host}{'' if HTTPS else f':{PORT}'}" for host in ALLOWED_HOSTS),
]
#: How many proxies in front may be believed about the client's address and scheme.
TRUSTED_PROXIES = environment.count("TRUSTED_PROXIES", 0, most=10)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS and TRUSTED_PROXIES > 0
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # Tabler's style sheet draws its arrows and ticks from data: images.
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "campaigns",
    # django_rq is used as a library: as an app it would put its dashboard into the admin.
]
MIDDLEWARE = [
    "conductor.middleware.CorrelationMiddleware",
    "conductor.api.middleware.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "conductor.api.middleware.ProblemMiddleware",
]
ROOT_URLCONF = "conductor.urls"
ASGI_APPLICATION = "conductor.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [FILES_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
if CONDUCTOR_ENV == "test":  # Slow hashes are for real passwords.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True

# The database: the only truth. No ATOMIC_REQUESTS: a transaction is short and belongs to one action.
database: dict[str, Any] = environment.database("DATABASE_URL", paths.database_file())
SQLITE = database["ENGINE"].endswith("sqlite3")
database |= {
    "ATOMIC_REQUESTS": False,
    "CONN_HEALTH_CHECKS": True,
    "CONN_MAX_AGE": environment.count("CONN_MAX_AGE", 60),
}
if SQLITE:
    # Measured: Django's defaults lose writes under two writers; these do not.
    database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;"
        " PRAGMA mmap_size=134217728; PRAGMA foreign_keys=ON;",
    }
    database["TEST"] = {"NAME": str(paths.home() / "test.sqlite3")}
else:
    limits = "idle_in_transaction_session_timeout=30s", "lock_timeout=5s", "statement_timeout=30s"
    database["OPTIONS"] = {
        "connect_timeout": 5,
        "application_name": "conductor",
        # Only our own hot statements are prepared; 0 for a pooler that gives each transaction another connection.
        "prepare_threshold": 1 if environment.flag("PREPARED_STATEMENTS", True) else None,
        "options": " ".join(f"-c {limit}" for limit in limits),
    } | database.get("OPTIONS", {})
DATABASES = {"default": database}

# Redis: only a doorbell. Short time-outs, since no request may wait for it.
REDIS_EMBEDDED = "REDIS_URL" not in os.environ
REDIS_URL = environment.redis_url("REDIS_URL", f"unix://{quote(str(paths.redis_socket()))}?db=0")
#: The same server with time-outs: how long anything waits for it when it hangs.
REDIS_HASTY_URL = f"{REDIS_URL}{'&' if '?' in REDIS_URL else '?'}socket_timeout=2&socket_connect_timeout=1"
RQ_QUEUES = {
    # -1: no time limit of RQ's own, which would be an exception in the middle of our code.
    name: {"URL": REDIS_HASTY_URL, "DEFAULT_TIMEOUT": -1, "SERIALIZER": "rq.serializers.JSONSerializer"}
    for name in ("short", "long")
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_HASTY_URL,
        "KEY_PREFIX": "conductor",
    }
}

# How many workers `conductor up` starts on the queue `short` and on the queue `long`.
WORKERS = dict(zip(RQ_QUEUES, environment.counts("WORKERS", (3, 2)), strict=True))

# A worker gives its place to a fresh one after so many attempts, or beyond so many megabytes of its own.
RECYCLE_ATTEMPTS = environment.count("CONDUCTOR_RECYCLE_ATTEMPTS", 100_000, least=1)
RECYCLE_MB = environment.count("CONDUCTOR_RECYCLE_MB", 400, least=1)

# Static files: collected once at the start, served by the web process itself with far-future caching.
STATIC_URL = "/static/"
STATIC_ROOT = paths.private_folder(paths.static_folder())
STATICFILES_DIRS = [FILES_DIR / "static"]
HASHED_STATIC = CONDUCTOR_ENV != "test" and not DEBUG
WHITENOISE_USE_FINDERS = not HASHED_STATIC
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "woff2", "gz", "br"]
if PRODUCTION:
    static_storage = "whitenoise.storage.CompressedManifestStaticFilesStorage"
elif HASHED_STATIC:  # Compressing took 17 to 19 s on two busy cores, plain copies 1 s.
    static_storage = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
else:
    static_storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": static_storage},
}

#: The largest body of a request, in bytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = environment.count("MAX_BODY_BYTES", 5_000_000, least=10_000)
#: How often one caller may ask in a minute, by address or signed in; 0 means as often as they like.
API_REQUESTS_PER_MINUTE = {
    "anonymous": environment.count("API_ANONYMOUS_PER_MINUTE", 120),
    "read": environment.count("API_READS_PER_MINUTE", 6_000),
    "write": environment.count("API_WRITES_PER_MINUTE", 1_200),
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "conductor.api.auth.TokenAuthentication",
        "conductor.api.auth.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["conductor.api.throttles.MinuteThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["conductor.api.parsing.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "conductor.api.negotiation.NamedFormats",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS is no method of ours: the schema says more.
    "DEFAULT_PAGINATION_CLASS": "conductor.api.pages.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "conductor.api.problems.handle",
    "COERCE_DECIMAL_TO_STRING": True,
    "NUM_PROXIES": TRUSTED_PROXIES,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Conductor",
    "DESCRIPTION": "The control room for work done by agents.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "POSTPROCESSING_HOOKS": ["conductor.api.schema.add_problems"],
}

#: Folders of this machine below which a campaign's repository may lie: all of them for one person at a desk, none on a
#: server, where whoever may write a campaign could otherwise read any repository that the worker can.
REPOSITORY_ROOTS = environment.folders("REPOSITORY_ROOTS", () if PRODUCTION else ("/",))
#: Never: the stores of all teams, and the clones of agents.
REPOSITORY_CLOSED = [CONDUCTOR_HOME / "repositories", CONDUCTOR_HOME / "clones"]

#: Seconds that one audit may take. The library of agents reads it by itself; here a wrong value stops the start.
AUDIT_S = clock.audit_seconds()

# Models. The first secret seals the keys of teams, all of them open, so that one can be replaced.
MODEL_KEY_SECRETS = [*environment.names("MODEL_KEY_SECRETS"), SECRET_KEY]
#: Hosts, with or without a port, that endpoints of teams may name although they are not public, or over plain http.
MODEL_HOSTS = environment.names("MODEL_HOSTS", ("localhost", "127.0.0.1", "[::1]") if DEBUG else ())
#: Reserved, and booked as spent, for a call to a model whose price nobody knows; in hundredths of the currency.
MODEL_SLICE_CENTS = environment.count("MODEL_SLICE_CENTS", 25, most=100_000)
#: How long answers are kept for replay, and how many megabytes of them for one team.
MODEL_REPLY_DAYS = environment.count("MODEL_REPLY_DAYS", 30, least=1, most=3_650)
MODEL_REPLIES_MB = environment.count("MODEL_REPLIES_MB", 50, most=10_000)
#: Whether workers load the libraries of models before they are forked: auto does where a team has a key.
PRELOAD_MODELS = environment.choice("PRELOAD_MODELS", "auto", {"auto", "yes", "no"})

# Logs go through structlog only; known secrets never reach them.
LOGGING_CONFIG = None
LOG_LEVEL = environment.choice("LOG_LEVEL", "info", {"debug", "info", "warning", "error"})
LOG_FORMAT = environment.choice("LOG_FORMAT", "json" if PRODUCTION else "console", {"json", "console"})
redact.remember_environment()
redact.remember([SECRET_KEY, *MODEL_KEY_SECRETS, database.get("PASSWORD") or "", *environment.passwords(REDIS_URL)])
logs.configure(LOG_LEVEL, LOG_FORMAT)
