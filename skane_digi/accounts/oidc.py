"""Single sign-on by OpenID Connect, set up from the environment.

OIDC_NAME           what the button says: ”Logga in med …”
OIDC_SERVER_URL     the provider's address, or that of its discovery document
OIDC_CLIENT_ID      and OIDC_CLIENT_SECRET, as the provider gave them out
OIDC_FORM_ORIGINS   further origins, comma-separated, that the provider's sign-in page lies on, where it is another's
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

REQUIRED = ("OIDC_NAME", "OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
# Entra ID's addresses for every tenant at once: whoever owns any tenant could then claim any e-mail address.
ANYONES_TENANT = ("common", "organizations", "consumers")
PROVIDER_ID = "oidc"


@dataclass(frozen=True, slots=True)
class OidcSettings:
    name: str
    server_url: str
    client_id: str
    client_secret: str
    form_origins: tuple[str, ...]

    def as_providers(self) -> dict:
        """Return the value of ``SOCIALACCOUNT_PROVIDERS``."""
        app = {
            "provider_id": PROVIDER_ID,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.client_secret,
            # The operator has chosen this one provider and trusts what it says about e-mail addresses.
            "settings": {"server_url": self.server_url, "verified_email": True, "email_authentication": True},
        }
        return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def oidc_settings(environment: Mapping[str, str]) -> OidcSettings | None:
    """Return the provider's settings, ``None`` where there is none; half a set-up raises ``ImproperlyConfigured``."""
    values = {name: environment.get(name, "").strip() for name in REQUIRED}
    if not any(values.values()):
        return None
    if missing := [name for name, value in values.items() if not value]:
        raise ImproperlyConfigured(f"OIDC är bara delvis inställt. Dessa saknas i miljön: {', '.join(missing)}.")
    address = values["OIDC_SERVER_URL"].rstrip("/")
    _check_address(address)
    further = [origin.strip().rstrip("/") for origin in environment.get("OIDC_FORM_ORIGINS", "").split(",")]
    origins = [_origin(address), *filter(None, further)]
    return OidcSettings(
        name=values["OIDC_NAME"],
        server_url=address,
        client_id=values["OIDC_CLIENT_ID"],
        client_secret=values["OIDC_CLIENT_SECRET"],
        form_origins=tuple(dict.fromkeys(origins)),
    )


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        raise ImproperlyConfigured(f"OIDC_SERVER_URL ska vara en adress som börjar med https://, inte {address}.")
    first = parts.path.strip("/").split("/")[0]
    if parts.hostname.startswith("login.microsoftonline.") and first in ANYONES_TENANT:
        raise ImproperlyConfigured(
            f"OIDC_SERVER_URL pekar på ”{first}”, som släpper in vem som helst. Ange den egna klientorganisationens id."
        )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
