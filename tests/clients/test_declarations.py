"""The Python client has each operation of the server, with its parameters and its result."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_origin, get_type_hints

import pytest
import saywhy_client
from generate_models import MODELS, client_names, generate
from saywhy_client import Client
from saywhy_client.operations import KEY, Operation, Resource

from api.app import create_app
from saywhy import __version__
from saywhy.settings import Settings

DOCUMENT = create_app(Settings()).openapi()
SCHEMAS = DOCUMENT["components"]["schemas"]
NAMES = client_names(SCHEMAS)

#: Of the answers that may be CSV too, for which there are other methods; and where the client goes from page to page.
NOT_PASSED = {"format", "cursor"}

Operations = dict[tuple[str, str], list[Callable[..., Any]]]


def declared() -> Operations:
    """The methods of the client by method and path; an answer in another format is another one."""
    operations: Operations = {}
    with Client() as client:
        for resource in vars(client).values():
            if isinstance(resource, Resource):
                for _, function in inspect.getmembers(type(resource), inspect.isfunction):
                    for operation in getattr(function, "operations", ()):
                        operations.setdefault((operation.method, operation.path), []).append(function)
    return operations


DECLARED = declared()
OF_SERVER = {
    (method.upper(), path): described
    for path, methods in DOCUMENT["paths"].items()
    for method, described in methods.items()
}


def test_every_operation_is_there() -> None:
    """Those of the OpenAPI document and no others: a new route is missed here until the client has it."""
    assert set(DECLARED) == set(OF_SERVER)


@pytest.mark.parametrize("operation", sorted(OF_SERVER), ids=" ".join)
def test_parameters_are_those_of_the_server(operation: tuple[str, str]) -> None:
    """By name, and those that the server needs must be passed."""
    needed = parameters_of(OF_SERVER[operation])
    for function in DECLARED.get(operation, []):
        taken = arguments_of(function)
        if hasattr(function, "__wrapped__"):
            body = declaration_of(function).body
            expected = needed | ({body: True} if body else {})
            assert taken == {name: expected[name] for name in expected if name in taken or name not in NOT_PASSED}
        else:  # carried out by itself: a file or a text in place of a body
            assert not needed.keys() - taken.keys() - NOT_PASSED


@pytest.mark.parametrize("operation", sorted(OF_SERVER), ids=" ".join)
def test_defaults_are_those_of_the_server(operation: tuple[str, str]) -> None:
    """They are not sent, so a signature must not say something else."""
    defaults = defaults_of(OF_SERVER[operation])
    for function in DECLARED.get(operation, []):
        for name, parameter in inspect.signature(function).parameters.items():
            if name in defaults and parameter.default not in (None, ()):
                assert parameter.default == defaults[name], name


@pytest.mark.parametrize("operation", sorted(OF_SERVER), ids=" ".join)
def test_results_are_those_of_the_server(operation: tuple[str, str]) -> None:
    """The model of the answer or of the entries of a list; text where there is no model, None where it is empty."""
    for function in DECLARED.get(operation, []):
        if hasattr(function, "__wrapped__"):
            assert result_of(function) == answer_of(OF_SERVER[operation], declaration_of(function).items)


@pytest.mark.slow
def test_the_models_are_those_of_the_document() -> None:
    """The file is what `python clients/python/generate_models.py` writes."""
    assert MODELS.read_text(encoding="utf-8") == generate()


def test_client_and_server_have_one_version() -> None:
    """They are released together."""
    assert saywhy_client.__version__ == __version__


def declaration_of(function: Callable[..., Any]) -> Operation:
    """The operation that a method without a body of its own declares."""
    declarations: list[Operation] = function.operations  # type: ignore[attr-defined]
    [declaration] = declarations
    return declaration


def parameters_of(described: dict[str, Any]) -> dict[str, bool]:
    """Names of parameters and members of the body, and whether they are required."""
    parameters = {
        KEY if parameter["in"] == "header" else parameter["name"]: parameter.get("required", False)
        for parameter in described.get("parameters", [])
    }
    for schema in bodies_of(described):
        parameters |= {member: member in schema.get("required", ()) for member in schema["properties"]}
    return parameters


def defaults_of(described: dict[str, Any]) -> dict[str, Any]:
    """Defaults of parameters and of members of the body that have one."""
    schemas = {parameter["name"]: parameter["schema"] for parameter in described.get("parameters", [])}
    for body in bodies_of(described):
        schemas |= body["properties"]
    return {name: schema["default"] for name, schema in schemas.items() if "default" in schema}


def bodies_of(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schemas of the body, if it is one model."""
    for content in described.get("requestBody", {}).get("content", {}).values():
        alternatives = content["schema"].get("anyOf", [content["schema"]])
        yield from (SCHEMAS[each["$ref"].rpartition("/")[2]] for each in alternatives if "$ref" in each)


def arguments_of(function: Callable[..., Any]) -> dict[str, bool]:
    """Names of arguments, and whether they must be passed; of `**options` their members."""
    arguments: dict[str, bool] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            [options] = get_args(get_type_hints(function)[name])
            arguments |= dict.fromkeys(options.__annotations__, False)
        elif name != "self":
            arguments[name] = parameter.default is parameter.empty
    return arguments


def result_of(function: Callable[..., Any]) -> str:
    """The name of the model that is returned, or that the entries have."""
    annotation = get_type_hints(function)["return"]
    if get_origin(annotation) in (Iterator, get_origin(list[int])) or get_args(annotation):
        [annotation] = get_args(annotation)
    return str(annotation.__name__)


def answer_of(described: dict[str, Any], items: str | None) -> str:
    """The name of the model of the answer, or of its entries."""
    status = min(status for status in described["responses"] if status.startswith("2"))
    content = described["responses"][status].get("content")
    if not content:
        return "NoneType"
    if "application/json" not in content:
        return "str"
    schema = content["application/json"]["schema"]
    if items:
        schema = SCHEMAS[schema["$ref"].rpartition("/")[2]]["properties"][items]["items"]
    return NAMES[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else {"string": "str"}[schema["type"]]
