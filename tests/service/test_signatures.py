"""Webhooks are taken from whoever has the secret of the source, signed as its tool documents, and from nobody else."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from saywhy.errors import InvalidSignature
from saywhy.source import SourceKind
from service.sources.signatures import TOLERANCE, SignedRequest, check, digest
from tests.builders.sources import URL, secret_of
from tests.builders.webhooks import body_of, signed


def request_of(kind: SourceKind, secret: str | None = None, at: float | None = None) -> SignedRequest:
    """A webhook that is signed with the secret of the source, or with another one."""
    secret, body = secret or secret_of(kind), body_of(kind)
    headers = {name.lower(): value for name, value in signed(kind, secret, body, url=URL, at=at).items()}
    return SignedRequest("POST", URL, headers, body, secret if kind is SourceKind.PROMOTERIO else None)


@pytest.mark.parametrize("kind", SourceKind)
def test_the_documented_signature_is_accepted(kind: SourceKind) -> None:
    """Each tool's own, made with the secret."""
    check(kind, secret_of(kind), request_of(kind))


@pytest.mark.parametrize("kind", SourceKind)
def test_another_secret_is_refused(kind: SourceKind) -> None:
    """Also one of the same form."""
    other = "whsec_" + "QUJD" * 8 if kind is SourceKind.GENERIC else "another"
    with pytest.raises(InvalidSignature):
        check(kind, secret_of(kind), request_of(kind, other))


@pytest.mark.parametrize("kind", [kind for kind in SourceKind if kind is not SourceKind.PROMOTERIO])
def test_a_body_that_was_changed_is_refused(kind: SourceKind) -> None:
    """By as much as a space."""
    request = request_of(kind)
    with pytest.raises(InvalidSignature):
        check(kind, secret_of(kind), replace(request, body=request.body + b" "))


@pytest.mark.parametrize("kind", SourceKind)
@pytest.mark.parametrize("value", [None, "", "sha256=", "v1,%%%", "v1", "ü", "sha256=ü"])
def test_what_is_no_signature_is_refused(kind: SourceKind, value: str | None) -> None:
    """A header that is missing, empty, or nothing that a tool sends."""
    request = request_of(kind)
    headers = {name: value for name in request.headers if "signature" in name and value is not None}
    kept = {name: text for name, text in request.headers.items() if "signature" not in name}
    with pytest.raises(InvalidSignature):
        check(kind, secret_of(kind), replace(request, headers=kept | headers, token=value))


@pytest.mark.parametrize("kind", [SourceKind.HUBSPOT, SourceKind.GENERIC])
@pytest.mark.parametrize("offset", [-TOLERANCE - 60, TOLERANCE + 60])
def test_a_signature_of_another_time_is_refused(kind: SourceKind, offset: float) -> None:
    """More than five minutes ago, or ahead, where the signature has a time."""
    with pytest.raises(InvalidSignature):
        check(kind, secret_of(kind), request_of(kind, at=time.time() + offset))


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "1e12", "9" * 400, "²"])
def test_a_time_that_is_none_is_refused(timestamp: str) -> None:
    """HubSpot's is in milliseconds."""
    request = request_of(SourceKind.HUBSPOT)
    headers = {**request.headers, "x-hubspot-request-timestamp": timestamp}
    with pytest.raises(InvalidSignature):
        check(SourceKind.HUBSPOT, secret_of(SourceKind.HUBSPOT), replace(request, headers=headers))


def test_hubspot_signs_the_address_too() -> None:
    """A webhook for another address is refused."""
    with pytest.raises(InvalidSignature):
        check(SourceKind.HUBSPOT, secret_of(SourceKind.HUBSPOT), replace(request_of(SourceKind.HUBSPOT), url=URL + "s"))


#: What `openssl dgst -hmac` makes of the body `{"a":1}`, with the secret `key`.
KNOWN = [
    (SourceKind.TYPEFORM, {"typeform-signature": "sha256=iKZ/JLvNrtDmyZdAS7eadDuvRMa6svTCcyjjAJ0i40I="}),
    (SourceKind.SURVEYMONKEY, {"sm-apikey": "id", "sm-signature": "9gWPK8+n/bGH8rHF30NDRu8L8Tg="}),
    (
        SourceKind.DELIGHTED,
        {"x-delighted-webhook-signature": "sha256=88a67f24bbcdaed0e6c997404bb79a743baf44c6bab2f4c27328e3009d22e342"},
    ),
    (
        SourceKind.HUBSPOT,
        {
            "x-hubspot-request-timestamp": "1767225600000",
            "x-hubspot-signature-v3": "f70RRJZAnbLSsrZoYy/3d6w1EEgkCwcU8Ky0U3MQZcI=",
        },
    ),
]


@pytest.mark.parametrize(("kind", "headers"), KNOWN)
def test_signatures_are_those_of_another_program(
    kind: SourceKind, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What OpenSSL signs is accepted, so that the tests do not only repeat the code."""
    monkeypatch.setattr(time, "time", lambda: 1767225600.0)
    check(kind, "key", SignedRequest("POST", URL, headers, b'{"a":1}'))


def test_a_webhook_is_known_by_its_id_where_that_is_signed() -> None:
    """A generic one that is sent again has a new time and the same id; others have the same body."""
    earlier, later = (request_of(SourceKind.GENERIC, at=time.time() - ago) for ago in (100, 0))
    assert earlier.headers != later.headers
    assert digest(SourceKind.GENERIC, earlier) == digest(SourceKind.GENERIC, later)
    typeform = request_of(SourceKind.TYPEFORM)
    assert digest(SourceKind.TYPEFORM, typeform) != digest(SourceKind.TYPEFORM, replace(typeform, body=b"{}"))
