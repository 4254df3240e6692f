"""Telling others what happens, by signed webhooks and messages to Slack (ADR 21).

`endpoints`: who is told of what. `events`: what is told, each called in the transaction of what it tells of; `outbox`
records it there. `sending`: a worker sends one message, records how that went, and decides what follows. `messages`:
what is sent; `http`: how it is sent, only to `addresses` that may be reached. `mail` and `smtp` are the same for
e-mail, which `mail_server` takes. `deliveries`: what was sent. `configured`: what the settings say.
"""
