"""Write `saywhy_client/models.py` from the OpenAPI document: `python clients/python/generate_models.py`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from api.app import create_app
from saywhy.settings import Settings

MODELS = Path(__file__).parent / "saywhy_client" / "models.py"

#: What the server checks; a client that did so too would refuse the answers of the next version of the server.
CHECKS = {
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
} | {"minItems", "maxItems", "minProperties", "maxProperties", "uniqueItems", "additionalProperties"}

#: What makes models longer and tells nothing.
NOISE = {"title", "examples", "example"}

REFERENCE = "#/components/schemas/"

OPTIONS = [
    *("--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel"),
    *("--target-python-version", "3.11", "--use-standard-collections", "--use-union-operator", "--use-annotated"),
    *("--use-tuple-for-fixed-items", "--use-default-kwarg"),
    *("--enum-field-as-literal", "all", "--use-type-alias", "--use-schema-description", "--strict-nullable"),
    *("--use-double-quotes", "--disable-timestamp", "--keep-model-order", "--no-formatters"),
    *("--custom-file-header", '"""What the server takes and returns. Written by `generate_models.py`; do not edit."""'),
]


def generate() -> str:
    """The source of the models."""
    document = create_app(Settings()).openapi()
    document = _renamed(document, client_names(document["components"]["schemas"]))
    components = {name: _plain(schema) for name, schema in document["components"]["schemas"].items()}
    document = {"openapi": "3.1.0", "info": document["info"], "paths": {}, "components": {"schemas": components}}
    source = _run("datamodel_code_generator", *OPTIONS, text=json.dumps(document))
    return _run("ruff", "format", "--stdin-filename", str(MODELS), "-", text=source)


def client_names(schemas: dict[str, Any]) -> dict[str, str]:
    """Names of models for users: without what tells the schemas of the server from its own classes."""
    names: dict[str, str] = {}
    for name in schemas:
        short = re.sub("(Out|Model)$", "", name)
        is_free = short not in schemas and short not in names.values()
        names[name] = short if is_free else name
    return names


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """The document with other names of schemas."""
    text = re.sub(
        f'"{REFERENCE}(\\w+)"', lambda match: f'"{REFERENCE}{names.get(match[1], match[1])}"', json.dumps(value)
    )
    document = json.loads(text)
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {names[name]: schema for name, schema in schemas.items()}
    return document


def _plain(schema: Any, *, of_properties: bool = False) -> Any:
    """A schema without checks and noise; names of properties are no keywords."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "enum" in schema:
        return {"enum": schema["enum"], "type": schema["type"]}
    is_map = isinstance(schema.get("additionalProperties"), dict)
    kept = {"additionalProperties"} if is_map else {"minItems", "maxItems"} if "prefixItems" in schema else set()
    dropped = set() if of_properties else (CHECKS | NOISE) - kept
    return {
        key: _plain(value, of_properties=key == "properties" and not of_properties)
        for key, value in schema.items()
        if key not in dropped
    }


def _run(module: str, *options: str, text: str) -> str:
    """What a tool makes of a text."""
    command = [sys.executable, "-m", module, *options]
    # The interpreter itself, no shell.
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)  # nosec B603
    if done.returncode:
        raise RuntimeError(f"{module} failed: {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    MODELS.write_text(generate(), encoding="utf-8")
