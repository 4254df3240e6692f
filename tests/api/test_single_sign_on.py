"""Signing in with a provider of OpenID Connect: who it names gets in, and whoever it does not name stays out."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.http.auth import COOKIE
from api.web import single_sign_on
from saywhy.access import Role
from saywhy.settings import Settings
from service import people
from service import single_sign_on as provider_module
from service.audit_log import list_entries
from service.people import add_person, list_people
from service.workspaces import create
from tests.api.test_keys import client_of
from tests.builders import identity_provider
from tests.builders.access import check_at_once
from tests.builders.identity_provider import CLIENT, SECRET, IdentityProvider

ADA = "ada@example.com"


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    """A provider that knows Ada."""
    with identity_provider.serving() as provider:
        yield provider


def settings(provider: IdentityProvider, **values: Any) -> Settings:
    """The settings of a server that is registered there."""
    return Settings(oidc_issuer=provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=SecretStr(SECRET), **values)


def server(engine: Engine, provider: IdentityProvider, **values: Any) -> TestClient:
    """A browser, which follows no redirects, of such a server, whose people include Ada."""
    create(engine, "default")
    if not list_people(engine, "default"):
        add_person(engine, "default", ADA, Role.EDITOR, None)
    client = client_of(engine, settings(provider, **values))
    client.headers.update({"accept": "text/html,*/*"})
    client.follow_redirects = False
    return client


@pytest.fixture
def client(sqlite_engine: Engine, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A browser of a server where only people who were added sign in."""
    check_at_once(monkeypatch)
    with server(sqlite_engine, provider) as client:
        yield client


def sign_in(client: TestClient, provider: IdentityProvider, back: str = "/", **brought: str) -> Any:
    """Go to the provider and come back; the answer. `brought` replaces what one brings."""
    begun = client.get("/sign-in/oidc", params={"next": back})
    assert begun.status_code == 303, begun.text
    return client.get("/sign-in/oidc/callback", params=provider.log_in(begun.headers["location"]) | brought)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Sign in with your organisation"),
        ("de", "Mit dem Konto Ihrer Organisation anmelden"),
        ("zh-Hans", "使用组织账号登录"),
        ("zh-Hant", "使用組織帳號登入"),
    ],
)
def test_the_form_leads_to_the_provider(client: TestClient, language: str, words: str) -> None:
    """In the language of the reader, with the page that was wanted; not where there is no provider."""
    page = client.get("/sign-in", params={"next": "/?a=1&b"}, headers={"accept-language": language}).text
    assert words in page
    assert 'href="/sign-in/oidc?next=%2F%3Fa%3D1%26b"' in page


def test_without_a_provider_there_is_no_way_to_one(sqlite_engine: Engine) -> None:
    """No link, and 404."""
    with client_of(sqlite_engine) as client:
        assert "oidc" not in client.get("/sign-in").text
        assert client.get("/sign-in/oidc").status_code == 404


def test_who_is_known_gets_a_session(client: TestClient, provider: IdentityProvider) -> None:
    """The browser comes back to the page that it wanted, as the person who was added, with a cookie no script reads."""
    answer = sign_in(client, provider, "/reports/Q1?language=de")
    assert (answer.status_code, answer.headers["location"]) == (303, "/reports/Q1?language=de")
    cookies = answer.headers.get_list("set-cookie")
    assert any(cookie.startswith(f"{COOKIE}=") and "HttpOnly" in cookie for cookie in cookies)
    assert any(cookie.startswith(f'{single_sign_on.COOKIE}=""') and "Max-Age=0" in cookie for cookie in cookies)
    who = client.get("/v1/session").json()
    assert (who["name"], who["workspace"], "write" in who["scopes"], "admin" in who["scopes"]) == (
        ADA, "default", True, False,
    )  # fmt: skip


