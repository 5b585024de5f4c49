"""Acting on all executions that pass filters."""

from __future__ import annotations

import json

import click.testing
import pytest
from cli_scene import Scene
from hypothesis import given
from hypothesis import strategies as st
from terminals import typed

from swf.cli import options
from swf.cli.asked import Asked
from swf.cli.workflow.many import Many, conditions
from swf.models import WorkflowExecution


def statuses(scene: Scene) -> dict[str, str]:
    """Return how each execution stands; of runs of one workflow id the latest."""
    found = sorted(scene.domain.executions(), key=lambda one: str(one.start_timestamp))
    return {one.workflow_id: str(one.close_status or one.status) for one in found}


def three(scene: Scene) -> None:
    """Two blue executions and a red one."""
    for number, (name, tag) in enumerate((("a", "blue"), ("b", "blue"), ("c", "red"))):
        scene.at(number)
        scene.start(name, tag_list=[tag])


def test_all_that_pass_are_acted_on(scene: Scene) -> None:
    """`--where` has done to each execution that passes what is done to one, and to no other."""
    three(scene)

    ran = typed("workflow", "terminate", "--where", "type=basic,tag=blue", "--yes", "-o", "id")

    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, "b\na\n", "")
    assert statuses(scene) == {"a": "TERMINATED", "b": "TERMINATED", "c": "OPEN"}


def test_signals_and_requests_to_cancel_reach_many(scene: Scene) -> None:
    """`signal NAME --where` and `cancel --where` are recorded in each history."""
    three(scene)

    signal = typed("workflow", "signal", "go", "-i", "[1]", "--where", "tag=blue", "--yes")
    at_first = ("--where", "tag=blue", "--where", "until=2015-08-04T23:04:33")
    cancel = typed("workflow", "cancel", *at_first, "--yes")

    assert (signal.exit_code, cancel.exit_code) == (0, 0)

    names = {
        one.workflow_id: [event.name for event in one.history()]
        for one in scene.domain.executions()
    }
    assert "WorkflowExecutionSignaled" in names["a"]
    assert "WorkflowExecutionSignaled" in names["b"]
    assert "WorkflowExecutionSignaled" not in names["c"]
    assert [one for one in names if "WorkflowExecutionCancelRequested" in names[one]] == ["a"]


def test_a_dry_run_shows_which_and_does_nothing(scene: Scene) -> None:
    """`--dry-run` lists what would be acted on, as `list` does."""
    three(scene)

    ran = typed("workflow", "cancel", "--where", "tag=blue", "--dry-run", "-o", "json")

    assert [one["workflow_id"] for one in json.loads(ran.stdout)] == ["b", "a"]
    assert ran.stderr == "2 executions to cancel; nothing was done\n"
    assert not any(one["cancel_requested"] for one in json.loads(ran.stdout))
    assert set(statuses(scene).values()) == {"OPEN"}


def test_without_a_terminal_yes_is_demanded(scene: Scene) -> None:
    """Where nobody can be asked, nothing is done without `--yes`; the exit code is 2."""
    three(scene)

    ran = typed("workflow", "terminate", "--where", "tag=blue")

    assert ran.exit_code == 2
    assert "would terminate 2 executions: say --yes, or --dry-run to see which" in ran.stderr
    assert set(statuses(scene).values()) == {"OPEN"}


@pytest.mark.parametrize(("answer", "code", "status"), [("y", 0, "TERMINATED"), ("n", 1, "OPEN")])
def test_who_sits_at_a_terminal_is_asked(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, status: str
) -> None:
    """On a terminal it is asked how many are meant; only a yes has it done."""
    three(scene)
    runner_input = click.testing._NamedTextIOWrapper
    monkeypatch.setattr(runner_input, "isatty", lambda _: True, raising=False)

    ran = typed("-q", "workflow", "terminate", "--where", "tag=red", stdin=f"{answer}\n")

    assert "terminate 1 execution? [y/N]" in ran.stderr
    assert ran.exit_code == code
    assert statuses(scene)["c"] == status


