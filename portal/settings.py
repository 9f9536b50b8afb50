"""All settings, read from the environment.

`MODE` is `production` unless it says `development`, so that a forgotten variable closes doors instead of opening them.
What production demands is checked in `portal/checks.py`, which also says how to mend each fault.
"""

from pathlib import Path
from urllib.parse import urlsplit

import django
import environ
from corsheaders.defaults import default_headers
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

MODE = env.str("MODE", "production")
DEVELOPMENT = MODE == "development"
DEBUG = env.bool("DEBUG", False)
PORT_TEXT = env.str("PORT", "") or "8000"
if not PORT_TEXT.isdecimal() or not 0 < int(PORT_TEXT) < 65536:
    raise ImproperlyConfigured(f"PORT is {PORT_TEXT!r}. Set it to a number from 1 to 65535.")
PORT = int(PORT_TEXT)
DATA_DIR = Path(env.str("DATA_DIR", "") or BASE_DIR / "var").resolve()

# --- Keys. Each has a purpose of its own, so that one can be changed without breaking what the others protect.
DEVELOPMENT_KEY = "development-only-key-known-to-everyone-0000000000000"
SECRET_KEY = env.str("SECRET_KEY", DEVELOPMENT_KEY)
CREDENTIALS_PEPPER = env.str("CREDENTIALS_PEPPER", DEVELOPMENT_KEY)
"""Client secrets are stored as HMAC-SHA256 under this key. Changing it ends every client secret."""
KEY_ENCRYPTION_KEYS = env.list("KEY_ENCRYPTION_KEYS", default=[DEVELOPMENT_KEY])
"""Encrypt the signing keys at rest: the first encrypts, all of them decrypt."""
LEDGER_KEY = env.str("LEDGER_KEY", DEVELOPMENT_KEY)
"""Patients stand in the ledger as HMAC-SHA256 under this key; the key of its checkpoints is derived from it."""

# --- Addresses. What we write into tokens and pages comes from here, never from a request's Host header.
PUBLIC_URL = env.str("PUBLIC_URL", f"http://localhost:{PORT}").rstrip("/")
SANDBOX_BASE_URL = env.str("SANDBOX_BASE_URL", f"{PUBLIC_URL}/api/v1").rstrip("/")
PRODUCTION_BASE_URL = env.str("PRODUCTION_BASE_URL", f"{PUBLIC_URL}/v1").rstrip("/")
SANDBOX_HOSTS = env.list("SANDBOX_HOSTS", default=[])
PRODUCTION_HOSTS = env.list("PRODUCTION_HOSTS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEVELOPMENT else [])
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

# --- The server.
BIND = env.str("BIND", "127.0.0.1")
PROCESSES = env.int("PROCESSES", 1)
THREADS = env.int("THREADS", 4)

INSTALLED_APPS = [
    "portal.search",
    "portal.guides",
    "portal.reference",
    "portal.approvals",
    "portal.console",
    "portal.connect",
    "portal.oauth",
    "portal.usage",
    "portal.applications",
    "portal.accounts",
    "portal.audit",
    "portal.mail",
    "portal.problems",
    "portal.ui",
    "portal.apps.PortalConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "whitenoise.runserver_nostatic",
    "django.contrib.admin.apps.SimpleAdminConfig",  # portal/operators says what it shows
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_countries",
]
MIDDLEWARE = [
    "portal.edge.middleware.EdgeMiddleware",
    "portal.health.HealthMiddleware",
    "portal.limits.middleware.TellLimitsMiddleware",
    "portal.connect.faults.FaultMiddleware",
    "portal.audit.middleware.LedgerMiddleware",
    "portal.limits.middleware.LimitAddressesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.ui.languages.PathLanguageMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.middleware.SignedInMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DJANGO_TEMPLATES = [Path(django.__file__).parent / part / "templates" for part in ("forms", "contrib/admin")]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates", *DJANGO_TEMPLATES],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "portal.ui.templatetags.ui",
                "portal.applications.templatetags.portal",
            ],
        },
    }
]

SILENCED_SYSTEM_CHECKS = ["admin.E402"]
"""The admin's pages here ask the request who it is, so no context processor has to."""

FORM_RENDERER = "portal.ui.forms.FormRenderer"

# --- Storage.
DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = None
if not DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
else:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a writer waits at BEGIN, where the time-out applies
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", "")

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "portal.ui.storage.SiteStorage"
    }
}
WHITENOISE_MAX_AGE = 60

