"""The example of Spark on Kubernetes fits together, and names only what there is."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import yaml
from typer.main import get_command

from cli.main import app
from tests.builders.queued_imports import ROOT
from tests.deploy.test_files import UID

FOLDER = ROOT / "deploy" / "spark"
OBJECTS: dict[str, dict[str, Any]] = {
    item["kind"]: item for item in yaml.safe_load_all((FOLDER / "job.yaml").read_text())
}
FILES = OBJECTS["ConfigMap"]["data"]
SETTINGS = dict(line.split(maxsplit=1) for line in FILES["spark-defaults.conf"].splitlines())
DRIVER = OBJECTS["Job"]["spec"]["template"]["spec"]
EXECUTOR = yaml.safe_load(FILES["executor.yaml"])["spec"]
DOCKERFILE = (FOLDER / "Dockerfile").read_text()


def test_the_driver_runs_a_command_with_options_that_it_has() -> None:
    """The arguments of the driver are those of `saywhy analyse`, with a value each."""
    name, *arguments = DRIVER["containers"][0]["args"]
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    flags = {flag for parameter in command.params for flag in parameter.opts}
    given = dict(argument.split("=", 1) for argument in arguments)
    assert given.keys() <= flags
    assert {"--spark", "--in", "--out"} <= given.keys()
    [mount] = {mount["mountPath"] for mount in DRIVER["containers"][0]["volumeMounts"] if mount["name"] == "survey"}
    assert given["--in"].startswith(f"{mount}/")
    assert given["--out"].startswith(f"{mount}/")


def test_executors_reach_the_driver_and_its_files() -> None:
    """Host and ports of the driver are those of its service, which selects its pod; and all mount one claim alike."""
    service = OBJECTS["Service"]
    namespace = SETTINGS["spark.kubernetes.namespace"]
    assert SETTINGS["spark.driver.host"] == f"{service['metadata']['name']}.{namespace}.svc"
    ports = [int(SETTINGS[f"spark.driver.{name}"]) for name in ("port", "blockManager.port")]
    assert [port["port"] for port in service["spec"]["ports"]] == ports
    assert [port["containerPort"] for port in DRIVER["containers"][0]["ports"]] == ports
    labels = OBJECTS["Job"]["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()
    assert OBJECTS["RoleBinding"]["subjects"][0]["namespace"] == namespace
    assert DRIVER["serviceAccountName"] == OBJECTS["ServiceAccount"]["metadata"]["name"]
    claim = OBJECTS["PersistentVolumeClaim"]["metadata"]["name"]
    for pod in (DRIVER, EXECUTOR):
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        assert volumes["survey"]["persistentVolumeClaim"]["claimName"] == claim
        [container] = pod["containers"]
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert mounts.keys() == volumes.keys()
        assert mounts["survey"] == "/data"
    assert SETTINGS["spark.kubernetes.executor.podTemplateContainerName"] == EXECUTOR["containers"][0]["name"]
    folder, _, file = SETTINGS["spark.kubernetes.executor.podTemplateFile"].rpartition("/")
    assert file in FILES
    variables = {variable["name"]: variable.get("value") for variable in DRIVER["containers"][0]["env"]}
    assert variables["SPARK_CONF_DIR"] == folder


def test_everything_runs_without_rights() -> None:
    """No root, no capabilities, nothing to write to but what is mounted; and one image."""
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE)[-1] == str(UID)
    for pod in (DRIVER, EXECUTOR):
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["runAsUser"] == UID
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert DRIVER["containers"][0]["image"] == SETTINGS["spark.kubernetes.container.image"]


def test_the_entrypoint_starts_an_executor_as_spark_asks(tmp_path: Any) -> None:
    """With `executor` it starts Java with all options and addresses of the variables; else it is `saywhy`."""
    (tmp_path / "bin").mkdir()
    for program in ("java", "saywhy"):
        (tmp_path / "bin" / program).write_text(f'#!/bin/sh\nprintf "%s\\n" {program} "$@"\n')
        (tmp_path / "bin" / program).chmod(0o755)
    given = {f"SPARK_{name}": name.lower() for name in ("DRIVER_URL", "EXECUTOR_ID", "APPLICATION_ID")}
    given |= {"SPARK_EXECUTOR_CORES": "4", "SPARK_EXECUTOR_MEMORY": "1g", "SPARK_EXECUTOR_POD_IP": "10.0.0.1"}
    given |= {"SPARK_EXECUTOR_POD_NAME": "pod", "SPARK_RESOURCE_PROFILE_ID": "0", "SPARK_HOME": "/spark"}
    given |= {"SPARK_JAVA_OPT_0": "-Da=1 2", "SPARK_JAVA_OPT_1": "-Db=3", "JAVA_HOME": str(tmp_path)}
    environment = given | {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}

    def printed(*arguments: str) -> list[str]:
        command = [str(FOLDER / "entrypoint.sh"), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()

    assert printed("analyse", "--in", "a b") == ["saywhy", "analyse", "--in", "a b"]
    java = printed("executor")
    assert java[:6] == ["java", "-Da=1 2", "-Db=3", "-Xms1g", "-Xmx1g", "-cp"]
    assert java[6].endswith("/spark/jars/*")
    assert java[7] == "org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend"
    options = dict(zip(java[8::2], java[9::2], strict=True))
    assert options["--driver-url"] == "driver_url"
    assert options["--podName"] == "pod"
    assert len(options) == 7
