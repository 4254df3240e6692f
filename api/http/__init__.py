"""What holds for every route, whatever it serves.

- Refusals: `problems` turns every exception (malformed JSON, wrong media type, invalid fields, the product's errors)
  into a problem document with its HTTP status. Routes in `v1` say which bodies they take.
- Limits and headers: `middleware` refuses bodies that are too large or too slow and sets the security headers of every
  response; `bodies` bounds what is said about an invalid body.
- Uploads: `uploads` writes large bodies to disk; `idempotency` reads the key of a request that may be repeated.
- Load: `worker_slots` bounds the wait for the store, `rendered` keeps what is rendered of reports, `server` closes
  connections that stall and drains.
- Watching: `observation` gives each request an id, logs it (`service.logs`) and counts it (`metrics`).
- Content security policy: `content_security` makes the policy of each page; the default is in `middleware`.
- Access: `hosts` checks the name of the server and the origin of writes, `auth` finds out who asks and whether it may
  (`access_policy`: what the settings say of that), `audit_trail` keeps a log of what was written.
- Resources: `dependencies` opens store and models at start-up and hands them to the routes.
- Language: `accept_language` reads the header by which browsers choose the language of a page.
"""
