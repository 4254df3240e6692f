"""Signing in with a provider of OpenID Connect: authorization code flow with PKCE, state and nonce.

What the provider says is believed if its signature, issuer, audience, times and nonce are right; then its claims say
who somebody is, and perhaps with which role.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from saywhy.access import Role
from saywhy.errors import Forbidden, InvalidInput, Unauthenticated

#: Signatures that are accepted: of keys of the provider alone, so neither `none` nor those of a shared secret.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]

#: Seconds that the provider has to answer, and by which its clock may differ.
_TIMEOUT, _LEEWAY = 10, 60

#: Seconds for which its addresses and keys are remembered, and before which unknown keys are not looked for again.
_REMEMBERED, _KEYS_AT_MOST_EVERY = 3600, 30

_ROLES = (Role.VIEWER, Role.EDITOR, Role.ADMIN)  # by what they may do


@dataclass(frozen=True, slots=True)
class ProviderOptions:
    """Who the provider is, who we are to it, and what its claims mean.

    `name_claim` is the name of a person. With a `role_claim` (dots lead into objects), whoever has one of its values
    that `roles` names gets that role; without, only people who were added may sign in. `domains`: of e-mail addresses;
    empty: any. Raises `InvalidInput` for an issuer that is not https (or on this machine).
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    name_claim: str = "email"
    role_claim: str | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)
    domains: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not _is_safe(self.issuer):
            raise InvalidInput("SAYWHY_OIDC_ISSUER must begin with https://")
        if (self.role_claim is None) != (not self.roles):
            raise InvalidInput("SAYWHY_OIDC_ROLE_CLAIM and SAYWHY_OIDC_ROLES need each other")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the browser keeps while its person is at the provider. It is no use to anybody else."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, and the role that the claims give; None: that of the person who was added."""

    name: str
    role: Role | None


