"""No file ends in a traceback, an abort or a hang, takes more memory than allowed, or reaches the terminal raw."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.hostile import documents, texts, workbooks
from tests.ingest.hostile.hostile_file import HostileFile

SEED = 20261126
MEGABYTES = 600
#: Done, an error in the file, a wrong option, nothing taken.
EXIT_CODES = (0, 1, 2, 3)
_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
#: So many files of each kind are tried at most, drawn with the seed, and in the exhaustive run: trying all takes a
#: quarter of an hour.
OF_A_KIND, MOST_OF_A_KIND = 6, 40


def files(most: int = MOST_OF_A_KIND) -> Iterator[HostileFile]:
    """Hostile files of every kind, the same at each call."""
    by_kind: defaultdict[str, list[HostileFile]] = defaultdict(list)
    for module in (texts, documents, workbooks):
        for file in module.generate(random.Random(SEED)):
            by_kind[file.kind].append(file)
    for of_kind in by_kind.values():
        yield from random.Random(SEED).sample(of_kind, min(len(of_kind), most))


KINDS = sorted({file.kind for file in files()})


def test_there_are_many_hostile_files() -> None:
    """At least 400 files, whose names differ."""
    names = [(file.kind, file.name) for file in files()]
    assert len(names) >= 400
    assert len(set(names)) == len(names)


@pytest.fixture(scope="module")
def runner(sqlite_template: Path) -> Iterator[subprocess.Popen[str]]:
    """The process that imports files, each in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.ingest.hostile.runner", str(sqlite_template)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.slow
@pytest.mark.parametrize("most", [OF_A_KIND, pytest.param(MOST_OF_A_KIND, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.exhaustive if kind == "size" else ()) for kind in KINDS]
)
def test_no_file_breaks_an_import(kind: str, most: int, tmp_path: Path, runner: subprocess.Popen[str]) -> None:
    """Each file is imported, or refused with an error of one line."""
    assert runner.stdin is not None
    assert runner.stdout is not None
    failures = []
    for number, file in enumerate(file for file in files(most) if file.kind == kind):
        folder = tmp_path / str(number)
        (folder / "file").mkdir(parents=True)
        path = file.write(folder / "file")
        runner.stdin.write(json.dumps({"arguments": [*file.options, str(path)], "folder": str(folder)}) + "\n")
        runner.stdin.flush()
        ending = json.loads(runner.stdout.readline())
        shutil.rmtree(folder)
        failures += [f"{file.name!a}: {fault}" for fault in _faults(ending)]
    assert not failures, "\n".join(failures)


def _faults(ending: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the way in which an import ended."""
    output = ending["stdout"] + ending["stderr"]
    if ending["exit_code"] not in EXIT_CODES:
        yield f"exit code {ending['exit_code']} after {ending['seconds']:.0f} s: {output[-600:]!a}"
    if "Traceback" in output or "Exception ignored" in output:
        yield f"traceback: {output[-600:]!a}"
    if ending["megabytes"] > MEGABYTES:
        yield f"{ending['megabytes']} MB"
    if raw := _RAW.search(output):
        yield f"{raw[0]!a} reaches the terminal: {output[max(raw.start() - 60, 0) :][:120]!a}"
    if ending["exit_code"] == 1 and len(output.splitlines()) > 1:
        yield f"an error of several lines: {output[:300]!a}"
