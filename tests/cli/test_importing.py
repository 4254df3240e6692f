"""`saywhy import` as its user sees it: exit codes, what reaches the terminal, and an output that is full."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from typer.testing import Result

from tests.builders.queued_imports import CLI
from tests.cli import invoke

HEADER = "id,score,comment\n"


def run(folder: Path, *arguments: str, command: tuple[str, ...] = ("import",)) -> Result:
    """`saywhy import`, or another command, on a store in the folder."""
    return invoke(f"sqlite:///{folder / 'store.db'}", *command, *arguments)


def write(folder: Path, text: str, name: str = "export.csv") -> str:
    """The path of a file with that text."""
    (folder / name).write_text(text)
    return str(folder / name)


def test_exit_code_says_that_nothing_was_taken(tmp_path: Path) -> None:
    """3 if every row was rejected, 0 if one was imported, 1 for a file that cannot be read."""
    rows = "".join(f"r{number},55,x\n" for number in range(3))
    assert run(tmp_path, write(tmp_path, HEADER + rows), "--score-column", "score").exit_code == 3
    assert run(tmp_path, write(tmp_path, HEADER + rows + "a,9,good\n"), "--score-column", "score").exit_code == 0
    assert run(tmp_path, write(tmp_path, "")).exit_code == 1


def test_nothing_from_a_file_commands_the_terminal(tmp_path: Path) -> None:
    """Names of columns and files, reasons, waves and errors are shown without control characters."""
    escape = "\x1b]0;owned\x07\x9b2J"
    text = f"id,score,comment,{escape}\na,0,x,y\nb,9,y,z\nc,{escape},z,z\n" + "d,5,nothing special here,x\n" * 40
    done = run(tmp_path, write(tmp_path, text, f"{escape}.csv"), "--wave", f"W{escape}")
    failed = run(tmp_path, write(tmp_path, f"{escape},{escape}2\n" + "some,words\n" * 60, f"{escape}.csv"))
    assert done.exit_code == 0
    assert failed.exit_code == 1
    for output in (done.stdout, done.stderr, failed.stdout, failed.stderr):
        assert not {"\x1b", "\x07", "\x9b"} & set(output)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [[], ["--rejections", "/dev/full"]])
def test_full_device(tmp_path: Path, arguments: list[str]) -> None:
    """Output that cannot be written is an error of one line."""
    path = write(tmp_path, HEADER + "a,9,good\nb,0,bad\nc,99,odd\n")
    environment = {**os.environ, "SAYWHY_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}"}
    with Path(os.devnull if arguments else "/dev/full").open("w") as out:
        process = subprocess.run(
            [*CLI, "import", path, *arguments], env=environment, stdout=out, stderr=subprocess.PIPE, text=True
        )
    assert (process.returncode, process.stderr) == (1, "saywhy: No space left on device\n")


def test_file_whose_name_is_no_text(tmp_path: Path) -> None:
    """A name in another encoding than the system's is shown and stored escaped."""
    path = os.fsencode(tmp_path) + b"/umfrage-\xfc.csv"
    Path(os.fsdecode(path)).write_text(HEADER + "a,9,good\nb,0,bad\n")
    done = run(tmp_path, os.fsdecode(path))
    assert done.exit_code == 0
    assert "umfrage-\\udcfc.csv" in done.stdout


def test_a_mapping_is_saved_found_listed_and_deleted(tmp_path: Path) -> None:
    """The preview of the next file says by which mapping it is read; without it the file is read as before."""

    def mappings(*arguments: str) -> str:
        return run(tmp_path, *arguments, command=("mappings",)).stdout

    rows = "".join(f"r{number},{number % 10 + 1},text,{number}\n" for number in range(30))
    path = write(tmp_path, "id,points,comment,memo\n" + rows)
    run(tmp_path, path, "--score-column", "points", "--scale", "0-10", "--save-mapping", "shop")
    later = write(tmp_path, "id,points,comment,memo\n" + rows.replace("r", "s"), "later.csv")
    assert "by the saved mapping 'shop'" in run(tmp_path, later, "--preview").stdout
    assert "shop\n  score: points\n  comment: comment\n  id: id\n" in mappings("list")
    assert "scale: 0-10, as saved in the mapping 'shop'" in run(tmp_path, later).stdout
    mappings("delete", "shop")
    assert mappings("list") == ""


def test_an_anonymous_import_needs_its_key(tmp_path: Path) -> None:
    """The key file is created beside the store; without it the error is one line with its path, until a new key is
    given.
    """
    path = write(tmp_path, HEADER + "a,9,good\nb,0,bad\n")
    assert run(tmp_path, path, "--anonymous").exit_code == 0
    (tmp_path / "store.db-keys").unlink()
    refused = run(tmp_path, path)
    assert refused.exit_code == 1
    assert str(tmp_path / "store.db-keys") in refused.stderr
    assert refused.stderr.count("\n") == 1
    renewed = run(tmp_path, command=("anonymity", "rekey"))
    assert renewed.exit_code == 0
    assert "closed" in renewed.stdout
    closed = run(tmp_path, path)
    assert (closed.exit_code, closed.stderr.count("\n")) == (1, 1)
    assert "--wave" in closed.stderr
    assert run(tmp_path, path, "--wave", "W2").exit_code == 0


def test_an_anonymous_file_without_ids_is_refused_a_second_time(tmp_path: Path) -> None:
    """The error is one line that says what to do; a preview shows it as a note, and the columns."""
    path = write(tmp_path, "score,comment\n9,good\n0,bad\n")
    first = run(tmp_path, path, "--anonymous")
    assert first.exit_code == 0
    assert "note: without response ids" in first.stdout
    refused = run(tmp_path, path)
    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert "SAYWHY_WORKSPACE" in refused.stderr
    preview = run(tmp_path, path, "--preview")
    assert "note: the import would be refused: this anonymous workspace has responses without a wave" in preview.stdout
