"""Forms that change something in SWF: start, signal, cancel, terminate, restart.

Each is a page that says what will happen; the browser is sent on once it has, and what SWF refuses
is told in the form, with all that was typed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final

import attrs
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.constants import ChildPolicy
from swf.exceptions import (
    SWFError,
    ValidationError,
    WorkflowTypeDeprecated,
    WorkflowTypeDoesNotExist,
)
from swf.insight.starting import input_of, started_again
from swf.models import Domain, WorkflowExecution
from swf.web import paths, words
from swf.web.errors import most_like
from swf.web.site import Site, asked, form_of, part, see
from swf.wire import told

_EXECUTION: Final = "/{domain}/executions/{workflow_id}/{run_id}"
_TYPES: Final = 200
"""Workflow types that a form offers at most."""

_DEPRECATED: Final = (
    "Nothing was started: the workflow type is deprecated. `swf workflow-type undeprecate` takes "
    "it back into use"
)

Act = Callable[[WorkflowExecution, Mapping[str, str]], WorkflowExecution]
"""What a form has done to an execution; returns the execution that is shown then."""


@attrs.frozen
class Action:
    """One thing that can be done to an execution: `done` is the word for that it was."""

    name: str
    done: str
    act: Act
    only_open: bool = True
    fields: tuple[str, ...] = ()


def _signaled(execution: WorkflowExecution, typed: Mapping[str, str]) -> WorkflowExecution:
    execution.signal(typed["signal_name"], typed["input"] or None)
    return execution


def _canceled(execution: WorkflowExecution, _typed: Mapping[str, str]) -> WorkflowExecution:
    execution.request_cancel()
    return execution


def _terminated(execution: WorkflowExecution, typed: Mapping[str, str]) -> WorkflowExecution:
    execution.terminate(
        reason=typed["reason"] or None,
        details=typed["details"] or None,
        child_policy=typed["child_policy"] or None,
    )
    return execution


def _restarted(execution: WorkflowExecution, typed: Mapping[str, str]) -> WorkflowExecution:
    return started_again(execution.upstream(), typed["workflow_id"].strip() or None)


ACTIONS: Final = (
    Action("signal", "signaled", _signaled, fields=("signal_name", "input")),
    Action("cancel", "cancel-requested", _canceled, fields=("sure",)),
    Action(
        "terminate",
        "terminated",
        _terminated,
        fields=("reason", "details", "child_policy", "sure"),
    ),
    Action("restart", "restarted", _restarted, only_open=False, fields=("workflow_id", "sure")),
)
"""What can be done to an execution. Those with a field `sure` want that said."""


def routes(site: Site) -> list[Route]:
    """Return the routes of the forms; a site that is read-only has none of them."""
    found = [
        site.page("/{domain}/start", start_form),
        site.form("/{domain}/start", start),
    ]
    for action in ACTIONS:
        path = f"{_EXECUTION}/{action.name}"
        found += [site.page(path, _asking(action)), site.form(path, _doing(action))]
    return found


# To an execution


def _asking(action: Action) -> Callable[[Site, Request], Response]:
    """Return the page that asks what is to be done, and whether."""

    def shown(site: Site, request: Request) -> Response:
        execution = _named(site, request).upstream()
        return _shown(site, request, action, execution, asked(request, *action.fields))

    return shown


def _doing(action: Action) -> Callable[[Site, Request], Response]:
    """Return what does it, and sends the browser to the execution."""

    def done(site: Site, request: Request) -> Response:
        typed = {name: form_of(request).get(name) for name in action.fields}
        execution = _named(site, request)
        try:
            if "sure" in action.fields and not typed["sure"]:
                raise ValidationError("Nothing was done: say that you are sure")
            shown = action.act(execution, typed)
        except SWFError as error:
            told = _refusal(error, execution, action)
            status = site.problem_of(request, error).status
            described = _described(execution)
            if described is None:
                raise
            return _shown(site, request, action, described, typed, error=told, status=status)
        return see(_path(shown, done=action.done))

    return done


def _described(execution: WorkflowExecution) -> WorkflowExecution | None:
    """Return an execution as it is now; None where even that cannot be had."""
    try:
        return execution.upstream()
    except SWFError:
        return None


def _shown(
    site: Site,
    request: Request,
    action: Action,
    execution: WorkflowExecution,
    typed: Mapping[str, str],
    *,
    error: str | None = None,
    status: int = 200,
) -> Response:
    return site.render(
        request,
        f"act_{action.name}.html",
        status=status,
        execution=execution,
        typed=typed,
        error=error,
        policies=[str(one) for one in ChildPolicy],
        closed=action.only_open and execution.status != "OPEN",
        back=_path(execution),
    )


def _refusal(error: SWFError, execution: WorkflowExecution, action: Action) -> str:
    """Return why something was not done; SWF says of a closed execution that there is none."""
    if isinstance(error, WorkflowExecution.DoesNotExist) and action.only_open:
        found = _described(execution)
        if found is not None and found.close_status is not None:
            word = words.STATUSES[found.close_status][2]
            return f"Nothing was done: the execution is closed ({word})"
    if isinstance(error, WorkflowExecution.AlreadyExists):
        return (
            "Nothing was started: an execution of this workflow id is open. Terminate it first, "
            "or give another workflow id"
        )
    if isinstance(error, WorkflowTypeDeprecated):
        return _DEPRECATED
    return str(error)


def _named(site: Site, request: Request) -> WorkflowExecution:
    return WorkflowExecution(
        site.domain_of(request),
        part(request, "workflow_id"),
        part(request, "run_id"),
        connection=site.connection,
    )


def _path(execution: WorkflowExecution, **query: object) -> str:
    named = (execution.workflow_id, execution.run_id or "")
    return paths.url(execution.domain.name, "executions", *named, **query)


# A new one

_START: Final = (
    "type",
    "workflow_id",
    "input",
    "task_list",
    "task_priority",
    "tags",
    "execution_start_to_close_timeout",
    "task_start_to_close_timeout",
    "child_policy",
    "lambda_role",
    "like_id",
    "like_run",
    "same_input",
)


def start_form(site: Site, request: Request) -> Response:
    """Show the form that starts an execution, filled in where it is to be like another one."""
    domain = site.domain_of(request)
    typed = asked(request, *_START)
    if typed["like_id"]:
        typed |= _like(_the_like(site, domain, typed))
    typed["workflow_id"] = typed["workflow_id"] or f"by-hand-{uuid.uuid4().hex[:12]}"
    return _start_shown(site, request, domain, typed)


def start(site: Site, request: Request) -> Response:
    """Start an execution, and show it."""
    domain = site.domain_of(request)
    typed = {name: form_of(request).get(name) for name in _START}
    try:
        execution = _started(site, domain, typed)
    except SWFError as error:
        status = site.problem_of(request, error).status
        told = _start_refusal(error, domain, typed)
        return _start_shown(site, request, domain, typed, error=told, status=status)
    return see(_path(execution, done="started"))


def _the_like(site: Site, domain: Domain, typed: Mapping[str, str]) -> WorkflowExecution:
    named = WorkflowExecution(
        domain, typed["like_id"], typed["like_run"] or None, connection=site.connection
    )
    return named.upstream()


def _like(execution: WorkflowExecution) -> dict[str, str]:
    """Return what a form says of an execution that another is to be like."""
    kind = execution.workflow_type
    text = input_of(execution) or ""
    can_be_typed = words.can_be_typed(text)
    given: dict[str, Any] = {
        "type": "" if kind is None else f"{kind.name}:{kind.version}",
        "input": text if can_be_typed else "",
        "same_input": "" if can_be_typed else "yes",
        "task_list": execution.task_list,
        "task_priority": execution.task_priority,
        "tags": "\n".join(execution.tag_list or ()),
        "execution_start_to_close_timeout": execution.execution_start_to_close_timeout,
        "task_start_to_close_timeout": execution.task_start_to_close_timeout,
        "child_policy": execution.child_policy,
        "lambda_role": execution.lambda_role,
        "like_id": execution.workflow_id,
        "like_run": execution.run_id,
    }
    return {name: "" if value is None else str(value) for name, value in given.items()}


def _started(site: Site, domain: Domain, typed: Mapping[str, str]) -> WorkflowExecution:
    name, _, version = typed["type"].strip().partition(":")
    if not name:
        raise ValidationError("Type: say which workflow type is to be started")
    kind = domain.workflows().get(name, version or None)
    text: str | None = typed["input"] or None
    if typed["same_input"] and typed["like_id"]:
        text = input_of(_the_like(site, domain, typed))
    return kind.start_execution(
        typed["workflow_id"].strip() or None,
        text,
        **told(
            task_list=typed["task_list"].strip() or None,
            task_priority=_number(typed["task_priority"]),
            tag_list=[line.strip() for line in typed["tags"].split("\n") if line.strip()] or None,
            execution_start_to_close_timeout=typed["execution_start_to_close_timeout"].strip()
            or None,
            task_start_to_close_timeout=typed["task_start_to_close_timeout"].strip() or None,
            child_policy=typed["child_policy"] or None,
            lambda_role=typed["lambda_role"].strip() or None,
        ),
    )


def _number(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError as error:
        raise ValidationError(f"task_priority: must be a whole number, got {text!r:.40}") from error


def _start_refusal(error: SWFError, domain: Domain, typed: Mapping[str, str]) -> str:
    if isinstance(error, WorkflowTypeDoesNotExist):
        known = _types(domain)
        near = most_like(typed["type"].strip(), known)
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        return f"There is no workflow type {typed['type'].strip()!r:.300}.{meant}"
    if isinstance(error, WorkflowExecution.AlreadyExists):
        return "Nothing was started: an execution of this workflow id is open"
    if isinstance(error, WorkflowTypeDeprecated):
        return _DEPRECATED
    return str(error)


def _types(domain: Domain) -> list[str]:
    try:
        found = list(islice(domain.workflows(), _TYPES))
    except SWFError:
        return []
    return [f"{one.name}:{one.version}" for one in found]


def _start_shown(
    site: Site,
    request: Request,
    domain: Domain,
    typed: Mapping[str, str],
    *,
    error: str | None = None,
    status: int = 200,
) -> Response:
    return site.render(
        request,
        "start.html",
        status=status,
        typed=typed,
        error=error,
        types=_types(domain),
        policies=[str(one) for one in ChildPolicy],
    )
