"""Customers: how accounts are, the worst first, which turned; and all that one customer said.

`accounts` makes the context of the list, `customer` that of a customer.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path, Query, Response

from api.http.auth import PersonalDataDep, ReadAccess
from api.web.cause_links import topic_names
from api.web.customers import customer_path
from api.web.downloads import Downloads, offer
from api.web.page import Page
from api.web.pages.customers.accounts import BANDS, PATH, Shown, customers
from api.web.pages.customers.context import Customers, CustomerView
from api.web.pages.customers.customer import customer_view
from api.web.pages.customers.files import account_table
from api.web.rendering import WebDep
from service.customer_health import all_customers, list_alerts, list_customers, read_customer

PAGE = Page("customers", Customers, path=PATH, styles=("work.css",))
CUSTOMER = Page("customer", CustomerView, section="customers", styles=("work.css", "customers.css"))

#: Accounts of a page, and those that turned.
ROWS, TURNS = 50, 5


def downloads(
    web: WebDep, resources: ReadAccess, with_personal_data: PersonalDataDep, shown: Shown = "all"
) -> Downloads:
    """All accounts that are chosen."""
    at = resources.engine, resources.workspace
    accounts = all_customers(*at, bands=BANDS[shown], with_personal_data=with_personal_data)
    return Downloads({"accounts": lambda: account_table(accounts, web)})


offer(PAGE, PATH, "customers", downloads)

Name = Annotated[str, Path(max_length=500)]


@PAGE.router.get(PATH)
def show_customers(
    web: WebDep,
    resources: ReadAccess,
    with_personal_data: PersonalDataDep,
    shown: Shown = "all",
    cursor: Annotated[str, Query(max_length=500)] = "",
    name: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """The accounts. A `name` that somebody looks for leads to its page."""
    if name.strip():
        return web.see(customer_path(name.strip()))
    page = list_customers(
        resources.engine,
        resources.workspace,
        bands=BANDS[shown],
        limit=ROWS,
        cursor=cursor or None,
        with_personal_data=with_personal_data,
    )
    alerts = list_alerts(resources.engine, resources.workspace, TURNS, with_personal_data=with_personal_data)
    query = {"shown": None if shown == "all" else shown, "cursor": cursor}
    return web.render(PAGE, customers(page, alerts, shown, cursor, web), address=web.href(PATH, **query))


@CUSTOMER.router.get(f"{PATH}/{{name:path}}")
def show_customer(name: Name, web: WebDep, resources: ReadAccess, with_personal_data: PersonalDataDep) -> Response:
    """All that is known of an account or a customer."""
    details = read_customer(
        resources.engine,
        resources.workspace,
        name,
        code_frame=resources.annotator.code_frame,
        with_personal_data=with_personal_data,
    )
    names = topic_names(resources.engine, resources.workspace, web)
    return web.render(CUSTOMER, customer_view(details, names, web, datetime.now(UTC)), title=details.name)
