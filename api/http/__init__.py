"""What holds for every route, whatever it serves.

- Refusals: `problems` turns every exception (malformed JSON, wrong media type, invalid fields, the product's errors)
  into a problem document with its HTTP status. Routes in `v1` say which bodies they take.
- Limits and headers: `middleware` refuses bodies that are too large and sets the security headers of every response.
- Uploads: `uploads` writes large bodies to disk; `idempotency` reads the key of a request that may be repeated.
- Content security policy: `content_security` makes the policy of each page; the default is in `middleware`.
- Access: `hosts` checks the name of the server and the origin of writes, `auth` finds out who asks and whether it may
  (`access_policy`: what the settings say of that), `audit_trail` keeps a log of what was written.
- Resources: `dependencies` opens store and models at start-up and hands them to the routes.
- Language: `accept_language` reads the header by which browsers choose the language of a page.
"""
