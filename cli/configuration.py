"""Settings as the commands read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from saywhy.errors import InvalidInput

if TYPE_CHECKING:
    from pipelines.topics.labelling.llm_endpoint import LabelEndpoint
    from saywhy.settings import Settings


def read_settings(**options: Any) -> Settings:
    """The settings of the environment; an option that is not None overrules its variable.

    Raises `InvalidInput` naming every variable that cannot be read.
    """
    from pydantic import ValidationError

    from saywhy.settings import Settings

    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        faults = (f"SAYWHY_{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors())
        raise InvalidInput("; ".join(faults)) from None


def label_endpoint(settings: Settings) -> LabelEndpoint | None:
    """What writes the labels of new topics, if anything does. Raises `InvalidInput` for a URL that is none."""
    from pipelines.topics.labelling.llm_endpoint import LabelEndpoint

    if settings.label_url is None:
        return None
    key = settings.label_key.get_secret_value() if settings.label_key else None
    return LabelEndpoint(settings.label_url, settings.label_model, key, settings.label_timeout)