CLAIMS: dict[str, dict[str, Any]] = {
    "wrong nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "wrong issuer": {"iss": "https://evil.example"},
    "wrong audience": {"aud": "another"},
    "no audience": {"aud": None},
    "several audiences": {"aud": [CLIENT, "another"]},
    "another party": {"azp": "another"},
    "expired": {"exp": 1_700_000_000},
    "no expiry": {"exp": None},
    "of tomorrow": {"nbf": 4_000_000_000},
    "no subject": {"sub": None},
    "no e-mail address": {"email": None},
    "an object as address": {"email": {"a": 1}},
}


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS.keys())
def test_claims_that_are_wrong_are_not_believed(
    client: TestClient, provider: IdentityProvider, claims: dict[str, Any]
) -> None:
    """The form says that the account was not confirmed, and nobody is signed in."""

    def change(token: dict[str, Any]) -> None:
        token.update(claims)
        for name in [name for name, value in token.items() if value is None]:
            del token[name]

    provider.change = change
    assert is_refused(sign_in(client, provider), 401, "did not confirm")


@pytest.mark.parametrize(
    "sign",
    [identity_provider.unsigned, identity_provider.signed_by_another, identity_provider.signed_by_the_public_key],
)
def test_signatures_of_others_are_not_believed(client: TestClient, provider: IdentityProvider, sign: Any) -> None:
    """Neither none, nor that of another key, nor one by which the public key would be a shared secret."""
    provider.sign = sign
    assert is_refused(sign_in(client, provider), 401, "did not confirm")


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "{}", "é.é.é"])
def test_what_is_no_token_is_not_believed(client: TestClient, provider: IdentityProvider, token: str) -> None:
    """Whatever the provider sends, nobody is signed in and nothing breaks."""
    provider.sign = lambda *_: token
    assert is_refused(sign_in(client, provider), 401, "did not confirm")


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_unverified_address_is_nobody(client: TestClient, provider: IdentityProvider, verified: object) -> None:
    """At many providers everybody can enter any address."""
    provider.claims["email_verified"] = verified
    assert is_refused(sign_in(client, provider), 403, "You have no access")


def test_who_was_not_added_stays_out(client: TestClient, provider: IdentityProvider, sqlite_engine: Engine) -> None:
    """Without roles, the provider's word does not make anybody a person."""
    provider.claims["email"] = "eve@example.com"
    assert is_refused(sign_in(client, provider), 403, "You have no access")
    assert [person.name for person in list_people(sqlite_engine, "default")] == [ADA]


def test_state_code_and_browser_belong_together(client: TestClient, provider: IdentityProvider) -> None:
    """Another state, no code, a code that was used, a refusal of the provider, and another browser are refused."""
    assert is_refused(sign_in(client, provider, state="another"), 401, "did not confirm")
    assert is_refused(sign_in(client, provider, code=""), 401, "did not confirm")
    assert is_refused(sign_in(client, provider, code="used"), 401, "did not confirm")
    assert provider.refused == ["used"]
    brought = provider.log_in(client.get("/sign-in/oidc").headers["location"])
    kept = client.cookies[single_sign_on.COOKIE]
    client.cookies.clear()
    assert is_refused(client.get("/sign-in/oidc/callback", params=brought), 401, "did not confirm")
    contents = [b"[1, 2, 3, 4]", b'["\\ud800", "", "", "/"]', b"[" * 20_000]
    for cookie in ("x", "e30=", *(base64.urlsafe_b64encode(each).decode() for each in contents), kept[:-8]):
        client.cookies.set(single_sign_on.COOKIE, cookie)
        assert is_refused(client.get("/sign-in/oidc/callback", params=brought), 401, "did not confirm")


def test_the_code_is_bound_to_the_attempt(client: TestClient, provider: IdentityProvider) -> None:
    """A code that somebody caught is worth nothing without the verifier of the browser that began (PKCE)."""
    caught = provider.log_in(client.get("/sign-in/oidc").headers["location"])
    begun = client.get("/sign-in/oidc")
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    answer = client.get("/sign-in/oidc/callback", params={"code": caught["code"], "state": state})
    assert is_refused(answer, 401, "did not confirm")
    assert provider.refused == [caught["code"]]


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_nobody_is_led_to_another_site(client: TestClient, provider: IdentityProvider, back: str) -> None:
    """What is no path of this server leads to its start page."""
    assert sign_in(client, provider, back).headers["location"] == "/"


