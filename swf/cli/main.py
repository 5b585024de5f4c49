"""The command `swf`: which commands there are, and in which module each is found."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import click

from swf._version import __version__
from swf.cli import failing, options
from swf.cli.asked import Asked
from swf.cli.names import Entry, Noun

COMMANDS: Final[Mapping[str, Entry]] = {
    "activity": Entry("workflow.activity", "Activity tasks of an execution: list, answer, rerun."),
    "activity-type": Entry("domains.activity_type", "Activity types: list, describe, register, …"),
    "completion": Entry("setup.completion", "Print what makes a shell complete `swf` commands."),
    "config": Entry("setup.config", "The settings in effect, and where each comes from."),
    "decider": Entry("running.decider", "Run deciders, which run the code of workflows."),
    "doctor": Entry("setup.doctor", "Find out what is wrong, and what to type."),
    "domain": Entry("domains.domain", "Domains: list, describe, register, deprecate, …"),
    "example": Entry("setup.example", "Print a program to begin with, and what to type."),
    "run": Entry(
        "running.run", "Run a workflow here, with all that it needs, and print its result."
    ),
    "schedule": Entry(
        "running.schedule", "Workflows that are started by cron: create, list, pause, …"
    ),
    "server": Entry("serving.server", "An SWF of your own, on a file: start, status, backup, …"),
    "task-list": Entry("domains.task_list", "Task lists: how many tasks wait on them."),
    "ui": Entry("serving.ui", "Look at executions in a browser, and act on them."),
    "version": Entry("setup.config", "The versions of this package and what it uses.", "version"),
    "worker": Entry("running.worker", "Run workers, which run the code of activities."),
    "workflow": Entry("workflow.looking", "Workflow executions: start, list, describe, act."),
    "workflow-type": Entry("domains.workflow_type", "Workflow types: list, describe, register, …"),
}
"""The commands, by name."""

ALIASES: Final[Mapping[str, Entry]] = {
    "activity.rerun": Entry("simpleflow.acting", "activity rerun", "activity_rerun"),
    "binaries.download": Entry("simpleflow.info", "none", "binaries_download"),
    "decider.start": Entry("running.decider", "decider start", "start"),
    "info": Entry("simpleflow.info", "config show", "info"),
    "standalone": Entry(
        "running.standalone", "Run a workflow with a decider and a worker of its own."
    ),
    "task.info": Entry("simpleflow.looking", "activity describe", "task_info"),
    "worker.start": Entry("running.worker", "worker start", "start"),
    "workflow.filter": Entry("simpleflow.looking", "workflow list", "workflow_filter"),
    "workflow.history": Entry("simpleflow.looking", "workflow history", "workflow_history"),
    "workflow.info": Entry("simpleflow.looking", "workflow info", "workflow_info"),
    "workflow.list": Entry("simpleflow.looking", "workflow list", "workflow_list"),
    "workflow.profile": Entry("simpleflow.looking", "workflow profile", "workflow_profile"),
    "workflow.restart": Entry("simpleflow.acting", "workflow restart", "workflow_restart"),
    "workflow.start": Entry("simpleflow.acting", "workflow start", "workflow_start"),
    "workflow.tasks": Entry("simpleflow.looking", "workflow tasks", "workflow_tasks"),
    "workflow.terminate": Entry("simpleflow.acting", "workflow terminate", "workflow_terminate"),
}
"""The spelling of simpleflow."""

ENTRIES: Final[Mapping[str, Entry]] = {**COMMANDS, **ALIASES}


class Root(Noun):
    """A group whose commands are imported when they are used, and whose errors are one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names that `--help` lists: one spelling of each command."""
        return sorted(COMMANDS)

    def known(self, ctx: click.Context) -> Iterable[str]:  # noqa: ARG002
        """Return every name that is a command, those of simpleflow among them."""
        return ENTRIES

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002
        windows_expand_args: bool = True,  # noqa: ARG002
        **extra: Any,  # noqa: ARG002
    ) -> Any:
        """Run the command that the arguments name, and end the program with its exit code."""
        words = list(sys.argv[1:] if args is None else args)
        name = prog_name or "swf"
        asked = Asked()
        self._main_shell_completion({"obj": asked}, name, complete_var)

        def invoked() -> None:
            asked.output = options.output_of_environment()
            with self.make_context(name, words, obj=asked) as ctx:
                self.invoke(ctx)

        sys.exit(failing.exit_code_of(invoked, asked))


@click.group(
    cls=Root,
    elsewhere=ENTRIES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Each command has a --help of its own. Data goes to stdout, all else to stderr.",
)
@click.version_option(__version__, prog_name="swf", message="%(prog)s %(version)s")
@options.common
def swf(asked: Asked) -> None:
    """Amazon SWF, and the SWF embedded in this package: look, find out, act.

    New here? Type `swf example > greetings.py`, and do what it says at its top.
    """
