"""`swf activity-type`: the activity types of a domain."""

from __future__ import annotations

from typing import Final

import click

from swf.cli.domains.registered import Kind, commands
from swf.models import ActivityType

KIND: Final = Kind(
    "activity-type",
    "activity type",
    "examples.basic.double:example",
    lambda domain: domain.activities(),
    ActivityType,
    tuple(
        click.option(f"--task-{name}-timeout", metavar="SECONDS", help=says)
        for name, says in (
            ("heartbeat", "How long a worker may say nothing."),
            ("schedule-to-close", "How long waiting and running may take."),
            ("schedule-to-start", "How long a task may wait for a worker."),
            ("start-to-close", "How long a worker may take."),
        )
    ),
)

command: Final = commands(KIND, "Activity types: list, describe, register, deprecate, delete.")
