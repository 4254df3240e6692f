"""Several responses of one customer are not independent: by how much that increases the variance of an estimate.

A `customer`, (N,), is the same number for all responses of one customer, and -1 where it is unknown: such a response
is one of its own. The estimate stays as it is; only its error grows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats, Integers

#: Influences that are in memory at once: those of so many responses, and of the last customer among them.
_BATCH_ROWS = 50_000


def clusters(customer: NDArray[np.int32]) -> Integers:
    """The number of the customer of each response, (N,), 0 … G - 1: every unknown customer is another one."""
    another = np.arange(len(customer)) + customer.max(initial=-1) + 1
    _, cluster = np.unique(np.where(customer < 0, another, customer), return_inverse=True)
    return cluster.ravel()


def design_effects(
    customer: NDArray[np.int32] | None, influence: Callable[[NDArray[np.intp]], Floats], estimates: int
) -> Floats:
    """How many times the variance of each of K `estimates` is that of as many independent responses: (K,), at least 1.

    `influence` gives the influences of responses (n,) on the estimates, (n, K), in any unit. The variance is that of
    their sums by customer, with the correction G/(G - 1) · (N - 1)/N for G customers. It is not smaller than that of
    independent responses, because the sums of few customers are uncertain. Where all influences are 0, all responses
    of a customer count as one. Exactly 1 where no customer occurs twice.

    Sources: Liang and Zeger 1986 for the sums; Kish 1965 for the design effect; Angrist and Pischke, "Mostly Harmless
    Econometrics" (2009), 8.2, for the larger of both variances.
    """
    cluster = clusters(customer) if customer is not None else np.zeros(0, dtype=np.int64)
    sizes = np.bincount(cluster)
    if (sizes <= 1).all():
        return np.ones(estimates)
    order, ends = np.argsort(cluster, kind="stable"), np.cumsum(sizes)
    starts = ends - sizes
    of_responses, of_customers = np.zeros(estimates), np.zeros(estimates)
    for batch in np.split(np.arange(len(sizes)), np.flatnonzero(np.diff(ends // _BATCH_ROWS)) + 1):
        first, last = starts[batch[0]], ends[batch[-1]]
        influences = influence(order[first:last])
        of_responses += (influences**2).sum(axis=0)
        of_customers += (np.add.reduceat(influences, starts[batch] - first, axis=0) ** 2).sum(axis=0)
    n, customers = len(cluster), len(sizes)
    correction = customers / max(customers - 1, 1) * (n - 1) / n
    unanimous = float(np.sum(sizes**2)) / n
    is_zero = of_responses == 0
    effect = np.where(is_zero, unanimous, correction * of_customers / np.where(is_zero, 1, of_responses))
    return np.maximum(effect, 1.0)


def jackknife_groups(customer: NDArray[np.int32] | None, order: NDArray[np.intp], groups: int) -> Integers:
    """A random group of each response, (N,), 0 … `groups` - 1, the same for all responses of a customer.

    `order`, (N,), puts the responses in the order in which the customers are assigned.
    """
    if customer is None:
        customer = np.full(len(order), -1, dtype=np.int32)
    cluster = clusters(customer)[order]
    _, first, index = np.unique(cluster, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))  # of the customers, by their first response
    group_of_customer = np.random.default_rng(0).permutation(len(first)) % groups
    group_of = np.empty(len(order), dtype=np.int64)
    group_of[order] = group_of_customer[rank][index.ravel()]
    return group_of
