"""HTTP: the JSON interface and the report page. `api.app.create_app` makes the application."""
