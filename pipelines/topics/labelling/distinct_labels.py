"""Whether two labels say nearly the same, and labels that differ from the names of known causes.

A report shows discovered topics beside causes that have a name: those of the library, and those that people created.
Two rows of nearly the same name would be taken for one cause counted twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipelines.topics.labelling.keyphrases import WordClass, stem, word_class
from pipelines.topics.labelling.keywords import tokens_of
from saywhy.text import fold, normalise
from saywhy.topic import Cluster

#: Two labels are alike if they share this part of the roots of their words (Jaccard index).
_ALIKE = 0.6
#: Letters in which words with the same root agree.
ROOT = 5
#: Keywords that stand for a label which is the name of another cause.
_KEYWORDS = 2
#: Marks a label that is the name of another cause, if no keyword tells the two apart.
_SECOND = " (2)"

_MEANINGFUL = (WordClass.CONTENT, WordClass.GENERIC, WordClass.NEGATION)

#: The roots of the content words of a label.
Roots = frozenset[str]


def roots(stems: Iterable[str]) -> Roots:
    """The beginnings of the stems: "conseil" and "conseillère" are the same word to a reader of labels."""
    return frozenset(word[:ROOT] for word in stems)


def roots_of_label(label: str, language: str | None) -> Roots:
    """The roots of the content words of a label; of all its words if it has no content word."""
    words = [token.text for token in tokens_of(normalise(label))]
    content = [word for word in words if word_class(word, language) in _MEANINGFUL]
    return roots(map(stem, content or words))


def likeness(left: Roots, right: Roots) -> float:
    """The Jaccard index of the roots of two labels, 0 … 1."""
    return len(left & right) / max(len(left | right), 1)


def is_alike(value: float) -> bool:
    """Whether two labels of that likeness would be taken for one."""
    return value >= _ALIKE


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names that no discovered topic may have, in any language.

    `with_root` are the roots of the names that have each root, `folded` the names in folded letters.
    """

    with_root: Mapping[str, tuple[Roots, ...]] = field(default_factory=dict)
    folded: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[Mapping[str, str]]) -> KnownNames:
        """`names` are of each cause, by language; "und" where the language of a name is not known."""
        flat = {(name, language) for by_language in names for language, name in by_language.items()}
        with_root: defaultdict[str, list[Roots]] = defaultdict(list)
        for of_name in {roots_of_label(name, language) for name, language in flat}:
            for root in of_name:
                with_root[root].append(of_name)
        index = {root: tuple(of_names) for root, of_names in with_root.items()}
        return cls(index, frozenset(fold(name) for name, _ in flat))

    def have(self, label: str, language: str | None) -> bool:
        """Whether the label is, or is nearly, one of the names."""
        return fold(label) in self.folded or is_alike(self.highest_likeness(roots_of_label(label, language)))

    def highest_likeness(self, label: Roots) -> float:
        """The likeness to the name that is most like it; 0 if there are no names."""
        return max((likeness(label, name) for name in self.sharing_a_root(label)), default=0.0)

    def sharing_a_root(self, label: Roots) -> Iterator[Roots]:
        """The roots of the names that have one with the label in common."""
        for root in label:
            yield from self.with_root.get(root, ())


#: Nothing has a name yet.
NO_NAMES = KnownNames()


def with_distinct_labels(clusters: Sequence[Cluster], names: KnownNames) -> Iterator[Cluster]:
    """The same clusters; a current discovered one that has a label like one of the names is called by its keywords.

    `label_topics` avoids such labels. What this changes are labels from earlier analyses, when no clause named the
    cause that has the name, and topics of which nothing else can be said.
    """
    for cluster in clusters:
        if cluster.stability is None or cluster.ended_at:
            yield cluster
            continue
        main = next((language for language, label in cluster.labels.items() if label == cluster.label), None)
        labels = {language: label for language, label in cluster.labels.items() if not names.have(label, language)}
        label = _by_keywords(cluster, names, main) if names.have(cluster.label, main) else cluster.label
        yield replace(cluster, label=label, labels=labels)


def _by_keywords(cluster: Cluster, names: KnownNames, language: str | None) -> str:
    """The first keywords that the names like the label do not have; numbered as the second if there is none."""
    own = roots_of_label(cluster.label, language)
    taken = frozenset[str]().union(own, *(name for name in names.sharing_a_root(own) if is_alike(likeness(own, name))))
    words: list[str] = []
    for word in cluster.keywords:
        label = ", ".join([*words, word])
        if not roots_of_label(word, language) <= taken and not names.have(label, language):
            words.append(word)
    label = ", ".join(words[:_KEYWORDS])
    return label[:1].upper() + label[1:] if label else cluster.label.removesuffix(_SECOND) + _SECOND
