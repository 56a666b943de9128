"""All settings of the site, read from the environment.

DEMO=1        a local demonstration: demo accounts allowed, a throw-away secret key accepted
DEBUG=1       Django's debug pages; off unless asked for
SECRET_KEY    required unless DEMO or DEBUG is on
ALLOWED_HOSTS comma-separated host names; required in production
DATABASE_URL  postgres://… or sqlite:///…; a SQLite file in var/ unless given
CONN_MAX_AGE  seconds that a PostgreSQL connection is kept; 60 unless given
HTTPS         1 (default outside the demo): secure cookies, redirect to https, HSTS
HSTS_SECONDS  how long a browser is to insist on https; a year unless given
BEHIND_PROXY  1 where a proxy of one's own sets X-Forwarded-Proto and X-Forwarded-For, and overwrites what came
CSRF_TRUSTED_ORIGINS  comma-separated origins, https://…, that may post forms besides the site's own
STATICFILES_STORAGE   the class that keeps static files; compressed and named by content unless given
LOG_LEVEL     INFO unless given
TASK_QUEUE    thread (work in the background is done by the web server's own process) or database (by python3 start.py
              worker, of which there may be several on PostgreSQL); thread unless given
WORKERS       how many such workers share one piece of work; 2 unless given
SCB_API_V2    the address of SCB's PxWeb interface, version 2; SCB_API_V1 that of version 1, asked where 2 is silent
SCB_TIMEOUT   seconds that one question to SCB may take; 15 unless given
OPERATOR      the body that runs the site, and OPERATOR_EMAIL its address, for the accessibility statement
EMAIL_URL     smtp+tls://user:password@host:587; to the terminal in the demonstration, to localhost:25 otherwise
EMAIL_FROM    the sender of letters; OPERATOR_EMAIL unless given
SITE_URL      the site's own address, https://…, for links in letters that no visit gave rise to; required by them
OIDC_…        single sign-on; see skane_digi/accounts/oidc.py
"""

import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from skane_digi.accounts.oidc import oidc_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
IS_LOCAL = DEMO or DEBUG

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not IS_LOCAL:
        raise ImproperlyConfigured("SECRET_KEY saknas i miljön. Den krävs utanför demonstrationen (DEMO=1).")
    SECRET_KEY = "django-insecure-endast-for-demonstration"  # noqa: S105 refused above outside the demo

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if IS_LOCAL else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "skane_digi",
    "budgets",
    "plans",
    "skane_digi.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "django_htmx",
    "django_prose_editor",
    "django_tasks",
    "django_tasks_db",
    "import_export",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "skane_digi.query_strings.without_null_characters",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "skane_digi.urls"
WSGI_APPLICATION = "skane_digi.wsgi.application"

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
                "skane_digi.accounts.context.reader",
            ],
        },
    }
]

VAR_DIR = BASE_DIR / "var"
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'demo.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock at BEGIN, so that concurrent writers wait for one another instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# Attempts to sign in are counted for all processes together, so in the database; PDFs are kept by each process.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "site_cache"},
    "documents": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "documents"},
}

# What takes time is done by a thread of the process, or by workers of their own: python3 start.py worker.
TASK_QUEUES = {
    "thread": "skane_digi.background.ThreadBackend",
    "database": "django_tasks_db.DatabaseBackend",
}
TASK_QUEUE = env.str("TASK_QUEUE", default="thread")
if TASK_QUEUE not in TASK_QUEUES:
    raise ImproperlyConfigured(f"TASK_QUEUE={TASK_QUEUE} finns inte. Välj {' eller '.join(TASK_QUEUES)}.")
TASKS = {"default": {"BACKEND": TASK_QUEUES[TASK_QUEUE]}}
# How many may share one piece of work; a process has one thread, and more would only wait for it.
TASK_WORKERS = env.int("WORKERS", default=2) if TASK_QUEUE == "database" else 1

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "sv"
TIME_ZONE = "Europe/Stockholm"
USE_I18N = True
USE_TZ = True

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "skane_digi.accounts.role_permissions.RolePermissions",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:start"

OPERATOR = env.str("OPERATOR", default="")
OPERATOR_EMAIL = env.str("OPERATOR_EMAIL", default="")

vars().update(env.email("EMAIL_URL", default="consolemail://" if IS_LOCAL else "smtp://localhost:25"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default=OPERATOR_EMAIL or "webmaster@localhost")

SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000" if IS_LOCAL else "")

FONTS_DIR = BASE_DIR / "build" / "fonts"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "skane_digi" / "assets", ("fonts", FONTS_DIR)]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.str("STATICFILES_STORAGE", default="whitenoise.storage.CompressedManifestStaticFilesStorage")
    },
}
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

FIXTURE_DIRS = [BASE_DIR / "fixtures"]

HTTPS = env.bool("HTTPS", default=not IS_LOCAL)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"

OIDC = oidc_settings(os.environ)
SOCIALACCOUNT_PROVIDERS = OIDC.as_providers() if OIDC else {}
SOCIALACCOUNT_ADAPTER = "skane_digi.accounts.adapters.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False

ACCOUNT_ADAPTER = "skane_digi.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_FORMS = {"login": "skane_digi.accounts.forms.SignInForm"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_LOGOUT_REDIRECT_URL = "portal:start"
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Skånegemensam digitalisering"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = IS_LOCAL

SCB_API_V2 = env.str("SCB_API_V2", default="https://statistikdatabasen.scb.se/api/v2")
SCB_API_V1 = env.str("SCB_API_V1", default="https://api.scb.se/OV0104/v1/doris/sv/ssd/BE/BE0101/BE0101A")
SCB_TIMEOUT = env.int("SCB_TIMEOUT", default=15)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, *(OIDC.form_origins if OIDC else ())],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    # gunicorn warns that Django answers HEAD with a body; it drops the body itself, as it should.
    "loggers": {"gunicorn.http.wsgi": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
