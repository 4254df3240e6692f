"""Digests: saved views that are sent again and again, to Slack and by e-mail (ADR 29).

`managing`: administrators add, change, pause, test and remove them. `composing`: the job that a digest's schedule
starts builds what it tells from the latest report, and puts it into the outbox of `service.webhooks`, which sends it.
"""