def test_what_fails_for_some_is_told_and_the_rest_is_done(scene: Scene) -> None:
    """Each failure is told with its workflow id, the others are done, and the exit code is 1."""
    three(scene)
    for name in "abc":
        typed("workflow", "terminate", name)
    scene.at(10)
    scene.start("b")

    ran = typed("workflow", "restart", "--where", "status=terminated", "--yes")

    assert ran.exit_code == 1
    assert [line.split()[0] for line in ran.stdout.splitlines()] == ["c", "a"]
    assert ran.stderr.startswith("Error: b: ")
    assert ran.stderr.endswith("Error: restart: failed for 1 of 3 executions\n")
    assert statuses(scene) == {"a": "OPEN", "b": "OPEN", "c": "OPEN"}


def test_the_latest_run_of_an_id_is_restarted_once(scene: Scene) -> None:
    """Several closed runs of a workflow id are one to restart."""
    for second in range(2):
        scene.at(second)
        scene.start("again")
        typed("workflow", "terminate", "again")

    ran = typed("workflow", "restart", "--where", "workflow-id=again", "--yes", "-o", "id")

    assert ran.stdout == "again\n"
    assert ran.exit_code == 0


def test_nothing_that_passes_is_no_error(scene: Scene) -> None:
    """Where no execution is meant nothing is done, and nobody is asked."""
    three(scene)

    ran = typed("workflow", "terminate", "--where", "tag=green", "-o", "id")

    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr == "0 executions to terminate; nothing was done\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("terminate",), "say a workflow id, or which ones by --where KEY=VALUE"),
        (("terminate", "a", "--where", "tag=x"), "not both"),
        (("terminate", "a", "--yes"), "--yes: goes with --where"),
        (("cancel", "a", "--dry-run"), "--dry-run: goes with --where"),
        (("terminate", "--where", "tags=x"), "(did you mean 'tag'?)"),
        (("terminate", "--where", "tag="), "say KEY=VALUE"),
        (("terminate", "--where", "status=opn"), "(did you mean 'open'?)"),
        (("terminate", "--where", "status=failed"), "only open ones can be"),
        (("restart", "--where", "status=open"), "only closed ones can be"),
        (("restart", "--where", "tag=x", "--wait"), "go without --where"),
        (("signal", "a"), "say WORKFLOW_ID and NAME; 1 given"),
        (("signal", "a", "b", "--where", "tag=x"), "say NAME alone, beside --where; 2 given"),
        (("cancel", "--where", "type=a,type=b"), "type is said twice"),
        (("cancel", "--where", "since=yesterday"), "yesterday"),
    ],
)
def test_what_cannot_be_meant_is_refused(scene: Scene, words: tuple[str, ...], told: str) -> None:
    """A usage error says what is wrong, in one line, and nothing is done."""
    three(scene)

    ran = typed("workflow", *words)

    assert ran.exit_code == 2, ran.output
    assert told in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert set(statuses(scene).values()) == {"OPEN"}


values = st.text(min_size=1).filter(lambda text: text == text.strip() and "=" not in text)


@given(kind=values, tags=st.lists(values, min_size=1, max_size=3))
def test_conditions_are_read_back_whatever_is_in_their_values(kind: str, tags: list[str]) -> None:
    """A comma belongs to a value unless the next condition begins behind it."""
    said = ",".join([f"type={kind}", *(f"tag={tag}" for tag in tags)])

    assert conditions([said]) == {"kind": kind, "tag": tuple(tags)}


def test_an_interrupt_tells_how_far_it_is(scene: Scene) -> None:
    """What was done until Ctrl-C stays done, and it is told how many that are."""
    three(scene)
    done: list[str] = []

    def act(one: WorkflowExecution) -> None:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(one.workflow_id)

    @click.command()
    @options.common
    def command(asked: Asked) -> None:
        Many(("type=basic",), dry_run=False, yes=True).act(asked, "act", act)

    ran = click.testing.CliRunner().invoke(command, obj=Asked())

    assert ran.exit_code == 1
    assert ran.stderr.startswith("act: interrupted; done for 2 of 3 executions")
    assert done == ["c", "b"]
