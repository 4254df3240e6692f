"""Requests that no honest client sends: malformed bodies, paths, queries and headers for every operation."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_from_bytes

from api.v1.receiving import EXAMPLES as WEBHOOKS

#: Bodies of the right shape, by operation, that are made wrong in one place.
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/v1/classify"): {"comments": [{"id": "a", "text": "Too slow.", "language": "en"}]},
    ("POST", "/v1/code-frames"): {"yaml": "id: shop", "check": True},
    ("POST", "/v1/fixes"): {"cause": "support", "wave": "2026-Q2", "date": None, "target": 0.1},
    ("PATCH", "/v1/handling/{cause}"): {"author": "Ada", "owner": "Bo", "ticket": "OPS-1", "aside": {"points": 2}},
    ("PUT", "/v1/handling/{cause}/effort"): {"author": "Ada", "effort_days": 3},
    ("POST", "/v1/handling-changes/{change}/undo"): {"author": "Ada"},
    ("POST", "/v1/corrections/suspects/{correction}"): {"decision": "dismiss"},
    ("POST", "/v1/shared-links"): {"name": "Board", "view": {"wave": "2026-Q2", "sort": "mentions"}, "quotes": "none"},
    ("POST", "/v1/digests"): {"view": "New", "address": "/?mark=new", "endpoints": [1], "cron": "0 7 * * 1"},
    ("PATCH", "/v1/digests/{digest}"): {"is_paused": True, "language": "de"},
    ("POST", "/v1/models/shadow"): {"version": "candidate", "share": 0.5, "analyses": False},
    ("POST", "/v1/models/{model}/promote"): {"despite_gate": "a trial", "analyse": False},
    ("POST", "/v1/topic-edits"): {"kind": "merge", "topic": "a", "into": "b", "author": "Ada", "note": "why"},
    ("POST", "/v1/topic-edits/{edit}/undo"): {"author": "Ada", "note": None},
    ("POST", "/v1/topic-proposals/{proposal}/accept"): {"author": "Ada"},
    ("POST", "/v1/topic-proposals/{proposal}/dismiss"): {"author": "Ada"},
    ("POST", "/v1/audits"): {"comments": [{"id": "a", "labels": [{"theme": "support", "polarity": "negative"}]}]},
    ("PUT", "/v1/mappings/{name}"): {
        "columns": ["id", "NPS", "Why?"],
        "roles": {"score": ["NPS"], "comment": ["Why?"], "segments": []},
        "scale": "0-10",
    },
    ("POST", "/v1/cases"): {"since": "2026-01-01T00:00:00Z"},
    ("PATCH", "/v1/cases/{case}"): {"version": 1, "author": "Ada", "state": "contacted", "owner": "Bo", "note": "why"},
    ("PUT", "/v1/follow-up/policy"): {
        "groups": ["detractor"],
        "max_age_days": 30,
        "within_hours": 24,
        "business_hours": {"time_zone": "Europe/Berlin", "opens": "09:00", "days": [0, 1], "country": "DE"},
    },
    ("POST", "/v1/follow-up/new-accounts"): {"account": "Elm", "origin": "referral", "brought_by": "c-1", "case": 1},
    ("POST", "/v1/responses"): {
        "source": "shop",
        "responses": [
            {"id": "1", "score": 3, "comment": "Late.", "segments": {"plan": ["pro"]}, "customer": {"id": "c"}}
        ],
    },
    ("POST", "/v1/analyses"): {"refit": False},
    ("POST", "/v1/exports"): {"format": "csv", "wave": "all", "segments": ["region=north"], "cause": "a"},
    ("POST", "/v1/schedules"): {
        "kind": "analyse",
        "arguments": {"refit": True},
        "cron": "0 2 * * *",
        "time_zone": "UTC",
    },
    ("POST", "/v1/keys"): {"name": "CRM", "scopes": ["read"], "expires_at": "2100-01-01T00:00:00Z"},
    ("POST", "/v1/session"): {"name": "ada", "password": "correct horse battery"},
    ("POST", "/v1/sources"): {
        "name": "Shop",
        "kind": "generic",
        "columns": {"score": ["NPS"], "comment": ["Why?"], "segments": ["plan"]},
        "scale": "0-10",
    },
    ("PUT", "/v1/sources/{source}"): {"name": "Shop", "kind": "hubspot", "token": "secret"},
    ("POST", "/v1/webhook-endpoints"): {
        "url": "https://crm.example/saywhy",
        "events": ["detractor.new"],
        "kind": "webhook",
    },
    ("PATCH", "/v1/webhook-endpoints/{endpoint}"): {"events": ["report.finished"], "is_enabled": True},
    ("POST", "/v1/wave-plans"): {
        "name": "2027",
        "start": "2027-01-15",
        "stratify_by": ["plan"],
        "customers": [{"id": "c-1", "email": "a@x.example", "segments": {"plan": "pro"}, "asked_on": "2026-12-01"}],
    },
    **{("POST", f"/v1/webhooks/{kind}/{{source}}"): example for kind, example in WEBHOOKS.items()},
}

#: Values that take the place of a member, or of a whole body.
_VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    2**31,
    2**63,
    2**70,
    1e308,
    float("nan"),
    float("inf"),
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "x\udfffy",
    "\u202e",
    "\U0001f469\u200d\U0001f52c" * 50,
    "x" * 100_000,
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "'; DROP TABLE responses; --",
    "../../etc/passwd",
    "%00",
    [],
    [[]],
    [None] * 300,
    ["x"] * 25_000,
    {},
    {"a": {}},
    {str(number): number for number in range(5_000)},
]

_RAW: list[bytes] = [
    b"",
    b" ",
    b"null",
    b"{",
    b"}",
    b'{"comments":',
    b'{"a":1}{"a":2}',
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b"\x00",
    b'"\xed\xa0\x80"',
    b"[" * 5_000,
    b"[" * 200_000,
    b'{"a":' * 100_000,
    b"[" * 900 + b"]" * 900,
    b"1" * 5_000,
    b'{"comments":[' + b"{}," * 100_000 + b"{}]}",
    b'{"comments":[' + b"0," * 200 + b"0]}",
    b'{"comments":[{"id":1,"labels":[' + b"{}," * 200_000 + b"{}]}]}",
    b'{"a":"\\ud800"}',
    b"-",
    b"NaN",
    b"\x1f\x8b\x08\x00",
    b"{" + b",".join(b'"%d":0' % number for number in range(100_000)) + b"}",
]

_SHEETS: list[bytes] = [
    b"id,done\n",
    b"id,done\n\x00,\x00\n",
    b'id,done\n"unclosed',
    b"id,done,Support [support]\na\x00b,,-\n",
    b"id,done,Support [support]\n" + b"nobody,,-\n" * 9_000,
    b"id,done\n" + b"a\n" * 200_000,
    b"id,done,Support [support]\n" + b"x,,perhaps\n" * 9_000,
    b"," * 500_000,
    b"id,done" + b",a" * 200_000,
    b'[{"id": 1, "done": "x"}]',
    b'{"id": 1}\n{"id": 2}',
    b"[" * 300_000,
    b'{"a":' * 100_000,
    b"PK\x03\x04" + b"\0" * 100,
    b"\xff\xfe" + "id,done\n\ud800,x\n".encode("utf-16-le", "surrogatepass"),
    b"\x80\x81\x82" * 10_000,
    b"\r" * 50_000,
]

_PATH_PARTS = [
    "all",
    "%00",
    "a%00b",
    "%ED%A0%80",
    "%FF%FE",
    "..%2F..%2Fetc%2Fpasswd",
    "%2e%2e",
    "0",
    "-1",
    "1",
    str(2**31),
    str(2**63),
    str(2**70),
    "9" * 5_000,
    "nan",
    "x" * 10_000,
    "%F0%9F%98%80",
    quote("'; DROP TABLE reports; --"),
    "%0d%0aSet-Cookie:%20a=b",
]

_CONTENT_TYPES = [
    "application/json",
    "text/csv",
    "application/x-ndjson",
    "text/plain",
    "application/xml",
    "multipart/form-data",
    "",
    "application/json; charset=utf-16",
    "application/" + "x" * 2_000,
    "\u00ff",
    "application/x-www-form-urlencoded",
]

_HEADERS: list[tuple[str, str]] = [
    ("accept-language", "de;q=nan, zh;q=1e999, *;q=-1, " + "x," * 500),
    (
        "if-none-match",
        '*, W/"',
    ),
    ("accept", "\u00ff/*"),
    ("content-length", "99999999999999999999"),
    ("content-length", "-1"),
    ("cookie", "a" * 4_000),
    ("x-request-id", "a\u00ff" * 100),
    ("range", "bytes=0-,1-"),
    ("expect", "nonsense"),
    ("te", "trailers"),
    ("transfer-encoding", "gzip"),
    ("content-encoding", "br"),
    ("x-forwarded-host", "evil.example"),
]


@dataclass(frozen=True, slots=True)
class HostileRequest:
    """A request; `path` is escaped and has the query."""

    method: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.path[:200]} {self.headers} {self.body[:200]!r}"


def hostile_requests(document: dict[str, Any], count: int, seed: int = 0) -> Iterator[HostileRequest]:
    """So many requests for the operations of an OpenAPI document, in turn."""
    random_ = random.Random(seed)
    operations = [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    for number in range(count):
        method, path, operation = operations[number % len(operations)]
        content_type, body = _body(random_, method, path, operation)
        headers = [("content-type", content_type)] if content_type else []
        if random_.random() < 0.3:
            headers.append(random_.choice(_HEADERS))
        if random_.random() < 0.05:
            method = random_.choice(["PATCH", "TRACE", "OPTIONS", "HEAD", "GET", "DELETE", "FOO"])
        encoded = tuple((name.encode(), value.encode("latin-1")) for name, value in headers)
        yield HostileRequest(method, _path(random_, path) + _query(random_, operation), encoded, body)


def _body(random_: random.Random, method: str, path: str, operation: dict[str, Any]) -> tuple[str, bytes]:
    if "requestBody" not in operation:
        return ("", b"") if random_.random() < 0.9 else (random_.choice(_CONTENT_TYPES), random_.choice(_RAW))
    content_type = random_.choice(list(operation["requestBody"]["content"]))
    if random_.random() < 0.1:
        content_type = random_.choice(_CONTENT_TYPES)
    if content_type == "text/csv" and random_.random() < 0.8:
        return content_type, random_.choice(_SHEETS)
    if content_type == "application/x-ndjson" and random_.random() < 0.5:
        lines = [json.dumps({"id": value, "text": "slow"}).encode() for value in random_.sample(_VALUES[:24], 5)]
        return content_type, random_.choice([b"\n", b"\r\n", b"\n\n"]).join([*lines, random_.choice(_RAW)])
    if (method, path) not in BODIES or random_.random() < 0.4:
        return content_type, random_.choice(_RAW)
    body = json.loads(json.dumps(BODIES[method, path]))
    _spoil(random_, body)
    return content_type, json.dumps(body).encode()


def _spoil(random_: random.Random, value: Any) -> None:
    """Put a value that does not belong there somewhere into an object or a list."""
    key = random_.choice([*value, "unknown", "\ud800"]) if isinstance(value, dict) else random_.randrange(len(value))
    inner = value.get(key) if isinstance(value, dict) else value[key]
    if isinstance(inner, dict | list) and inner and random_.random() < 0.7:
        _spoil(random_, inner)
    else:
        value[key] = random_.choice(_VALUES)


def _path(random_: random.Random, path: str) -> str:
    parts = path.split("/")
    return "/".join(random_.choice(_PATH_PARTS) if part.startswith("{") else part for part in parts)


def _query(random_: random.Random, operation: dict[str, Any]) -> str:
    names = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"] or ["unknown"]
    if random_.random() < 0.5:
        return ""
    pairs = []
    for name in random_.choices(names, k=random_.choice([1, 1, 2, 5])):
        value = random_.choice([value for value in _VALUES if not isinstance(value, list | dict)])
        raw = str(value)[:5_000].encode("utf-8", "surrogatepass")
        pairs.append(f"{name}={quote_from_bytes(raw)}" if random_.random() < 0.9 else f"{name}=%FF%00&={name}&&;")
    return "?" + "&".join(pairs)
