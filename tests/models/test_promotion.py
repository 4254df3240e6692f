"""The registry of model versions: promoting, going back, removing, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from models import promotion
from models.bundle import BUNDLED, CONFIG, HEADS, REPORTS, content_version, open_bundle, seal
from models.promotion import HISTORY, add_champion, promote, remove, roll_back
from models.registry import Registry, champion, version_of
from saywhy.errors import BundleDamaged, Conflict, GateFailed, ModelNotFound
from saywhy.model_version import Verdict
from tests.builders.model_versions import add_version, aliases, light_bundle

SHIPPED = version_of(BUNDLED)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry that does not exist yet; the bundle that ships is a light one."""
    bundle = light_bundle(tmp_path / "bundled")
    monkeypatch.setattr("models.promotion.BUNDLED", bundle)
    monkeypatch.setattr("models.registry.BUNDLED", bundle)
    return Registry(tmp_path / "models")


def test_a_version_is_promoted_and_taken_back(registry: Registry) -> None:
    """The candidate becomes the champion, the champion the previous one; going back swaps them, again and again."""
    version = add_version(registry, 0.1)
    assert aliases(registry) == {"champion": SHIPPED, "candidate": version}
    assert promote(registry, "candidate", by="Ada") == version
    assert aliases(registry) == {"champion": version, "previous": SHIPPED}
    assert open_bundle(champion(registry.root)).version == version
    assert roll_back(registry, by="Ada") == SHIPPED
    assert aliases(registry) == {"champion": SHIPPED, "previous": version}
    assert roll_back(registry, by="Ada") == version
    actions = [json.loads(line)["action"] for line in (registry.root / HISTORY).read_text("utf-8").splitlines()]
    assert actions == ["promote", "roll back", "roll back"]


def test_whoever_dies_while_the_first_version_is_added_leaves_a_registry(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bundle that ships serves on, and the next one who adds it completes what was begun."""
    put = promotion._put

    def put_and_die(*arguments: object) -> None:
        put(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("models.promotion._put", put_and_die)
        with pytest.raises(KeyboardInterrupt):
            add_champion(registry)
    assert registry.names() == [SHIPPED]
    assert version_of(champion(registry.root)) == SHIPPED
    assert add_champion(registry) == SHIPPED
    assert aliases(registry) == {"champion": SHIPPED}


def test_the_gate_decides_unless_there_is_a_reason(registry: Registry) -> None:
    """A version that did not pass is refused with the reasons; promoted despite that, the reason is kept."""
    version = add_version(registry, 0.1, passes=False, reasons=("German is worse",))
    with pytest.raises(GateFailed, match="German is worse"):
        promote(registry, version, by="Ada")
    with pytest.raises(GateFailed):
        promote(registry, version, by="Ada", despite="  ")
    promote(registry, version, by="Ada", despite="a pilot")
    assert json.loads((registry.root / HISTORY).read_text("utf-8"))["despite_gate"] == "a pilot"


def test_versions_with_an_english_page_alone_still_open(registry: Registry) -> None:
    """Those of before, whose reasons are plain sentences; another page is none of their files."""
    version = add_version(registry, 0.1, passes=False, reasons=("German is worse",), files={REPORTS["en"]: "<html>"})
    assert open_bundle(registry.root / version).version == version
    assert registry.verdict(version) == Verdict(SHIPPED, passes=False, reasons=("German is worse",))
    (registry.root / version / REPORTS["de"]).write_text("<html>", "utf-8")
    with pytest.raises(BundleDamaged, match=r"report\.de\.html does not match"):
        open_bundle(registry.root / version)


def test_a_verdict_on_another_champion_does_not_count(registry: Registry) -> None:
    """A version that was compared with one that no longer serves is refused, and so is one that was not compared."""
    one, other = add_version(registry, 0.1), add_version(registry, 0.2)
    promote(registry, one, by="Ada")
    with pytest.raises(GateFailed, match=f"compared with {SHIPPED}.*, but the champion is"):
        promote(registry, other, by="Ada")
    with pytest.raises(GateFailed, match="was not compared"):
        promote(registry, SHIPPED, by="Ada")
    with pytest.raises(Conflict, match="champion already"):
        promote(registry, one, by="Ada")


def test_what_serves_is_not_removed(registry: Registry) -> None:
    """The champion and the previous version stay; another one goes, with its alias."""
    version = add_version(registry, 0.1)
    with pytest.raises(Conflict, match="champion"):
        remove(registry, SHIPPED)
    assert remove(registry, "candidate") == version
    assert registry.names() == [SHIPPED]
    with pytest.raises(ModelNotFound, match="no model version 'candidate'"):
        registry.resolve("candidate")
    with pytest.raises(ModelNotFound, match="no previous"):
        roll_back(registry, by="Ada")


def test_other_content_is_refused(registry: Registry) -> None:
    """Heads that were changed are refused, also with new checksums: the name of the version is that of its content."""
    version = add_version(registry, 0.1)
    folder = registry.root / version
    heads = load_file(folder / HEADS)
    heads["bias"][0] += 1
    save_file(heads, folder / HEADS)
    with pytest.raises(Conflict, match=r"refused: .*heads\.safetensors does not match"):
        promote(registry, version, by="Ada")
    seal(folder)
    with pytest.raises(Conflict, match=r"refused: .*the content is not that of version"):
        promote(registry, version, by="Ada", despite="I insist")
    assert aliases(registry)["champion"] == SHIPPED


@pytest.mark.parametrize("name", ["weights.pkl", "hook.py", ".hidden"])
def test_foreign_files_are_refused(registry: Registry, name: str) -> None:
    """A file that is none of a bundle, such as one that can contain code, is refused by its name."""
    version = add_version(registry, 0.1)
    (registry.root / version / name).write_bytes(b"")
    with pytest.raises(Conflict, match=f"{name} is no file of a model bundle"):
        promote(registry, version, by="Ada")


def test_links_are_refused(registry: Registry, tmp_path: Path) -> None:
    """A link in the place of a file is refused, and so is a version that is a link."""
    version = add_version(registry, 0.1)
    config = registry.root / version / CONFIG
    shutil.move(config, tmp_path / CONFIG)
    config.symlink_to(tmp_path / CONFIG)
    with pytest.raises(BundleDamaged, match="is a link"):
        open_bundle(registry.root / version)
    (registry.root / "linked").symlink_to(registry.root / SHIPPED)
    with pytest.raises(ModelNotFound):
        promote(registry, "linked", by="Ada", despite="a link")


def test_equal_content_has_one_name(registry: Registry) -> None:
    """Adding the same content again gives the same version, and leaves what is there as it is."""
    assert add_version(registry, 0.1) == add_version(registry, 0.1)
    assert len(registry.names()) == 2
    assert not [path for path in registry.root.iterdir() if path.name.startswith(".") and path.is_dir()]
    assert content_version(registry.root / SHIPPED).startswith(f"{SHIPPED}+")
