"""What becomes of a task that failed, told in floto's words."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final

import attrs

from swf.exceptions import ValidationError
from swf.flow.retry import RetryPolicy
from swf.graph.errors import GraphError
from swf.graph.specs.plain import Schema, Spec, refused

INSTANT_RETRY: Final = "floto.specs.retry_strategy.InstantRetry"
RETRY_POLICY: Final = "swf.flow.RetryPolicy"


class Strategy(Spec):
    """Says how often, and after which pauses, a task that failed is tried again."""

    __slots__ = ()

    @property
    @abstractmethod
    def policy(self) -> RetryPolicy:
        """The same as a retry policy."""

    @abstractmethod
    def is_task_resubmitted(self, failures: int) -> bool:
        """Tell whether the task begins again after it failed so often."""


@attrs.frozen
class InstantRetry(Strategy):
    """A task that failed is tried again at once, up to `retries` times.

    Raises GraphError where `retries` is no count.
    """

    retries: int

    def __attrs_post_init__(self) -> None:
        """Refuse what is no count."""
        value: Any = self.retries
        if isinstance(value, bool) or not isinstance(value, int):
            refused("InstantRetry.retries", "must be an int", value, wrong_type=True)
        if value < 0:
            refused("InstantRetry.retries", "must be at least 0", value)

    @property
    def policy(self) -> RetryPolicy:
        """The same as a retry policy: one attempt more than there are retries, without pauses."""
        return RetryPolicy(attempts=self.retries + 1, delay=0)

    def is_task_resubmitted(self, failures: int) -> bool:
        """Tell whether the task begins again after it failed so often."""
        return failures <= self.retries

    def to_dict(self, *, schema: Schema | None = None) -> dict[str, Any]:
        """Return the plain JSON of this: floto's, or with `schema` this package's own."""
        name, kind = ("type", INSTANT_RETRY) if schema is None else ("kind", "instant")
        return {name: kind, "retries": self.retries}


Retry = InstantRetry | RetryPolicy
"""What may be the retry strategy of a task."""


def retry_strategy(value: Any, place: str) -> Retry | None:
    """Return what a task was given as its retry strategy; raises GraphError for anything else."""
    if value is not None and not isinstance(value, InstantRetry | RetryPolicy):
        rule = "must be an InstantRetry or a swf.flow.RetryPolicy"
        refused(place, rule, value, wrong_type=True)
    return value


def retry_as_dict(value: Retry, schema: Schema | None) -> dict[str, Any]:
    """Return the plain JSON of a retry strategy: floto's, or with `schema` this package's own."""
    if isinstance(value, InstantRetry):
        return value.to_dict(schema=schema)
    name, kind = ("type", RETRY_POLICY) if schema is None else ("kind", "policy")
    return {name: kind, **json.loads(value.to_json())}


def instant_retry_from(told: Mapping[str, Any], place: str) -> InstantRetry:
    """Return the strategy of its plain JSON; raises GraphError naming the place."""
    for name in told:
        if name != "retries":
            refused(place, "InstantRetry has only the field retries", name)
    if "retries" not in told:
        raise GraphError(f"{place}: retries is required")
    try:
        return InstantRetry(told["retries"])
    except GraphError as error:
        raise type(error)(f"{place}: {error}") from error


def retry_policy_from(told: Mapping[str, Any], place: str) -> RetryPolicy:
    """Return the policy of its plain JSON; raises GraphError naming the place."""
    try:
        return RetryPolicy.from_json(json.dumps(told))
    except (ValidationError, TypeError) as error:
        raise GraphError(f"{place}: {error}") from error
