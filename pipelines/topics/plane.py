"""Where topics lie in the plane: what is said in similar words lies near each other, and no two lie on each other.

The same vectors and sizes always give the same places, so that a map of today can be compared with that of yesterday.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats, Vectors

#: How far places go by rank instead of by value, so that a few unusual topics do not crowd all others together.
_BY_RANK = 0.6

#: Rounds of pushing overlapping circles apart; each takes n² steps.
_ROUNDS = 300


def plane(vectors: Vectors, radii: Floats, width: float, height: float, margin: float = 0.0) -> Floats:
    """Centres, (n, 2), of circles of these radii, (n,), in a rectangle: the first two principal components of the
    vectors, (n, d), stretched to fill it, then moved apart until they are `margin` away from each other where there is
    room for that.
    """
    places = np.stack([_spread(component) for component in _components(vectors)], axis=1)
    room = np.array([width, height])
    low, high = radii[:, None] + margin, room - radii[:, None] - margin
    places = low + places * (high - low)
    for _ in range(_ROUNDS):
        push = _push(places, radii, margin)
        if not push.any():
            break
        places = np.clip(places + push, low, high)
    return places


def _components(vectors: Vectors) -> Floats:
    """The first two principal components: (2, n). Their signs are chosen so that the largest value is positive."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    components = np.zeros((2, len(vectors)))
    kept = min(2, len(values))
    components[:kept] = (left[:, :kept] * values[:kept]).T
    largest = np.abs(components).argmax(axis=1)
    signs = np.sign(components[np.arange(2), largest])
    scaled: Floats = components * np.where(signs == 0, 1, signs)[:, None]
    return scaled


def _spread(component: Floats) -> Floats:
    """The values between 0 and 1, partly by rank; 0.5 where there is one alone."""
    if len(component) < 2:
        return np.full(len(component), 0.5)
    rank = np.argsort(np.argsort(component, kind="stable"), kind="stable") / (len(component) - 1)
    extent = np.ptp(component)
    value = (component - component.min()) / extent if extent > 0 else rank
    spread: Floats = _BY_RANK * rank + (1 - _BY_RANK) * value
    return spread


def _push(places: Floats, radii: Floats, margin: float) -> Floats:
    """How each circle moves so that it overlaps with no other one: (n, 2); of two, the smaller one moves farther."""
    apart = places[:, None] - places[None]
    distance = np.hypot(apart[..., 0], apart[..., 1])
    overlap = np.maximum(radii[:, None] + radii[None] + margin - distance, 0)
    np.fill_diagonal(overlap, 0)
    index = np.arange(len(radii))
    # Of two in one place, the later one goes right and down.
    sideways = np.sign(index[:, None] - index[None]).astype(np.float64)[..., None] * np.array([0.8, 0.6])
    direction = np.where(distance[..., None] > 1e-9, apart / np.maximum(distance, 1e-9)[..., None], sideways)
    share = radii[None] ** 2 / np.maximum(radii[:, None] ** 2 + radii[None] ** 2, 1e-9)
    push: Floats = (direction * (share * overlap)[..., None]).sum(axis=1)
    return push
