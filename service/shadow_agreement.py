"""How far the version in the shadow agrees with the champion, as people see it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from models.registry import Registry
from saywhy import store
from saywhy.model_version import AgreementCount, AgreementKind, Shadow
from saywhy.store import Engine

#: Languages of fewer comments are shown together.
_FEWEST = 5
#: What they are called.
OTHER_LANGUAGES = "other"


@dataclass(frozen=True, slots=True)
class LanguageAgreement:
    """Of the comments of a language: the share with the same sentiment; of all themes, and of all causes, that either
    version named, the share that both named. None where neither named one.
    """

    language: str
    comments: int
    sentiment: float | None
    themes: float | None
    causes: float | None


@dataclass(frozen=True, slots=True)
class ShadowAgreement:
    """What runs in the shadow of the champion, and how far it agrees; `total` is of all languages."""

    shadow: Shadow
    champion: str
    total: LanguageAgreement
    languages: tuple[LanguageAgreement, ...]  # the most frequent one first
    dropped: int  # comments for which there was no time


def read_agreement(
    engine: Engine, registry: Path | None, champion: str, workspace: str | None = None
) -> ShadowAgreement | None:
    """The agreement in a workspace, or in all of them; None if nothing runs in the shadow.

    Raises `WorkspaceNotFound` and `BundleDamaged`.
    """
    shadow = Registry(registry).shadow() if registry else None
    if shadow is None:
        return None
    with store.reading(engine) as connection:
        workspace_id = None if workspace is None else store.workspaces.find(connection, workspace)
        counts = store.shadow_counts.load(connection, champion, shadow.version, workspace_id)
    of_language: dict[str, list[AgreementCount]] = {}
    compared = {each.language: each.compared for each in counts if each.kind is AgreementKind.COMMENTS}
    for each in counts:
        name = each.language if compared.get(each.language, 0) >= _FEWEST else OTHER_LANGUAGES
        of_language.setdefault(name, []).append(each)
    languages = [_agreement(name, group) for name, group in of_language.items()]
    return ShadowAgreement(
        shadow=shadow,
        champion=champion,
        total=_agreement("all", counts),
        languages=tuple(sorted((each for each in languages if each.comments), key=lambda each: -each.comments)),
        dropped=sum(each.compared for each in counts if each.kind is AgreementKind.DROPPED),
    )


def _agreement(language: str, counts: Collection[AgreementCount]) -> LanguageAgreement:
    def share(kind: AgreementKind) -> float | None:
        compared = sum(each.compared for each in counts if each.kind is kind)
        return sum(each.agreed for each in counts if each.kind is kind) / compared if compared else None

    comments = sum(each.compared for each in counts if each.kind is AgreementKind.COMMENTS)
    kinds = (AgreementKind.SENTIMENT, AgreementKind.THEMES, AgreementKind.CAUSES)
    return LanguageAgreement(language, comments, *map(share, kinds))