def test_roles_come_from_a_claim(
    sqlite_engine: Engine, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The highest role that a value gives, anew at each sign-in; whoever has none stays out; the log says who came."""
    check_at_once(monkeypatch)
    roles = {"oidc_role_claim": "access.roles", "oidc_roles": "nps=editor, staff=viewer,boss = admin"}
    with server(sqlite_engine, provider, **roles) as client:
        provider.claims["email"] = "new@example.com"
        for value, role in ((["staff", "nps", "x", 7], Role.EDITOR), ("staff", Role.VIEWER), (["boss"], Role.ADMIN)):
            provider.claims["access"] = {"roles": value}
            assert sign_in(client, provider).status_code == 303
            people_now = {person.name: person.role for person in list_people(sqlite_engine, "default")}
            assert people_now == {ADA: Role.EDITOR, "new@example.com": role}
        client.cookies.clear()
        for other in (["x"], [], None, {"staff": 1}):
            provider.claims["access"] = {"roles": other}
            assert is_refused(sign_in(client, provider), 403, "You have no access")
    entries = list_entries(sqlite_engine, "default", 10).entries
    assert [(entry.actor, entry.action) for entry in entries] == [
        ("new@example.com", f"sign-in as {role}") for role in ("admin", "viewer", "editor")
    ]


def test_other_workspaces_keep_their_roles(
    sqlite_engine: Engine, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role of the provider is for the server's workspace: somebody of another one stays what they are there."""
    check_at_once(monkeypatch)
    create(sqlite_engine, "other")
    add_person(sqlite_engine, "other", "bob@example.com", Role.VIEWER, None)
    with server(sqlite_engine, provider, oidc_role_claim="role", oidc_roles="boss=admin") as client:
        provider.claims |= {"email": "bob@example.com", "role": "boss"}
        assert sign_in(client, provider).status_code == 303
        who = client.get("/v1/session").json()
    assert (who["workspace"], who["scopes"]) == ("other", ["read"])


def test_only_some_domains(sqlite_engine: Engine, provider: IdentityProvider) -> None:
    """An address of another domain stays out, also where it merely ends alike."""
    with server(sqlite_engine, provider, oidc_domains="Example.com, x.example") as client:
        assert sign_in(client, provider).status_code == 303
        for email in ("ada@notexample.com", "ada@example.com.evil.example", "example.com"):
            provider.claims["email"] = email
            client.cookies.clear()
            assert is_refused(sign_in(client, provider), 403, "You have no access")


def test_new_keys_of_the_provider_are_found(
    client: TestClient, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the provider has changed its keys, people sign in as before."""
    assert sign_in(client, provider).status_code == 303
    provider.key = RSAKey.generate_key(2048, {"kid": "2", "use": "sig"})
    assert is_refused(sign_in(client, provider), 401, "did not confirm"), "it does not look at once"
    monkeypatch.setattr(provider_module, "_KEYS_AT_MOST_EVERY", 0)
    assert sign_in(client, provider).status_code == 303


@pytest.mark.parametrize(
    "metadata",
    [{"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/token"}, {"jwks_uri": 7}],
)
def test_a_provider_that_is_another_is_not_asked(
    client: TestClient, provider: IdentityProvider, metadata: dict[str, Any]
) -> None:
    """Another issuer in the document, or addresses that others can read, end the attempt."""
    provider.metadata = metadata
    assert is_refused(client.get("/sign-in/oidc"), 401, "did not confirm")


def test_a_provider_that_is_gone_is_no_error_of_ours(sqlite_engine: Engine) -> None:
    """The form says that the account was not confirmed; passwords still work."""
    gone = IdentityProvider(issuer="http://127.0.0.1:9")
    with server(sqlite_engine, gone) as client:
        assert is_refused(client.get("/sign-in/oidc"), 401, "did not confirm")


def test_attempts_are_counted(client: TestClient, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider is not asked without end for one address."""
    monkeypatch.setattr(people, "ATTEMPTS_BY_ADDRESS", 0)
    assert is_refused(sign_in(client, provider), 429, "Too many attempts")
    assert provider.begun, "its code was not used"


def is_refused(answer: Any, status: int, words: str) -> bool:
    """Whether the answer is the form with this explanation, and no session was opened."""
    assert (answer.status_code, words in answer.text) == (status, True), answer.text[-900:]
    assert "example.com" not in answer.text
    return COOKIE not in answer.cookies
