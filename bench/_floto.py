"""How floto decides, written from what is known of it: floto itself cannot be installed any more.

There is no replay. A decision task is asked for newest events first, a page at a time, and pages
are read backwards only as far as something is looked for. Between the decision before and this one,
what completed has its dependants begin whose requirements are all done, each looked up in the
history; what failed is retried or fails the execution. A decision task that timed out has the
window reach back to the one before. The graph is made for each decision anew, of the tasks of the
spec and of those that generators returned: their results are looked up in the history, too.
Nothing is kept from one decision to the next. Replies are read by botocore, as boto3 does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

Event = dict[str, Any]

PAGE: Final = 400
"""Events of a page, as floto asks for them."""

COMPLETED: Final = "ActivityTaskCompleted"
FAULTY: Final = {"ActivityTaskFailed", "ActivityTaskTimedOut"}


class Task:
    """A task of the spec: what it requires, and whether its result is further tasks."""

    def __init__(self, id_: str, requires: Sequence[str], *, is_generator: bool = False) -> None:
        self.id_ = id_
        self.requires = requires
        self.is_generator = is_generator


def attributes(event: Event) -> dict[str, Any]:
    """Return the attributes of an event."""
    name: str = event["eventType"]
    found: dict[str, Any] = event[f"{name[0].lower()}{name[1:]}EventAttributes"]
    return found


class Parser:
    """Reads the bodies of replies as boto3 does."""

    def __init__(self) -> None:
        import botocore.parsers
        import botocore.session

        model = botocore.session.get_session().get_service_model("swf")
        self._shape = model.operation_model("PollForDecisionTask").output_shape
        self._parser = botocore.parsers.create_parser("json")

    def events(self, body: bytes) -> list[Event]:
        """Return the events of a reply."""
        reply = {"status_code": 200, "headers": {}, "body": body}
        found: list[Event] = self._parser.parse(reply, self._shape)["events"]
        return found


class History:
    """Events by their ids, read page by page, the newest first."""

    def __init__(self, pages: Iterable[bytes], parser: Parser) -> None:
        self._pages = iter(pages)
        self._parser = parser
        self._events: dict[int, Event] = {}
        self.newest_first: list[Event] = []
        self._read()

    def _read(self) -> bool:
        body = next(self._pages, None)
        if body is None:
            return False
        events = self._parser.events(body)
        self.newest_first += events
        self._events.update((event["eventId"], event) for event in events)
        return True

    def get(self, event_id: int) -> Event:
        """Return an event, however far back it is."""
        while event_id not in self._events:
            if not self._read():
                raise KeyError(event_id)
        return self._events[event_id]

    def backwards(self) -> Iterator[Event]:
        """Yield all events, the newest first."""
        at = 0
        while True:
            while at < len(self.newest_first):
                yield self.newest_first[at]
                at += 1
            if not self._read():
                return

    def window(self, after: int, until: int) -> list[Event]:
        """Return the events between two, in order; the second is of it, the first is not."""
        found = [self.get(event_id) for event_id in range(after + 1, until + 1)]
        if any(event["eventType"] == "DecisionTaskTimedOut" for event in found) and after:
            before = next(
                event["eventId"]
                for event in self.backwards()
                if event["eventId"] < after and event["eventType"] == "DecisionTaskStarted"
            )
            return self.window(before, until)
        return found

    def id_of(self, event: Event) -> str:
        """Return the activity id of an event that closes an activity."""
        scheduled = self.get(attributes(event)["scheduledEventId"])
        found: str = attributes(scheduled)["activityId"]
        return found

    def completion(self, id_: str) -> Event | None:
        """Return the event by which a task completed; None where it has not since it began."""
        for event in self.backwards():
            if event["eventType"] == COMPLETED and self.id_of(event) == id_:
                return event
            if (
                event["eventType"] == "ActivityTaskScheduled"
                and attributes(event)["activityId"] == id_
            ):
                return None
        return None

    def failures(self, id_: str) -> int:
        """Return how often a task failed since it completed last, if it did."""
        count = 0
        for event in self.backwards():
            if event["eventType"] == COMPLETED and self.id_of(event) == id_:
                break
            if event["eventType"] in FAULTY and self.id_of(event) == id_:
                count += 1
        return count


class Graph:
    """Who requires whom."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self.tasks = {task.id_: task for task in tasks}
        self.dependants: dict[str, list[Task]] = {task.id_: [] for task in tasks}
        for task in tasks:
            for required in task.requires:
                self.dependants[required].append(task)

    def leaves(self) -> list[str]:
        """Return the tasks that nothing requires."""
        return [id_ for id_, dependants in self.dependants.items() if not dependants]


class Decider:
    """Decides for one graph."""

    def __init__(self, tasks: Sequence[Task], *, retries: int = 0) -> None:
        self._tasks = tasks
        self._retries = retries
        self._parser = Parser()

    def decisions(self, pages: Iterable[bytes], after: int, until: int) -> list[dict[str, Any]]:
        """Return the decisions that answer a task whose events are those between two."""
        history = History(pages, self._parser)
        events = history.window(after, until)
        graph = self._graph(history)
        if events[0]["eventType"] == "WorkflowExecutionStarted":
            return [_schedule(task) for task in graph.tasks.values() if not task.requires]
        faulty = [history.id_of(event) for event in events if event["eventType"] in FAULTY]
        if any(history.failures(id_) > self._retries for id_ in faulty):
            return [{"decisionType": "FailWorkflowExecution"}]
        made = [_schedule(graph.tasks[id_]) for id_ in faulty]
        completed = [history.id_of(event) for event in events if event["eventType"] == COMPLETED]
        ready = {
            task.id_: task
            for id_ in completed
            for task in graph.dependants[id_]
            if all(history.completion(one) is not None for one in task.requires)
        }
        made += [_schedule(task) for task in ready.values()]
        return made or self._completed(history, graph)

    def _graph(self, history: History) -> Graph:
        tasks = list(self._tasks)
        for generator in [task for task in tasks if task.is_generator]:
            event = history.completion(generator.id_)
            for told in json.loads(attributes(event)["result"]) if event else ():
                requires = [*told.get("requires", ()), generator.id_]
                tasks.append(Task(told["id_"], requires))
        return Graph(tasks)

    def _completed(self, history: History, graph: Graph) -> list[dict[str, Any]]:
        ends = {id_: history.completion(id_) for id_ in graph.leaves()}
        if not all(ends.values()):
            return []
        result = {
            id_: json.loads(attributes(event)["result"]) for id_, event in ends.items() if event
        }
        told = {"result": json.dumps(result, sort_keys=True)}
        return [
            {
                "decisionType": "CompleteWorkflowExecution",
                "completeWorkflowExecutionDecisionAttributes": told,
            }
        ]


def _schedule(task: Task) -> dict[str, Any]:
    return {
        "decisionType": "ScheduleActivityTask",
        "scheduleActivityTaskDecisionAttributes": {"activityId": task.id_},
    }
