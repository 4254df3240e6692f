"""Pages for people: the app, the report page that is printed and sent, the form to sign in, the reference of the API.

The app has a module for each page (`pages`, where they are registered) and around it what all pages share: `page` says
what a page is, `rendering` shows one or a part of it, `shell` is its frame, `texts` its words in four languages,
`charts` its drawings, `errors` what is shown instead of it; `downloads` gives out its tables and charts as files, with
`figures` and `row_figures` for drawings that stand alone. `forms` reads forms, `language`, `preferences` and
`addresses` find out how and where. `static_files` serves style sheets and scripts.

`report` serves the self-contained report page, `sign_in` and `single_sign_on` the form by which people sign in, `docs`
the interactive API reference. Each response has the content security policy of `api.http.content_security`.
"""
