"""Sending: one message is claimed, sent, and what came of it is recorded; failures are tried again, then given up.

A message is sent at least once: whoever dies between sending and recording leaves a lease that ends, and the message is
sent again with the same id. Nothing is locked while a receiver is waited for.
"""

from __future__ import annotations

import logging
import random
import time
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from saywhy import store
from saywhy.errors import SaywhyError, StoreUnavailable
from saywhy.store import Connection, Engine
from saywhy.webhook import Attempt, DeliveryClaim, DeliveryState, Endpoint, EndpointKind, EventType
from service.webhooks.addresses import Outgoing
from service.webhooks.http import Answer, NotSent, post
from service.webhooks.mail import letter
from service.webhooks.messages import message
from service.webhooks.smtp import deliver

log = logging.getLogger(__name__)

#: Attempts of a message, the last of which comes after about 39 hours.
ATTEMPTS = 10

#: The pause after the first attempt; each one is four times as long, up to the longest. All set by hand.
BACKOFF = timedelta(seconds=10)
LONGEST_BACKOFF = timedelta(hours=12)

#: A pause is shortened or lengthened by up to this share, so that messages that failed together do not come together.
JITTER = 0.25

#: How long everything to an endpoint may fail before nothing is sent to it any more.
LONGEST_FAILURE = timedelta(days=5)

#: How long nobody else sends a message that is being sent, beyond the time that sending it may take.
LEASE = timedelta(seconds=30)

#: What is kept of an answer, in characters.
KEPT_ANSWER = 500


def send_next(engine: Engine, outgoing: Outgoing, delivery_id: int | None = None, lease: timedelta = LEASE) -> bool:
    """Send the message that is due first, or that of one delivery; whether there was one."""
    with store.reading(engine) as connection:  # so that idle workers do not disturb writers
        if not store.deliveries.is_any_due(connection):
            return False
    with engine.begin() as connection:
        claim = store.deliveries.take(connection, lease + timedelta(seconds=outgoing.timeout), delivery_id)
    if claim is None:
        return False
    started = time.monotonic()
    answer, failure = _send(engine, claim, outgoing)
    milliseconds = round((time.monotonic() - started) * 1000)
    with engine.begin() as connection:
        _record(connection, claim, answer, failure, milliseconds)
    return True


def _send(engine: Engine, claim: DeliveryClaim, outgoing: Outgoing) -> tuple[Answer | None, str | None]:
    """What the receiver answered, and what went wrong."""
    try:
        is_mail = claim.endpoint.kind is EndpointKind.EMAIL
        answer = _mail(claim, outgoing) if is_mail else _post(engine, claim, outgoing)
    except NotSent as error:
        return None, str(error)
    except StoreUnavailable:
        raise
    except SaywhyError as error:  # the settings, the key file or the endpoint have changed
        return None, error.detail
    except Exception as error:  # a bug must not send one message for ever, and hold up all that come after it
        log.exception("delivery %d", claim.delivery.id)
        return None, f"unexpected error ({type(error).__name__}); the log of the worker says more"
    if answer.is_success:
        return answer, None
    if 300 <= answer.status < 400:
        return answer, f"the receiver redirects ({answer.status}), which is not followed"
    return answer, f"the receiver answered {answer.status}"


def _post(engine: Engine, claim: DeliveryClaim, outgoing: Outgoing) -> Answer:
    with store.reading(engine) as connection:
        secrets = store.webhooks.secrets(connection, claim.endpoint.id)
    ready = message(claim, secrets, datetime.now(UTC), outgoing)
    return post(ready.url, ready.body, ready.headers, outgoing)


def _mail(claim: DeliveryClaim, outgoing: Outgoing) -> Answer:
    if outgoing.mail_server is None:
        raise NotSent("there is no mail server: set SAYWHY_MAIL_HOST, and start the worker again")
    return deliver(letter(claim, outgoing.mail_server, outgoing), outgoing.mail_server, outgoing.timeout)


def _record(
    connection: Connection, claim: DeliveryClaim, answer: Answer | None, failure: str | None, milliseconds: int
) -> None:
    """Record an attempt, and what follows for the message and for its endpoint."""
    now, delivery, endpoint = store.jobs.clock(connection), claim.delivery, claim.endpoint
    pause = backoff(delivery.attempts)
    if answer is not None and answer.retry_after is not None:
        pause = max(pause, answer.retry_after)
    is_last = delivery.attempts + 1 >= ATTEMPTS or delivery.type is EventType.PING or _is_final(endpoint, answer)
    state = DeliveryState.DELIVERED if failure is None else DeliveryState.DEAD if is_last else DeliveryState.PENDING
    attempt = Attempt(now, answer.status if answer else None, milliseconds, failure, _kept(answer, endpoint))
    due_at = now + pause if state is DeliveryState.PENDING else delivery.due_at
    if not store.deliveries.end_attempt(connection, claim, attempt, state, due_at):
        return  # its lease had ended, or it was withdrawn
    log.info("delivery %d: %s, attempt %d, status %s", delivery.id, state, delivery.attempts + 1, attempt.status)
    if failure is None:
        store.deliveries.note_success(connection, endpoint.id)
        return
    paused_until = now + answer.retry_after if answer is not None and answer.retry_after is not None else None
    failing_since = store.deliveries.note_failure(connection, endpoint.id, now, paused_until)
    if answer is not None and answer.status == HTTPStatus.GONE:
        _disable(connection, endpoint.id, "the receiver answered 410: it is gone for good")
    elif now - failing_since >= LONGEST_FAILURE:
        _disable(connection, endpoint.id, f"nothing has arrived since {failing_since:%Y-%m-%d %H:%M} UTC: {failure}")


def _is_final(endpoint: Endpoint, answer: Answer | None) -> bool:
    """Whether the receiver said that it will not take this message later either: a mail server says so by 5xx."""
    return endpoint.kind is EndpointKind.EMAIL and answer is not None and 500 <= answer.status < 600


def backoff(attempts: int) -> timedelta:
    """The pause after an attempt that failed, when there were so many before it."""
    pause: timedelta = min(BACKOFF * 4.0**attempts, LONGEST_BACKOFF)
    return pause * random.uniform(1 - JITTER, 1 + JITTER)  # nosec B311  # spreads load, is no secret


def _disable(connection: Connection, endpoint_id: int, note: str) -> None:
    log.warning("webhook endpoint %d is disabled", endpoint_id)
    store.webhooks.disable(connection, endpoint_id, note, "the endpoint was disabled")


def _kept(answer: Answer | None, endpoint: Endpoint) -> str | None:
    """How the answer begins, without what databases cannot store; nothing where it may repeat personal data."""
    return None if answer is None or endpoint.with_personal_data else answer.text.replace("\0", "�")[:KEPT_ANSWER]
