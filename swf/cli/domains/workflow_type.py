"""`swf workflow-type`: the workflow types of a domain."""

from __future__ import annotations

from typing import Final

import click

from swf.cli.domains.registered import Kind, commands
from swf.cli.executions import child_policy
from swf.models import WorkflowType

KIND: Final = Kind(
    "workflow-type",
    "workflow type",
    "basic:example",
    lambda domain: domain.workflows(),
    WorkflowType,
    (
        child_policy,
        click.option(
            "--execution-start-to-close-timeout",
            metavar="SECONDS",
            help="How long an execution may take.",
        ),
        click.option(
            "--task-start-to-close-timeout", metavar="SECONDS", help="How long a decision may take."
        ),
        click.option("--lambda-role", metavar="ARN", help="The role that calls Lambda functions."),
    ),
)

command: Final = commands(KIND, "Workflow types: list, describe, register, deprecate, delete.")
