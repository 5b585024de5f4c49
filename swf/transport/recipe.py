"""What a connection is made from."""

from __future__ import annotations

import sys
from typing import Any

import attrs

from swf import settings
from swf.exceptions import SettingsError, ValidationTypeError
from swf.settings import Setting


@attrs.frozen(kw_only=True, eq=False)
class Recipe:
    """The arguments of one `connect()`, and what the settings add to them.

    A factory of `register_scheme` is given one, and returns the transport.
    """

    endpoint_url: str | None = None
    region: str | None = None
    profile: str | None = None
    session: Any = attrs.field(default=None, repr=False)
    client: Any = attrs.field(default=None, repr=False)
    config: Any = attrs.field(default=None, repr=False)
    credentials: dict[str, str] = attrs.field(factory=dict, repr=False)
    """`aws_access_key_id`, `aws_secret_access_key` and perhaps `aws_session_token`, or nothing."""
    credentials_origin: str | None = None
    profile_of_boto3: str | None = None
    """What `AWS_PROFILE` said where nothing else tells who signs."""
    spare_region: str | None = None
    """The region where neither an argument nor the session given tells one."""

    @property
    def signer(self) -> str:
        """Who signs, in words that hold no secret: another process's recipe may have the same."""
        if self.credentials:
            beside = "" if self.profile is None else f" beside profile {self.profile!r}"
            return f"the keys of {self.credentials_origin}{beside}"
        named = self.profile or self.profile_of_boto3
        return "what boto3 finds by itself" if named is None else f"profile {named!r}"

    @property
    def private(self) -> str | None:
        """What keeps the recipe from being handed to another process; None where nothing does."""
        if self.client is not None:
            return "it was made with client="
        if self.session is not None:
            return "it was made with session="
        if self.credentials_origin in ("argument", "settings.set()", "settings.override()"):
            return f"its keys came from this process alone ({self.credentials_origin})"
        return None


def recipe(
    *,
    endpoint_url: str | None = None,
    region: str | None = None,
    profile: str | None = None,
    session: Any = None,
    client: Any = None,
    config: Any = None,
    aws_access_key_id: str | None = None,
    aws_secret_access_key: str | None = None,
    aws_session_token: str | None = None,
) -> Recipe:
    """Return the recipe of these arguments and the settings in effect.

    Raises SettingsError for arguments that contradict each other and ValidationTypeError for a
    client, a session or a config that is none.
    """
    given = {
        "endpoint_url": endpoint_url,
        "region": region,
        "profile": profile,
        "session": session,
        "config": config,
        "aws_access_key_id": aws_access_key_id,
        "aws_secret_access_key": aws_secret_access_key,
        "aws_session_token": aws_session_token,
    }
    _refuse_beside("client", client, given)
    if client is not None:
        _check_client(client)
        return Recipe(client=client)
    keys = {name: given[name] for name in settings.CREDENTIALS}
    _refuse_beside("session", session, {"profile": profile, **keys})
    _refuse_beside("profile", profile, keys)
    _check_instance("session", session, "boto3.session.Session", "botocore.session.Session")
    _check_instance("config", config, "botocore.config.Config")
    found = settings.resolve(
        endpoint_url=endpoint_url,
        region=region,
        profile=profile,
        aws_access_key_id=aws_access_key_id,
        aws_secret_access_key=aws_secret_access_key,
        aws_session_token=aws_session_token,
    )
    if session is not None:
        # A session brings its own credentials.
        found = {name: found[name] for name in ("endpoint_url", "region") if name in found}
    made = _of(found, session, config)
    told = found.get("region")
    if told is not None and session is not None and region is None:
        # What a session brings by itself goes first.
        return attrs.evolve(made, region=None, spare_region=told.value)
    return made


def _check_client(client: Any) -> None:
    model = getattr(getattr(client, "meta", None), "service_model", None)
    if getattr(model, "service_name", None) != "swf":
        raise ValidationTypeError(
            f"connect: client: must be a client of boto3's for 'swf', got {client!r:.80}"
        )


def _check_instance(argument: str, value: Any, *classes: str) -> None:
    """Raise ValidationTypeError unless the value is None or of one of these classes.

    A class of a module that is not loaded has no instances: nothing is imported to know that.
    """
    places = [one.rpartition(".") for one in classes]
    loaded = tuple(
        getattr(sys.modules[module], name) for module, _, name in places if module in sys.modules
    )
    if value is not None and not isinstance(value, loaded):
        raise ValidationTypeError(
            f"connect: {argument}: must be a {' or a '.join(classes)}, got {value!r:.80}"
        )


def _refuse_beside(name: str, value: Any, others: dict[str, Any]) -> None:
    also = [other for other, told in others.items() if told is not None]
    if value is not None and also:
        raise SettingsError(
            f"connect: {name}= brings its own {', '.join(also)}; give one or the other"
        )


def _of(found: dict[str, Setting], session: Any, config: Any) -> Recipe:
    plain = {name: one.value for name, one in found.items()}
    credentials: dict[str, str] = {
        name: plain[name] for name in settings.CREDENTIALS if name in plain
    }
    origin = found["aws_access_key_id"].origin if credentials else None
    told = bool(credentials) or session is not None or "profile" in plain
    return Recipe(
        endpoint_url=plain.get("endpoint_url"),
        region=plain.get("region"),
        profile=plain.get("profile"),
        session=session,
        config=config,
        credentials=credentials,
        credentials_origin=origin,
        profile_of_boto3=None if told else settings.profile_of_boto3(),
    )
