"""Executions are started by their class, registered on demand, and found again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flow_team import DOMAIN, Adds, Fails, Team, Waits
from overheard import Overheard

from swf.exceptions import (
    DefaultUndefinedFault,
    PayloadEncodeError,
    ValidationError,
    ValidationTypeError,
    WorkflowExecutionAlreadyStartedFault,
    WorkflowExecutionDoesNotExist,
)
from swf.flow import Workflow, errors, get, start
from swf.models import Domain, WorkflowExecution
from swf.payload import Compress, Payloads


@pytest.fixture
def team(connection: Overheard) -> Iterator[Team]:
    made = Team(connection, [Adds, Waits, Fails])
    yield made
    made.close()


def described(connection: Overheard, workflow_id: str) -> WorkflowExecution:
    return WorkflowExecution(Domain(DOMAIN, connection=connection), workflow_id).upstream()


def test_start_returns_at_once_and_the_result_follows(team: Team) -> None:
    """A start needs neither domain nor type to be there, and its handle brings the result."""
    handle = start(Adds, 1, times=3, domain=team.domain)

    assert (handle.status, handle.done) == ("OPEN", False)
    team.drive()
    assert (handle.result(), handle.status, handle.done) == (4, "COMPLETED", True)


def test_domain_and_type_are_registered_only_where_they_are_not(connection: Overheard) -> None:
    """What is registered already costs a start no further call."""
    start(Adds, 1, domain=DOMAIN, connection=connection)
    before = len(connection.calls)

    start(Adds, 1, domain=DOMAIN, connection=connection)

    made = [operation for operation, _ in connection.calls[before:]]
    assert made == ["StartWorkflowExecution"]


def test_without_a_domain_it_is_the_default_one(connection: Overheard) -> None:
    """A program that names no domain has one called default."""
    handle = start(Adds, 1, connection=connection)

    assert handle.execution.domain.name == "default"


def test_made_up_ids_are_unique(connection: Overheard) -> None:
    """Without a workflow id each execution has one of its own, which tells its class."""
    ids = {start(Adds, 1, connection=connection).workflow_id for _ in range(20)}

    assert len(ids) == 20
    assert all(one.startswith("Adds-") for one in ids)


def test_arguments_are_checked_before_anything_is_sent(connection: Overheard) -> None:
    """Arguments that run does not take, and those without a text, are refused at once."""
    with pytest.raises(errors.SignatureError, match=r"Adds\.run takes"):
        start(Adds, connection=connection)
    with pytest.raises(errors.SignatureError, match="nonsense"):
        start(Adds, 1, nonsense=2, connection=connection)
    with pytest.raises(PayloadEncodeError, match="object"):
        start(Adds, object(), connection=connection)

    assert connection.calls == []


def test_what_is_no_workflow_is_refused(connection: Overheard) -> None:
    """Only a Workflow class, or one with options, can be started."""
    with pytest.raises(ValidationTypeError, match="must be a Workflow class"):
        start(int, connection=connection)  # type: ignore[arg-type]


def test_options_go_over_the_class(connection: Overheard) -> None:
    """Workflow id, task list and tags are those of the call, else those with_options has."""
    made = Adds.with_options(workflow_id="w1", task_list="t1", tag_list=["a"])
    start(made, 1, domain=DOMAIN, connection=connection)
    start(made, 1, workflow_id="w2", tag_list=["b"], domain=DOMAIN, connection=connection)

    first, second = described(connection, "w1"), described(connection, "w2")
    assert (first.task_list, first.tag_list) == ("t1", ("a",))
    assert (second.task_list, second.tag_list) == ("t1", ("b",))


def test_what_swf_would_not_take_is_refused(connection: Overheard) -> None:
    """An option that breaks a rule of the API is refused by its name."""
    with pytest.raises(ValidationError, match="workflow_id"):
        start(Adds, 1, workflow_id="a:b", connection=connection)
    with pytest.raises(ValidationTypeError, match="nonsense"):
        Adds.with_options(nonsense=1)


class Named(Workflow):
    """Makes its own id, task list and tags of its arguments."""

    @classmethod
    def get_workflow_id(cls, order: int, **_: Any) -> str:
        return f"order-{order}"

    @classmethod
    def get_task_list(cls, order: int, **_: Any) -> str:
        return f"list-{order % 2}"

    @classmethod
    def get_tag_list(cls, order: int, **_: Any) -> list[str]:
        return [f"tag-{order}"]

    def run(self, order: int, *, task_list: Any = "none", domain: str = "") -> Any:
        return [order, task_list, domain]


def test_a_class_says_what_belongs_to_its_arguments(connection: Overheard) -> None:
    """get_workflow_id, get_task_list and get_tag_list are asked with the arguments of run."""
    start(Named, 7, connection=connection)

    found = get("order-7", connection=connection).execution.upstream()
    assert (found.task_list, found.tag_list) == ("list-1", ("tag-7",))
    assert start(Named.with_options(workflow_id="mine"), 7, connection=connection).workflow_id == (
        "mine"
    )


@pytest.mark.parametrize("value", ["its own", None])
def test_a_keyword_that_run_has_is_the_workflows(connection: Overheard, value: Any) -> None:
    """An argument of run is never taken for an option, not even where it is None."""
    handle = start(Named, 2, task_list=value, connection=connection)

    found = handle.execution.upstream()
    started = handle.history[0].raw["workflowExecutionStartedEventAttributes"]
    call = Payloads().parse_call(started["input"])
    assert (found.task_list, call.kwargs) == ("list-0", {"task_list": value})


def test_a_workflow_id_that_is_open_is_refused_with_the_way_out(connection: Overheard) -> None:
    """A second start under an open workflow id says how to have the first, and starts nothing."""
    handle = start(Adds, 1, workflow_id="w", connection=connection)

    with pytest.raises(WorkflowExecutionAlreadyStartedFault, match=r"get\('w'\)") as raised:
        start(Adds, 2, workflow_id="w", connection=connection)
    assert raised.value.__cause__ is not None
    assert get("w", connection=connection) == handle


def test_other_faults_are_as_they_are(connection: Overheard) -> None:
    """What a registration cannot help is raised as SWF says it."""
    start(Adds, 1, connection=connection)
    connection.call("RegisterWorkflowType", {"domain": "default", "name": "bare", "version": "1.0"})

    class Bare(Workflow):
        name = "bare"
        child_policy = None  # type: ignore[assignment]

        def run(self) -> None: ...

    with pytest.raises(DefaultUndefinedFault):
        start(Bare, connection=connection)


def test_payloads_of_the_class_seal_the_input(connection: Overheard) -> None:
    """Arguments travel as the workflow's payloads say."""

    class Sealed(Workflow):
        payloads = Payloads(codecs=(Compress(threshold=0),))

        def run(self, text: str) -> str:
            return text

    handle = start(Sealed, "hello" * 50, connection=connection)

    text = handle.history[0].raw["workflowExecutionStartedEventAttributes"]["input"]
    assert "hello" not in text
    assert Sealed.payloads.parse_call(Sealed.payloads.open(text)).args == ("hello" * 50,)


