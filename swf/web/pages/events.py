"""Streams that tell a page when what it shows has changed."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from swf.exceptions import ValidationError
from swf.models import WorkflowExecution
from swf.web import paths
from swf.web.live import Look, Watches
from swf.web.pages.executions import Wanted, abandoned_in, counts_of
from swf.web.pages.task_lists import backlogs
from swf.web.site import Site, part


def routes(site: Site, watches: Watches) -> list[Route]:
    """Return the routes of the streams: of a list, of an execution, of the task lists."""
    looks = {
        "/{domain}/executions/events": _of_list,
        "/{domain}/executions/{workflow_id}/{run_id}/events": _of_execution,
        "/{domain}/task-lists/events": _of_task_lists,
    }
    return [_route(site, watches, path, look) for path, look in looks.items()]


def _route(site: Site, watches: Watches, path: str, look_of: Any) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            name, look = look_of(site, request)
        except ValidationError as error:  # nothing is called so
            return PlainTextResponse(f"{error}\n", 404)
        if watches.full:
            return PlainTextResponse("Too many pages are kept up to date\n", 503)
        return StreamingResponse(watches.stream(name, look), media_type="text/event-stream")

    return Route(paths.ROOT + path, endpoint, methods=["GET"])


def _of_list(site: Site, request: Request) -> tuple[object, Look]:
    wanted = Wanted.read(request)
    domain = site.domain_of(request)

    def look() -> Any:
        first = [one.key for one in wanted.queryset(domain)[:20]]
        abandoned = [one.task_list for one, _ in abandoned_in(domain, site.clock.now())]
        return first, counts_of(wanted, domain), abandoned

    return (domain.name, "executions", wanted), look


def _of_execution(site: Site, request: Request) -> tuple[object, Look]:
    domain = site.domain_of(request)
    workflow_id, run_id = part(request, "workflow_id"), part(request, "run_id")
    execution = WorkflowExecution(domain, workflow_id, run_id, connection=site.connection)

    def look() -> Any:
        named = {"workflowId": workflow_id, "runId": run_id}
        params = {"domain": domain.name, "execution": named, "reverseOrder": True}
        page = site.connection.call("GetWorkflowExecutionHistory", {**params, "maximumPageSize": 1})
        return [event["eventId"] for event in page["events"]], execution.upstream().close_status

    return (domain.name, "execution", workflow_id, run_id), look


def _of_task_lists(site: Site, request: Request) -> tuple[object, Look]:
    domain = site.domain_of(request)
    return (domain.name, "task lists"), lambda: backlogs(site, domain)
