"""What those who write and run chains of steps meet as errors.

    ValidationError (ValueError)
    └── StepsError                           a chain of steps that cannot be
        ├── StepsTypeError (TypeError)       something else than what belongs there
        ├── StepsCallError (AttributeError)  a call that does not belong where it stands
        ├── StepResultError (TypeError)      a step's `run` returned what is no result
        ├── UnknownStepError (LookupError)   a definition has no such step
        └── UnknownFieldError (AttributeError, LookupError)   data has no such field

All are SWFErrors.
"""

from __future__ import annotations

from swf.exceptions import ValidationError, ValidationTypeError
from swf.payload import register


@register
class StepsError(ValidationError):
    """A chain of steps, or a value in it, breaks a rule; the message names the place."""


@register
class StepsTypeError(StepsError, ValidationTypeError):
    """Something else was given than what belongs there; the message names both."""


@register
class StepsCallError(StepsError, AttributeError):
    """A call stands where it does not belong; the message lists those that do."""


@register
class StepResultError(StepsError, TypeError):
    """A step's `run` returned something else than an ExecutionResult or None."""


@register
class UnknownStepError(StepsError, LookupError):
    """A definition has no step of this id; most likely it was changed without a new version."""


@register
class UnknownFieldError(StepsError, AttributeError, LookupError):
    """The workflow's data has no such field; the message lists those it has."""
