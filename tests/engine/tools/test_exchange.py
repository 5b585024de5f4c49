"""Histories go out of one database and into another."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from embedded_harness import DOMAIN, ORDER, Service, child, complete, marker, schedule, timer

from swf.engine.tools import check, export_history, import_history
from swf.exceptions import InconsistentHistoryError, ValidationError
from swf.fault import Fault


@pytest.fixture
def here():
    """An engine from which histories go out."""
    service = Service()
    yield service
    service.close()


@pytest.fixture
def there(here):
    """An engine into which they go, on the same clock."""
    service = Service("memory://?poll_seconds=0", clock=here.clock)
    yield service
    service.close()


def document(service: Service, workflow_id: str, run_id: str) -> dict:
    """Return an exported history, having been text on the way."""
    told = export_history(service.engine, DOMAIN, workflow_id, run_id)
    return json.loads(json.dumps(told))


def closed(service: Service) -> dict:
    """Return the history of an execution that is closed."""
    run = service.start("done", input="in", tagList=["red"])
    run.decide(schedule(), marker())
    service.work(result="worked")
    run.decide(complete(result="out"))
    return document(service, "done", run.run_id)


def going_on(service: Service) -> dict:
    """Return the history of an execution in which an activity task and a timer are open."""
    run = service.start("open")
    run.decide(schedule("a", input="work"), timer("t", 100))
    return document(service, "open", run.run_id)


class TestExport:
    def test_a_document_is_the_operation_s_reply_with_names(self, here):
        """It is what GetWorkflowExecutionHistory answers, with domain, execution and type."""
        run = here.start("w")
        told = document(here, "w", run.run_id)

        reply = here.ask("GetWorkflowExecutionHistory", execution=run.execution)
        assert told == {
            "domain": DOMAIN,
            "execution": {"workflowId": "w", "runId": run.run_id},
            "workflowType": ORDER,
            "events": reply["events"],
        }

    def test_all_pages_are_in_it(self, here):
        """A history of more events than a page holds is exported whole."""
        run = here.start("w")
        run.decide(*(marker(f"m{number}") for number in range(1_100)))

        events = document(here, "w", run.run_id)["events"]

        assert [event["eventId"] for event in events] == list(range(1, 1_105))

    def test_an_unknown_run_is_refused(self, here):
        """What is not there is refused as SWF refuses it."""
        with pytest.raises(Fault, match="Unknown execution"):
            export_history(here.engine, DOMAIN, "w", "none")


class TestImport:
    def test_a_closed_run_is_there_as_it_was(self, here, there):
        """Exported again it is the same; it is listed, and it can be described."""
        told = closed(here)

        assert import_history(there.engine, told) == told["execution"]["runId"]

        assert document(there, "done", told["execution"]["runId"]) == told
        described = there.ask("DescribeWorkflowExecution", execution=told["execution"])
        assert described == here.ask("DescribeWorkflowExecution", execution=told["execution"])
        assert check(there.engine).sound
        listed = there.ask(
            "ListClosedWorkflowExecutions",
            startTimeFilter={"oldestDate": 0.0},
            tagFilter={"tag": "red"},
        )
        assert [one["execution"] for one in listed["executionInfos"]] == [told["execution"]]

    def test_a_closed_run_is_forgotten_in_time(self, here, there):
        """The domain's retention counts from the close."""
        told = closed(here)
        import_history(there.engine, told)

        there.clock.advance(8 * 86_400)

        with pytest.raises(Fault, match="Unknown execution"):
            export_history(there.engine, DOMAIN, "done", told["execution"]["runId"])

    def test_an_open_run_goes_on(self, here, there):
        """Its tasks are handed out, its timers fire, and it is decided to its end."""
        told = going_on(here)
        import_history(there.engine, told)

        task = there.work(result="done")
        assert (task["activityId"], task["input"]) == ("a", "work")
        there.clock.advance(100)
        run = there.latest("open")
        types = [event["eventType"] for event in document(there, "open", run.run_id)["events"]]
        assert types[-4:] == [
            "ActivityTaskStarted",
            "ActivityTaskCompleted",
            "DecisionTaskScheduled",
            "TimerFired",
        ]
        run.decide(complete())
        assert run.close_status == "COMPLETED"
        assert check(there.engine).sound

    def test_a_waiting_poll_is_served(self, here):
        """A task that comes in with a history reaches the poll that waits for it."""
        there = Service("memory://?poll_seconds=60", clock=here.clock)
        poll = there.begin("PollForActivityTask", taskList={"name": "workers"})
        import_history(there.engine, going_on(here))
        reply = poll.reply
        there.close()

        assert reply["activityId"] == "a"

    def test_a_task_that_was_started_elsewhere_times_out(self, here, there):
        """Nobody has a token for it here; its time-outs see to it."""
        run = here.start("open")
        run.decision_task()
        import_history(there.engine, document(here, "open", run.run_id))

        there.clock.advance(61)

        assert there.decision_task()["startedEventId"] == 6

    def test_a_child_is_open_in_its_parent(self, here, there):
        """A parent and its child, both taken in, know of each other."""
        parent = here.start("parent")
        parent.decide(child("kid", taskList={"name": "kids"}))
        kid = here.latest("kid")
        for run in (parent, kid):
            import_history(there.engine, document(here, run.workflow_id, run.run_id))
        moved = there.latest("kid")
        moved.decide(complete(), task_list="kids")

        types = [event["eventType"] for event in document(there, "parent", parent.run_id)["events"]]
        assert "ChildWorkflowExecutionCompleted" in types
        assert check(there.engine).sound

    def test_what_swf_itself_answers_is_taken_in(self, here, there):
        """A bare reply will do where the rest is given, in either order, whatever its times are."""
        told = closed(here)
        events = [
            {
                **event,
                "eventTimestamp": datetime.fromtimestamp(event["eventTimestamp"], UTC).isoformat(),
            }
            for event in reversed(told["events"])
        ]

        import_history(there.engine, {"events": events}, domain=DOMAIN, workflow_id="x", run_id="y")

        assert document(there, "x", "y")["events"] == told["events"]

    def test_a_run_is_not_taken_in_twice(self, here, there):
        """What is there already is refused, closed or open, and nothing is changed."""
        for told in (closed(here), going_on(here)):
            import_history(there.engine, told)
            with pytest.raises(Fault, match="is here already"):
                import_history(there.engine, told)

        assert check(there.engine).executions == 2

    def test_a_workflow_id_has_one_open_run(self, here, there):
        """An open run is refused beside another of its workflow id."""
        there.start("open")

        with pytest.raises(Fault, match="WorkflowExecutionAlreadyStartedFault"):
            import_history(there.engine, going_on(here))

    def test_the_domain_has_to_be_there(self, here, there):
        """A history of a domain that is not registered is refused."""
        with pytest.raises(Fault, match="Unknown domain: elsewhere"):
            import_history(there.engine, closed(here), domain="elsewhere")

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            (lambda told: told.pop("domain"), "domain: neither given"),
            (lambda told: told["execution"].pop("runId"), "run_id: neither given"),
            (lambda told: told.update(events=[]), "document: has no events"),
            (lambda told: told.update(nextPageToken="x"), "one page of a history"),
            (lambda told: told["events"][2].pop("eventTimestamp"), r"events\[2\]: is no event"),
            (lambda told: told["events"][2].update(eventTimestamp="x"), r"events\[2\]: is no"),
            (lambda told: told["events"][2].update(eventType=""), r"events\[2\]: is no event"),
            (
                lambda told: told["events"][1].update(decisionTaskScheduledEventAttributes=1),
                r"events\[1\]: its attributes are no object",
            ),
        ],
    )
    def test_a_document_that_says_too_little(self, here, there, change, complaint):
        """What is missing, or makes no sense, is named before anything is done."""
        told = closed(here)
        change(told)

        with pytest.raises(ValidationError, match=complaint):
            import_history(there.engine, told)

        assert check(there.engine).executions == 0

    @pytest.mark.parametrize(
        "change",
        [
            lambda told: told["events"].pop(2),
            lambda told: told["events"][4].update(eventTimestamp=1.0),
            lambda told: told["workflowType"].update(version="9"),
            lambda told: told["events"].append({**told["events"][-1], "eventId": 99}),
        ],
    )
    def test_a_history_that_cannot_be(self, here, there, change):
        """Events that contradict one another are refused, and nothing is changed."""
        told = closed(here)
        change(told)

        with pytest.raises(InconsistentHistoryError):
            import_history(there.engine, told)

        assert check(there.engine).executions == 0
