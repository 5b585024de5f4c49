"""`swf activity-type`: the activity types of a domain."""

from __future__ import annotations

from typing import Final

import click

from swf.cli.registered import Kind, commands
from swf.models import ActivityType

KIND: Final = Kind(
    "activity-type",
    "activity type",
    lambda domain: domain.activities(),
    ActivityType,
    tuple(
        click.option(f"--task-{name}-timeout", metavar="SECONDS")
        for name in ("heartbeat", "schedule-to-close", "schedule-to-start", "start-to-close")
    ),
)

command: Final = commands(KIND, "Activity types: list, describe, register, deprecate, delete.")
