"""Small workflows that simpleflow runs on our server, each for one thing that simpleflow offers.

Nothing of `swf` is imported here: this module belongs to simpleflow's deciders and workers, which
run in an environment of their own. What a workflow returns is what `test_simpleflow.py` expects.
"""

from __future__ import annotations

import time
from pathlib import Path

from simpleflow import Workflow, activity, futures
from simpleflow.canvas import Chain, Group
from simpleflow.task import ActivityTask

VERSION = "1"
DECISIONS = "decisions"
ACTIVITIES = "activities"
PRICES = {"tea": 3, "milk": 2, "sugar": 1}

step = activity.with_attributes(task_list=ACTIVITIES, version=VERSION)


@step
def price(article):
    return PRICES[article]


@step
def total(prices):
    return sum(prices)


@step
def refused(article):
    raise LookupError(f"no {article} today")


@activity.with_attributes(task_list=ACTIVITIES, version=VERSION, retry=2)
def second_time_lucky(directory):
    """Fail when there is no trace of an earlier attempt in the directory."""
    attempts = len(list(Path(directory).iterdir()))
    Path(directory, f"attempt-{attempts}").touch()
    if not attempts:
        raise ConnectionError("try again")
    return attempts


@step
def until_killed(directory):
    """Never return: be killed when the heartbeats find that nobody wants the result."""
    Path(directory, "started").touch()
    while True:
        time.sleep(0.05)


class Shop(Workflow):
    version = VERSION
    task_list = DECISIONS
    decision_tasks_timeout = "60"
    execution_timeout = 300


class Basic(Shop):
    """Activities that depend on each other."""

    name = "basic"

    def run(self, *articles):
        prices = [self.submit(price, article) for article in articles]
        futures.wait(*prices)
        return self.submit(total, [each.result for each in prices]).result


class Canvas(Shop):
    """A chain around a group, its results handed on, and a chain that may break."""

    name = "canvas"

    def run(self):
        bill = Chain(
            Group(*[ActivityTask(price, article) for article in sorted(PRICES)]),
            ActivityTask(total),
            send_result=True,
        )
        broken = Chain(
            ActivityTask(refused, "cake"), ActivityTask(price, "tea"), raises_on_failure=False
        )
        both = self.submit(Group(bill, broken))
        futures.wait(both)
        return [both.result[0][-1], len(both.result[1])]


class Child(Shop):
    """The price of one article, as a workflow of its own."""

    name = "child"
    raises_on_failure = False

    def run(self, article):
        return self.submit(price, article).result


class Broken(Shop):
    """Fails because what it depends on does."""

    name = "broken"
    raises_on_failure = False

    def run(self):
        bought = self.submit(ActivityTask(refused, "cake"))
        futures.wait(bought)
        self.fail("nothing bought", str(bought.exception.reason))


class Parent(Shop):
    """Two children that end well, and one that does not."""

    name = "parent"

    def run(self):
        good = [self.submit(Child, article) for article in ("tea", "milk")]
        bad = self.submit(Broken)
        futures.wait(*good, bad)
        return [*[child.result for child in good], bad.exception.reason]


class Sender(Shop):
    """A child that tells its parent something."""

    name = "sender"

    def run(self):
        context = self.get_run_context()
        told = self.signal(
            "told",
            workflow_id=context["parent_workflow_id"],
            run_id=context["parent_run_id"],
            propagate=False,
            number=42,  # by keyword: 0.36 trips over positional ones, in `continue_as_new` too
        )
        futures.wait(self.submit(told))


class Receiver(Shop):
    """A child that waits for what its parent hears, as simpleflow passes signals on."""

    name = "receiver"

    def run(self):
        return self.submit(self.wait_signal("go")).result["kwargs"]["number"]


class Signals(Shop):
    """Signals from a child, to itself, and through it to another child."""

    name = "signals"

    def run(self):
        sender, receiver = self.submit(Sender), self.submit(Receiver)
        told = self.submit(self.wait_signal("told"))
        futures.wait(told)
        go = self.submit(self.signal("go", number=told.result["kwargs"]["number"]))
        futures.wait(go, sender, receiver)
        return receiver.result


class Timers(Shop):
    """One timer fires, then another is canceled."""

    name = "timers"

    def run(self):
        short, long = self.start_timer("short", 1), self.start_timer("long", 600)
        futures.wait(self.submit(Group(long, Chain(short, self.cancel_timer("long")))))
        return "done"


class Markers(Shop):
    """Markers are recorded, and read again in a later decision."""

    name = "markers"

    def run(self):
        recorded = [
            self.submit(self.record_marker("one")),
            self.submit(self.record_marker("one", {"again": True})),
            self.submit(self.record_marker("two", "second")),
        ]
        futures.wait(*recorded)
        return [[each.name, each.details] for each in self.list_markers(all=True)]


class ManyMarkers(Shop):
    """More decisions than simpleflow sends at once, and more events than a page holds."""

    name = "many-markers"

    def run(self, count):
        futures.wait(*[self.submit(self.record_marker(f"m{each}", each)) for each in range(count)])
        return len(self.list_markers())


class Patient(Shop):
    """Waits until it is canceled or terminated; a signal is noted on the way."""

    name = "patient"

    def run(self):
        futures.wait(self.submit(self.wait_signal("never")))


class Stubborn(Shop):
    """Goes on although it was asked to cancel."""

    name = "stubborn"

    def should_cancel(self, history):
        return False

    def run(self):
        futures.wait(self.submit(self.wait_signal("enough")))
        return "not canceled"


class Retrying(Shop):
    """An activity that fails is scheduled again."""

    name = "retrying"

    def run(self, directory):
        return self.submit(second_time_lucky, directory).result


class Abandoned(Shop):
    """Waits for an activity that never ends."""

    name = "abandoned"

    def run(self, directory):
        return self.submit(until_killed, directory).result


class Countdown(Shop):
    """Continues as new until nothing is left."""

    name = "countdown"

    def run(self, left):
        if left:
            futures.wait(self.submit(self.continue_as_new(left=left - 1)))
        return "lift-off"
