"""Following up in a workspace of 100,000 annotated comments of 8,000 accounts, each a case: CPU time of a request.

    python -m benchmarks.follow_up [--comments 100000]

The comments are those of `comment_search`. A third of the cases had a contact within two days of the opening, and a
tenth of these has an outcome. CPU time does not depend on the load of the machine.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from benchmarks.comment_search import NOW, WORKSPACE, cpu_seconds, fill
from benchmarks.timing import print_table
from saywhy import store
from saywhy.case import CaseState, Outcome
from saywhy.code_frame import load_code_frame
from saywhy.store import Engine
from saywhy.store.case_tables import cases
from service.boards import read_board
from service.cases import list_cases, open_earlier
from service.customer_health import list_customers, read_customer

#: In the middle of the answers, so that half of them came after the contacts.
OPENED_AT = NOW - timedelta(days=35)

#: Hours from the opening of a case to the contact, at most.
SLOWEST = 48


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--comments", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = store.open_store(f"sqlite:///{Path(folder) / 'store.db'}")
        fill(engine, options.comments)
        print(f"{open_earlier(engine, WORKSPACE, None, OPENED_AT):,} cases, {contact(engine):,} with a contact")
        rows = [(name, f"{1000 * cpu_seconds(request):,.0f} ms") for name, request in requests(engine).items()]
        print_table(("request", "CPU time"), rows)
        engine.dispose()


def contact(engine: Engine) -> int:
    """Contact the customers of every third case, 1 to 48 hours after the opening; return their number."""
    count = 0
    with engine.begin() as connection:
        for hours in range(1, SLOWEST + 1):
            is_contacted = cases.c.id % (3 * SLOWEST) == 3 * (hours - 1)
            values = {"state": CaseState.CONTACTED.value, "contacted_at": OPENED_AT + timedelta(hours=hours)}
            count += connection.execute(sa.update(cases).where(is_contacted).values(values)).rowcount
        ended = {"state": CaseState.RESOLVED.value, "outcome": Outcome.RECOVERED.value, "ended_at": NOW}
        connection.execute(sa.update(cases).where(cases.c.id % 30 == 0).values(ended))
    return count


def requests(engine: Engine) -> dict[str, Callable[[], object]]:
    frame = load_code_frame()
    return {
        "50 cases": lambda: list_cases(engine, WORKSPACE),
        "one customer": lambda: read_customer(engine, WORKSPACE, "c77", code_frame=frame, now=NOW),
        "health of all accounts": lambda: list_customers(engine, WORKSPACE, now=NOW),
        "board report": lambda: read_board(engine, WORKSPACE, now=NOW),
    }


if __name__ == "__main__":
    main()