class Provider:
    """A provider; remembers its addresses and keys. Raises `InvalidInput` if the libraries are not installed."""

    def __init__(self, options: ProviderOptions) -> None:
        try:
            import authlib.integrations.requests_client  # noqa: F401
        except ImportError:
            raise InvalidInput("SAYWHY_OIDC_ISSUER needs Authlib: install saywhy[oidc]") from None
        self._options = options
        self._lock = Lock()
        self._metadata: dict[str, Any] = {}
        self._keys: Any = None
        self._read_at = self._keys_read_at = float("-inf")

    def address(self, attempt: Attempt, redirect_uri: str) -> str:
        """Where the browser goes. Raises `Unauthenticated` if the provider does not answer."""
        session = self._session(redirect_uri)
        url, _ = session.create_authorization_url(
            self._read_metadata()["authorization_endpoint"],
            state=attempt.state,
            nonce=attempt.nonce,
            code_verifier=attempt.verifier,
        )
        return str(url)

    def identify(self, attempt: Attempt, state: str, code: str, redirect_uri: str) -> Identity:
        """Who has come back with this code.

        Raises `Unauthenticated` for what cannot be believed, and `Forbidden` for somebody whom the options exclude. The
        reasons say nothing of the person.
        """
        if not hmac.compare_digest(attempt.state.encode(), state.encode("utf-8", "replace")):
            raise Unauthenticated("another state than that of the attempt")
        claims = self._claims(self._id_token(attempt, code, redirect_uri))
        if not hmac.compare_digest(attempt.nonce.encode(), str(claims.get("nonce")).encode("utf-8", "replace")):
            raise Unauthenticated("another nonce than that of the attempt")
        return self._identity(claims)

    def _id_token(self, attempt: Attempt, code: str, redirect_uri: str) -> str:
        from authlib.common.errors import AuthlibBaseError
        from requests import RequestException

        try:
            token = self._session(redirect_uri).fetch_token(
                self._read_metadata()["token_endpoint"],
                code=code,
                code_verifier=attempt.verifier,
                timeout=_TIMEOUT,
                allow_redirects=False,
            )
        except (AuthlibBaseError, RequestException, ValueError) as error:
            raise Unauthenticated(f"the provider gave no token ({type(error).__name__})") from None
        if not isinstance(token, dict) or not isinstance(token.get("id_token"), str):
            raise Unauthenticated("the provider gave no ID token")
        return str(token["id_token"])

    def _claims(self, id_token: str) -> dict[str, Any]:
        """The claims of a token that is signed by the provider, for us, and valid now. Raises `Unauthenticated`."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        options = self._options
        try:
            try:
                token = jwt.decode(id_token, self._read_keys(), algorithms=_ALGORITHMS)
            except (JoseError, ValueError):  # perhaps the provider has new keys
                token = jwt.decode(id_token, self._read_keys(anew=True), algorithms=_ALGORITHMS)
            jwt.JWTClaimsRegistry(
                leeway=_LEEWAY,
                iss={"essential": True, "value": options.issuer},
                aud={"essential": True, "value": options.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
            ).validate(token.claims)
        except (JoseError, ValueError) as error:
            raise Unauthenticated(f"an ID token that cannot be believed ({type(error).__name__})") from None
        claims = dict(token.claims)
        audience, party = claims["aud"], claims.get("azp")
        if party not in (None, options.client_id) or (
            party is None and isinstance(audience, list) and len(audience) > 1
        ):
            raise Unauthenticated("an ID token that was given to another party")
        return claims

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        options = self._options
        name = claims.get(options.name_claim)
        if not isinstance(name, str) or not name.strip():
            raise Unauthenticated(f"an ID token without the claim {options.name_claim}")
        if options.name_claim == "email" or options.domains:
            if claims.get("email_verified") is not True:
                raise Forbidden("an e-mail address that the provider has not verified")
            if options.domains and str(claims.get("email")).rpartition("@")[2].lower() not in options.domains:
                raise Forbidden("an e-mail address of another domain")
        name = name.strip().lower() if options.name_claim == "email" else name.strip()
        return Identity(name, self._role(claims) if options.role_claim else None)

    def _role(self, claims: Mapping[str, Any]) -> Role:
        value: Any = claims
        for part in str(self._options.role_claim).split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        values = value if isinstance(value, list) else [value]
        roles = {self._options.roles[item] for item in values if isinstance(item, str) and item in self._options.roles}
        if not roles:
            raise Forbidden("none of the roles that may sign in")
        return max(roles, key=_ROLES.index)

    def _session(self, redirect_uri: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        options = self._options
        return OAuth2Session(
            options.client_id,
            options.client_secret,
            redirect_uri=redirect_uri,
            scope="openid email profile",
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if options.client_secret else "none",
        )

    def _read_metadata(self) -> dict[str, Any]:
        """The addresses of the provider. Raises `Unauthenticated`."""
        with self._lock:
            if time.monotonic() - self._read_at > _REMEMBERED:
                metadata = _get(f"{self._options.issuer.rstrip('/')}/.well-known/openid-configuration")
                if metadata.get("issuer") != self._options.issuer:
                    raise Unauthenticated("the provider says that it is another one")
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    if not isinstance(metadata.get(name), str) or not _is_safe(metadata[name]):
                        raise Unauthenticated(f"the provider has no safe {name}")
                self._metadata, self._read_at = metadata, time.monotonic()
            return self._metadata

    def _read_keys(self, *, anew: bool = False) -> Any:
        """The public keys of the provider. Raises `Unauthenticated`, and `ValueError` for what are no keys."""
        from joserfc.jwk import KeySet

        address = self._read_metadata()["jwks_uri"]
        with self._lock:
            age = time.monotonic() - self._keys_read_at
            if age > (_KEYS_AT_MOST_EVERY if anew else _REMEMBERED):
                keys: Any = _get(address)
                self._keys, self._keys_read_at = KeySet.import_key_set(keys), time.monotonic()
            return self._keys


def _get(address: str) -> dict[str, Any]:
    """The JSON object at an address. Raises `Unauthenticated`."""
    import requests

    try:
        answer = requests.get(address, timeout=_TIMEOUT, allow_redirects=False)
        content = answer.json() if answer.status_code == 200 else None
    except (requests.RequestException, ValueError) as error:
        raise Unauthenticated(f"the provider does not answer ({type(error).__name__})") from None
    if not isinstance(content, dict):
        raise Unauthenticated("the provider does not answer as one of OpenID Connect does")
    return content


def _is_safe(address: str) -> bool:
    """Whether nobody between here and there can read or change what is sent."""
    parts = urlsplit(address)
    try:
        is_local = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        is_local = False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_local))
