"""What is raised about schedules."""

from __future__ import annotations

from swf.exceptions import AlreadyExistsError, DoesNotExistError, ValidationError


class ScheduleSpecError(ValidationError):
    """A schedule says what cannot be; the message names the place, and what to say instead."""


class ScheduleDoesNotExist(DoesNotExistError):
    """There is no schedule of that name in the domain; the message names the nearest."""


class ScheduleAlreadyExists(AlreadyExistsError):
    """There is a schedule of that name in the domain already."""