def test_bare_text_and_no_argument_at_all(connection: Overheard) -> None:
    """A workflow of bare text without an argument is started without an input."""

    class Bare(Workflow):
        payloads = Payloads(raw=True)

        def run(self, text: str | None = None) -> str | None:
            return text

    handle = start(Bare, connection=connection)

    assert "input" not in handle.history[0].raw["workflowExecutionStartedEventAttributes"]


# Found again


def test_an_execution_is_found_by_its_ids(team: Team, connection: Overheard) -> None:
    """`get` finds the run of a run id, else the open one, else the one started last."""
    first = start(Adds, 1, workflow_id="w", domain=team.domain)
    team.drive()
    second = start(Adds, 5, workflow_id="w", domain=team.domain)

    again = get("w", first.run_id, workflow=Adds, domain=DOMAIN, connection=connection)
    assert (again, again.result()) == (first, 2)
    assert get("w", domain=team.domain) == second
    team.drive()
    assert get("w", domain=team.domain).result() == 6


def test_what_is_not_there_is_not_found(team: Team) -> None:
    """`get` of a workflow id that nobody started raises at once."""
    start(Adds, 1, domain=team.domain)

    with pytest.raises(WorkflowExecutionDoesNotExist):
        get("nobody", domain=team.domain)
    with pytest.raises(WorkflowExecutionDoesNotExist):
        get("nobody", "no-run", domain=team.domain)
