"""Domains, types, executions and histories as SWF lists them: lazy, chainable, page by page."""

from __future__ import annotations

from swf.exceptions import MultipleObjectsReturned
from swf.models.relations import register
from swf.querysets.activity import ActivityTypeQuerySet
from swf.querysets.base import QuerySet
from swf.querysets.domain import DomainQuerySet
from swf.querysets.execution import WorkflowExecutionQuerySet
from swf.querysets.history import HistoryQuerySet
from swf.querysets.workflow import WorkflowTypeQuerySet
from swf.wire import Count

DomainQuery = DomainQuerySet

__all__ = [
    "ActivityTypeQuerySet",
    "Count",
    "DomainQuery",
    "DomainQuerySet",
    "HistoryQuerySet",
    "MultipleObjectsReturned",
    "QuerySet",
    "WorkflowExecutionQuerySet",
    "WorkflowTypeQuerySet",
]

register("workflows", WorkflowTypeQuerySet)
register("activities", ActivityTypeQuerySet)
register("executions", WorkflowExecutionQuerySet)