CACHES = {
    "default": {"BACKEND": "portal.limits.cache.SharedCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- Transport and browser.
HTTPS = urlsplit(PUBLIC_URL).scheme == "https"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = (
    "HTTP_X_FORWARDED_PROTO",
    "https",
)  # the edge drops it unless a trusted proxy sent it
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CORS_URLS_REGEX = r"^/(api/)?v1/"
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOW_HEADERS = (
    *default_headers, "break-glass", "idempotency-key", "if-none-match", "sandbox-fault", "x-request-id",
)  # fmt: skip
CORS_EXPOSE_HEADERS = (
    "Allow", "ETag", "Idempotent-Replayed", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After",
    "WWW-Authenticate", "X-Request-Id",
)  # fmt: skip
if CORS_ALLOWED_ORIGINS:
    ledger = MIDDLEWARE.index("portal.audit.middleware.LedgerMiddleware")
    MIDDLEWARE.insert(ledger + 1, "corsheaders.middleware.CorsMiddleware")

# --- People: sign-up, sign-in, second step, sessions (django-allauth).
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "application-list"
LOGOUT_REDIRECT_URL = "home"
SESSION_ENGINE = "portal.accounts.session_store"
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_AGE = 14 * 86_400
SESSION_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
TERMS_VERSION = "2026-11"
"""The version of docs_content/*/legal/terms.md that people accept; with a new one they are asked again."""
ACCOUNT_ADAPTER = "portal.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "portal.accounts.forms.SignUpForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "portal.accounts.account_forms.SignInForm",
    "signup": "portal.accounts.account_forms.SignUpForm",
    "add_email": "portal.accounts.account_forms.NewAddressForm",
    "change_password": "portal.accounts.account_forms.ChangePasswordForm",
    "set_password": "portal.accounts.account_forms.SetPasswordForm",
    "reset_password": "portal.accounts.account_forms.ForgottenPasswordForm",
    "reset_password_from_key": "portal.accounts.account_forms.NewPasswordForm",
    "confirm_email_verification_code": "portal.accounts.account_forms.AddressCodeForm",
    "confirm_password_reset_code": "portal.accounts.account_forms.PasswordCodeForm",
    "reauthenticate": "portal.accounts.account_forms.PasswordAgainForm",
}
MFA_ADAPTER = "portal.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "OpesCare Developers"
MFA_FORMS = {
    "authenticate": "portal.accounts.account_forms.SecondStepForm",
    "reauthenticate": "portal.accounts.account_forms.SecondStepAgainForm",
    "activate_totp": "portal.accounts.account_forms.AuthenticatorAppForm",
    "add_webauthn": "portal.accounts.passkey_forms.NewPasskeyForm",
    "edit_webauthn": "portal.accounts.passkey_forms.RenamePasskeyForm",
    "login_webauthn": "portal.accounts.passkey_forms.SignInByPasskeyForm",
    "authenticate_webauthn": "portal.accounts.passkey_forms.SecondStepByPasskeyForm",
    "reauthenticate_webauthn": "portal.accounts.passkey_forms.PasskeyAgainForm",
}
USERSESSIONS_TRACK_ACTIVITY = False  # on every request; `SignedInMiddleware` does it every five minutes
RECOVERY_WAIT = env.int("RECOVERY_WAIT", 24)
"""Hours between a granted recovery and its effect, in which the person and the owners can stop it."""

# --- The ledger.
LEDGER_RETENTION = env.int("LEDGER_RETENTION", 2190)
"""Days that the rows of API calls are kept once they are sealed: six years, as HIPAA demands of such records."""

# --- The API.
API_PREFIXES = ("/api/v1/", "/v1/")
RATE_LIMIT_CLIENT = env.int("RATE_LIMIT_CLIENT", 3_000)
"""Calls of the API that a client may make in a minute."""
RATE_LIMIT_PUBLISHED = env.int("RATE_LIMIT_PUBLISHED", 600)
"""The same for the published sandbox client, of each address for itself."""
RATE_LIMIT_ADDRESS = env.int("RATE_LIMIT_ADDRESS", 6_000)
"""Calls of the API in a minute from one address, whoever makes them: a hospital's systems share one."""
RATE_LIMIT_SEARCH = env.int("RATE_LIMIT_SEARCH", 600)
"""Searches of the documentation in a minute from one address."""
CARE_RELATIONSHIP_DAYS = env.int("CARE_RELATIONSHIP_DAYS", 365)
"""For so long after a resolve or a record may an organisation read a patient in production."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_HANDLERS = ["portal.approvals.attachments.CappedUpload"]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.oauth.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["portal.oauth.permissions.HasScope"],
    "DEFAULT_PARSER_CLASSES": ["portal.problems.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "portal.problems.negotiation.AlwaysJSON",
    "DEFAULT_SCHEMA_CLASS": "portal.oauth.schema.OperationSchema",
    "EXCEPTION_HANDLER": "portal.problems.handlers.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
    "URL_FORMAT_OVERRIDE": None,
}
OPENAPI_DOCUMENT = BASE_DIR / "openapi.yaml"
OPENAPI_DOCUMENTS: dict[str, str] = {
    slug.strip(): path.strip()
    for slug, _, path in (entry.partition("=") for entry in env.list("OPENAPI_DOCUMENTS", default=[]))
}
"""Further documents for the reference: `slug=path,…`."""
OPENAPI_VERSIONS = BASE_DIR / "docs_content" / "api-changelog"
"""The versions that were published: `<version>.yaml`, and `<language>/<version>.md`, a note on each."""
RECORDINGS = BASE_DIR / "portal" / "samples" / "recordings.json"
SPECTACULAR_SETTINGS = {
    "TITLE": "OpesCare Connect API",
    "DESCRIPTION": "Connect any health system to one Health ID.",
    "VERSION": "1.2.1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENABLE_DJANGO_DEPLOY_CHECK": False,  # it sees both mounts; the tests generate the document from one of them
    "SERVERS": [
        {"url": "/api/v1", "description": "Sandbox"},
        {"url": "/v1", "description": "Production"},
    ],
    "SCHEMA_PATH_PREFIX": "",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "portal.oauth.schema.tidy",
        "portal.connect.faults.describe",
        "portal.oauth.schema.add_recorded_examples",
    ],
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "COMPONENT_SPLIT_REQUEST": False,
}

# --- Production access.
QUESTIONNAIRE = Path(env.str("QUESTIONNAIRE", str(BASE_DIR / "portal" / "approvals" / "questionnaire.toml")))
"""What an application answers before it may touch real patients."""
SENSITIVE_SCOPES = env.list("SENSITIVE_SCOPES", default=["patient:read", "health_id:verify"])
"""Granted by two reviewers who agree."""
REVIEWERS_NEED_SECOND_STEP = env.bool("REVIEWERS_NEED_SECOND_STEP", not DEVELOPMENT)
"""Whoever decides about requests signs in with a second step."""
REVIEW_TARGET_DAYS = env.int("REVIEW_TARGET_DAYS", 5)
"""So many days after its submission a request should be answered."""
ANSWER_DAYS = env.int("ANSWER_DAYS", 60)
"""So many days after changes were requested, a request that nobody answered expires."""
REATTEST_DAYS = env.int("REATTEST_DAYS", 365)
"""For so long a grant stands before somebody must say that what was answered still holds."""
REATTEST_GRACE_DAYS = env.int("REATTEST_GRACE_DAYS", 30)
"""So many days after that, the client is suspended."""
UNUSED_DAYS = env.int("UNUSED_DAYS", 90)
"""Production credentials that nobody has used for so many days are listed for the reviewers."""
PROBE_BASE_URL = env.str("PROBE_BASE_URL", PRODUCTION_BASE_URL).rstrip("/")
"""Where the worker reaches the production API, when it looks whether a new grant works."""
AGREEMENT_VERSION = "2026-11"
"""The version of docs_content/*/legal/data-agreement.md that organisations accept."""

# --- Mail. In development it is printed and kept in DATA_DIR/mail; production demands EMAIL_URL.
if env.str("EMAIL_URL", ""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "portal.mail.backends.DevelopmentBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"OpesCare Developers <no-reply@{urlsplit(PUBLIC_URL).hostname}>")

# --- Addresses that others give us are fetched from the public internet alone (`portal/outbound`).
OUTBOUND_ALLOW_PRIVATE = env.bool("OUTBOUND_ALLOW_PRIVATE", False)
"""Development and tests only: private addresses, any port, hosts without a dot."""

# --- Guides.
DOCS_DIR = Path(env.str("DOCS_DIR", str(BASE_DIR / "docs_content")))
EDIT_URL = env.str("EDIT_URL", "").rstrip("/")
"""Where a page's source can be edited: the page's path below docs_content is put behind it."""

# --- Logs: route templates and ids only. Paths, queries and bodies may hold personal data.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain"},
        "null": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Both print the requested path; `portal.problems` logs the route template instead.
        "django.request": {"handlers": ["null"], "propagate": False},
        "django.security": {"handlers": ["null"], "propagate": False},
        "apscheduler": {"level": "ERROR"},  # otherwise it says every half second that it did something
    },
}
