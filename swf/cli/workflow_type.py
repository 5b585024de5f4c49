"""`swf workflow-type`: the workflow types of a domain."""

from __future__ import annotations

from typing import Final

import click

from swf.cli.registered import Kind, commands
from swf.constants import ChildPolicy
from swf.models import WorkflowType

KIND: Final = Kind(
    "workflow-type",
    "workflow type",
    lambda domain: domain.workflows(),
    WorkflowType,
    (
        click.option("--child-policy", type=click.Choice([str(one) for one in ChildPolicy])),
        click.option("--execution-start-to-close-timeout", metavar="SECONDS"),
        click.option("--task-start-to-close-timeout", metavar="SECONDS"),
        click.option("--lambda-role", metavar="ARN"),
    ),
)

command: Final = commands(KIND, "Workflow types: list, describe, register, deprecate, delete.")
