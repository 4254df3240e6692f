"""The image, the compose file and the Kubernetes example name only what there is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from api.app import create_app
from cli.main import app
from saywhy.settings import Settings
from tests.builders.queued_imports import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OBJECTS: list[dict[str, Any]] = [
    item for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")) for item in yaml.safe_load_all(path.read_text())
]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()

#: The user of the image.
UID = 10001


def kind(name: str) -> list[dict[str, Any]]:
    """The objects of a kind of the Kubernetes example."""
    return [item for item in OBJECTS if item["kind"] == name]


def pods() -> Iterator[dict[str, Any]]:
    """The specifications of all pods of the Kubernetes example."""
    return (item["spec"]["template"]["spec"] for item in [*kind("Deployment"), *kind("StatefulSet")])


def containers() -> Iterator[dict[str, Any]]:
    """All containers of the Kubernetes example."""
    return (container for pod in pods() for container in [*pod.get("initContainers", ()), *pod["containers"]])


def services() -> list[dict[str, Any]]:
    """The services of the compose file that run the image."""
    return [service for service in COMPOSE["services"].values() if service["image"] == "saywhy"]


def environments() -> Iterator[dict[str, str]]:
    """The variables of each container, each with a value as a person might set it."""
    yield dict(re.findall(r"(SAYWHY_\w+)=(\S+)", DOCKERFILE))
    for service in services():
        yield {name: re.sub(r"\$\{\w+:-?\??([^}]*)\}", r"\1", value) for name, value in service["environment"].items()}
    shared = kind("ConfigMap")[0]["data"] | kind("Secret")[0]["stringData"]
    for container in containers():
        yield shared | {variable["name"]: variable["value"] for variable in container.get("env", ())}


def test_every_variable_is_a_setting_with_a_valid_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each container starts with the settings that its variables name, and with no others."""
    of_containers = list(environments())
    assert len(of_containers) == 1 + len(services()) + len(list(containers()))
    for variables in of_containers:
        names = {name for name in variables if not name.startswith("OTEL_")}
        assert names <= {f"SAYWHY_{name.upper()}" for name in Settings.model_fields}
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            settings = Settings()
        assert {f"SAYWHY_{name.upper()}" for name in settings.model_fields_set} >= names - {"SAYWHY_TRACING"}


def test_every_command_is_one_of_saywhy() -> None:
    """What containers run is a command of the program, alone, so it needs no options either."""
    commands = get_command(app).commands  # type: ignore[attr-defined]
    run = [service["command"] for service in services()] + [container["args"] for container in containers()]
    run += [yaml.safe_load(words) for words in re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)]
    assert sorted({name for [name] in run}) == ["migrate", "serve", "worker"]
    assert {name for [name] in run} <= set(commands)
    assert 'ENTRYPOINT ["saywhy"]' in DOCKERFILE


def test_probes_and_ports_are_those_of_the_server() -> None:
    """Probes ask for paths that answer, on the port on which the server listens."""
    paths = create_app(Settings()).openapi()["paths"]
    server = next(container for container in containers() if container["name"] == "server")
    probes = [server[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")]
    assert [probe["path"] for probe in probes] == ["/health/live", "/health/live", "/health/ready"]
    assert {probe["path"] for probe in probes} <= set(paths)
    [port] = server["ports"]
    default = Settings.model_fields["port"].default
    assert port["containerPort"] == default
    assert {probe["port"] for probe in probes} == {port["name"]}
    assert f"EXPOSE {default}\n" in DOCKERFILE
    assert f"127.0.0.1:{default}/health/live" in DOCKERFILE
    assert [ports.rsplit(":", 1)[1] for ports in COMPOSE["services"]["server"]["ports"]] == [str(default)]
    policy = next(item for item in kind("NetworkPolicy") if "ingress" in item["spec"])
    assert [rule["port"] for rule in policy["spec"]["ingress"][0]["ports"]] == [default]


def test_the_policy_selects_the_pods() -> None:
    """Services, budgets and network policies select pods that there are."""
    labels = [item["spec"]["template"]["metadata"]["labels"] for item in [*kind("Deployment"), *kind("StatefulSet")]]
    selectors = [item["spec"]["selector"] for item in kind("Service")]
    selectors += [item["spec"]["selector"]["matchLabels"] for item in kind("PodDisruptionBudget")]
    selectors += [item["spec"]["podSelector"]["matchLabels"] for item in kind("NetworkPolicy")]
    for selector in selectors:
        assert any(selector.items() <= pod.items() for pod in labels), selector


def test_everything_runs_without_rights() -> None:
    """No root, no capabilities, nothing to write to but what is mounted."""
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == [str(UID)]
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["runAsUser"] == UID
        assert not pod["automountServiceAccountToken"]
    for container in containers():
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/data", "/tmp"}
    for service in services():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]


def test_the_time_to_stop_suffices() -> None:
    """Nobody is killed while a server drains and finishes requests, or a worker gives its jobs back."""
    from api.http.server import SHUTDOWN_TIMEOUT
    from service.worker import GRACE

    for pod in pods():
        drain = [v["value"] for c in pod["containers"] for v in c["env"] if v["name"] == "SAYWHY_DRAIN_SECONDS"]
        needed = SHUTDOWN_TIMEOUT + float(drain[0]) if drain else GRACE
        assert pod["terminationGracePeriodSeconds"] > needed


def test_what_is_copied_into_the_image_exists() -> None:
    """Every path that the image is built from is in the repository, and not kept out of the build."""
    copied = [
        path for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE) for path in line.split()[:-1]
    ]
    kept = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied) == kept
    assert all((ROOT / path).exists() for path in copied)


WITHOUT = """
import sys

class Without:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in {names!r} else self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
from cli.main import app
for command in ("import", {sample!r}), ("analyse",), ("report",):
    if app(command, standalone_mode=False):
        sys.exit(1)
"""


@pytest.mark.exhaustive
def test_what_is_not_in_the_image_is_not_needed(tmp_path: Path) -> None:
    """An analysis with clustering, and its report, do not need what the image leaves out."""
    listed = re.findall(r"^([\w-]+) ;", (DEPLOY / "not-in-the-image.txt").read_text(), re.MULTILINE)
    names = {"umap-learn": "umap"}
    missing = {names.get(name, name).replace("-", "_") for name in listed} | {"torch", "transformers"}
    environment = os.environ | {"SAYWHY_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}", "PYTHONPATH": str(ROOT)}
    program = WITHOUT.format(names=missing, sample=str(ROOT / "saywhy/sample/responses.csv"))
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "NPS" in done.stdout
