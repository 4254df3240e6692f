"""The command line. `cli.main.app` is the `saywhy` command; one module a group of commands."""
