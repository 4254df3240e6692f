"""Builds what the settings show of digests, and reads the schedule that a form chooses."""

from __future__ import annotations

from collections.abc import Sequence

from babel import Locale
from babel.dates import get_day_names

from api.web.forms import Form, value_of
from api.web.pages.settings.context import DigestForm, DigestLine, DigestPart
from api.web.rendering import Web
from api.web.shell import Choice
from pipelines.render.wording import LANGUAGE_NAMES, Wording
from saywhy.digest import Digest
from saywhy.errors import InvalidInput
from saywhy.saved_view import SavedView
from saywhy.view_filters import OVERVIEW
from saywhy.webhook import Delivery, Endpoint
from service.digests.managing import DigestStatus

PATH = "/settings/digests"

#: Of a new digest: Mondays at seven.
_DAY, _TIME = "1", "07:00"

#: The fields of a cron expression after minute and hour, by what a form says of days; weekdays are numbers from Monday.
_DAYS = {**{str(day): f"* * {day % 7}" for day in range(1, 8)}, "daily": "* * *", "monthly": "1 * *"}


def digest_part(
    statuses: Sequence[DigestStatus], views: Sequence[SavedView], endpoints: Sequence[Endpoint], web: Web
) -> DigestPart:
    """The digests, and the form for another one if there is a view of the overview and anybody to send it to."""
    sendable = [view for view in views if view.address.partition("?")[0] == OVERVIEW]
    recipients = [endpoint for endpoint in endpoints if endpoint.kind.is_for_people]
    can_add = bool(sendable and recipients)
    return DigestPart(
        lines=tuple(_line(status, sendable, recipients, web) for status in statuses),
        form=_form(None, sendable, recipients, web) if can_add else None,
    )


def cron_of(form: Form) -> str:
    """The cron expression of the chosen days and time; that of a digest whose days no form knows stays as it is.

    Raises `InvalidInput`.
    """
    days, (hour, _, minute) = value_of(form, "days"), value_of(form, "time").partition(":")
    if " " in days:
        return days
    is_time = hour.isdecimal() and minute.isdecimal() and len(hour) <= 2 and len(minute) == 2
    if days not in _DAYS or not is_time:
        raise InvalidInput("choose on which days the digest is sent, and the time as HH:MM")
    return f"{int(minute)} {int(hour)} {_DAYS[days]}"


def language_choices(chosen: str) -> tuple[Choice, ...]:
    """The languages by their own names."""
    return tuple(Choice(tag, name, tag == chosen, tag) for tag, name in LANGUAGE_NAMES.items())


def _line(status: DigestStatus, views: Sequence[SavedView], recipients: Sequence[Endpoint], web: Web) -> DigestLine:
    digest, wording, path = status.digest, web.wording, f"{PATH}/{status.digest.id}"
    names = {endpoint.id: endpoint.url for endpoint in recipients}
    due = wording["digests.paused"]
    if digest.next_at is not None:
        due = wording("digests.next", moment=wording.moment(digest.next_at.isoformat()))
    to = wording["comma"].join(names[number] for number in digest.endpoints if number in names)
    return DigestLine(
        view=digest.view.name,
        href=web.href(digest.view.address),
        facts=" · ".join(
            [_when(digest, wording), LANGUAGE_NAMES[digest.language], to or wording["digests.nobody"], due]
        ),
        last=_last(digest, wording),
        messages=tuple(_message(delivery, names, wording) for delivery in status.deliveries),
        form=_form(digest, views, recipients, web),
        test=web.href(f"{path}/test"),
        pause=web.href(f"{path}/pause"),
        pause_label=wording["digests.resume" if digest.is_paused else "digests.pause"],
        paused="no" if digest.is_paused else "yes",
        remove=web.href(f"{path}/remove"),
    )


def _form(digest: Digest | None, views: Sequence[SavedView], recipients: Sequence[Endpoint], web: Web) -> DigestForm:
    wording = web.wording
    days, time = _chosen(digest.cron) if digest else (_DAY, _TIME)
    language = digest.language if digest else wording.language
    return DigestForm(
        path=web.href(f"{PATH}/{digest.id}" if digest else PATH),
        views=tuple(Choice(view.name, view.name, bool(digest and digest.view.id == view.id)) for view in views),
        days=_day_choices(days, wording),
        time=time,
        time_zone=digest.time_zone if digest else "UTC",
        languages=language_choices(language),
        endpoints=tuple(
            Choice(str(endpoint.id), endpoint.url, bool(digest and endpoint.id in digest.endpoints))
            for endpoint in recipients
        ),
    )


def _chosen(cron: str) -> tuple[str, str]:
    """The days and the time of a form; the expression itself where no form knows it."""
    minute, hour, *rest = cron.split()
    days = next((days for days, fields in _DAYS.items() if fields == " ".join(rest)), None)
    if days is None or not (minute.isdecimal() and hour.isdecimal()):
        return cron, _TIME
    return days, f"{int(hour):02}:{int(minute):02}"


def _day_choices(chosen: str, wording: Wording) -> tuple[Choice, ...]:
    labels = {days: _day_label(days, wording) for days in (*_DAYS, *([chosen] if chosen not in _DAYS else []))}
    return tuple(Choice(days, label, days == chosen) for days, label in labels.items())


def _day_label(days: str, wording: Wording) -> str:
    if days.isdecimal():
        return str(get_day_names("wide", locale=Locale.parse(wording.language, sep="-"))[int(days) - 1])
    labels = {"daily": wording["digests.daily"], "monthly": wording["digests.monthly"]}
    return labels.get(days, days)


def _when(digest: Digest, wording: Wording) -> str:
    days, time = _chosen(digest.cron)
    label = _day_label(days, wording)
    return f"{label} ({digest.time_zone})" if days == digest.cron else f"{label} {time} ({digest.time_zone})"


def _last(digest: Digest, wording: Wording) -> str:
    if digest.last is None:
        return ""
    moment = wording.moment(digest.last.at.isoformat())
    return wording("digests.last", moment=moment, outcome=wording[f"digests.outcome_{digest.last.outcome}"])


def _message(delivery: Delivery, names: dict[int, str], wording: Wording) -> str:
    state = wording[f"digests.state_{delivery.state}"]
    to = names.get(delivery.endpoint, str(delivery.endpoint))
    return wording("digests.message", to=to, state=state) + (f" ({delivery.detail})" if delivery.detail else "")
