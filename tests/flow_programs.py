"""Random workflow programs: a script of data, and workflows that do what it says.

The script is the input of the execution, so a history says by itself which program it is of. What
the program saw, and in which order, is its result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Iterator
from random import Random
from typing import Any, Final

from swf.exceptions import PayloadError, PayloadTooLargeError
from swf.flow import (
    Canceled,
    Chain,
    FuncGroup,
    Future,
    Group,
    RetryPolicy,
    Workflow,
    activity,
    futures,
)
from swf.flow.errors import FlowError
from swf.flow.failures import TaskFailure

Op = list[Any]
Script = list[Op]
Walk = Generator[Future[Any], Any, Any]

TASK_LIST: Final = "programs"
NAMES: Final = ("north", "south", "east")
KEYS: Final = (None, None, 1, "k")
NAME_OF_LAMBDA: Final = ("double", "broken", "absent")
FAILURE_WAYS: Final = ("default", "default", "retry", "ignore", "cancel", "abort", "handled")


class Surroundings:
    """What a program finds that is no part of its history: how new its code is, and the world."""

    def __init__(self) -> None:
        self.code = 0
        self.look: Callable[[str, int], int] = lambda _run_id, number: number

    def side(self, run_id: str, number: int) -> int:
        """Return what a side effect comes upon."""
        return self.look(run_id, number)


AROUND: Final = Surroundings()


class Unlucky(Exception):
    """What some activities raise."""


@activity(task_list=TASK_LIST)
def plain(*values: Any) -> Any:
    return values


@activity(task_list=TASK_LIST, retry=2)
def again(*values: Any) -> Any:
    return values


@activity(
    task_list=TASK_LIST,
    start_to_close_timeout=40,
    retry=RetryPolicy(attempts=3, delay=2, jitter=0.9, never=(KeyError,)),
)
def patient(*values: Any) -> Any:
    return values


@activity(task_list=TASK_LIST, raises_on_failure=False, heartbeat_timeout=20)
def quiet(*values: Any) -> Any:
    return values


@activity(task_list=TASK_LIST, idempotent=True, schedule_to_start_timeout=60)
def shared(*values: Any) -> Any:
    return values


@activity(task_list=TASK_LIST, get_task_id=lambda _workflow, *values: digest(values))
def named(*values: Any) -> Any:
    return values


ACTIVITIES: Final = {
    one.name.rpartition(".")[2]: one for one in (plain, again, patient, quiet, shared, named)
}


def digest(value: Any) -> str:
    """Return a short text of a value, the same in every process."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:12]


# Writing programs


class Author:
    """Writes scripts by lot."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.sides = 0
        self.patches = 0

    def program(self) -> dict[str, Any]:
        """Return the input of a program: its script, and what it does when things go wrong."""
        random = self.random
        return {
            "script": self.script(random.choice((4, 8, 14, 24)), 0),
            "generations": random.choice((0, 0, 0, 1, 2)),
            "ways": [random.choice(FAILURE_WAYS) for _ in range(4)],
            "when_canceled": random.choice(("raise", "clean", "return", "finally")),
            "when_signaled": random.choice((None, None, "north")),
            "drains": random.random() < 0.7,
        }

    def script(self, length: int, depth: int) -> Script:
        """Return so many ops."""
        return [self.op(depth) for _ in range(self.random.randint(1, length))]

    def op(self, depth: int) -> Op:
        """Return one op."""
        choices = _LEAVES if depth >= 2 else _OPS
        return getattr(self, self.random.choice(choices))(depth)

    def value(self, depth: int = 0) -> Any:
        """Return an argument: a constant, a reference to a task, or something that holds some."""
        random = self.random
        kind = random.choice(("constant", "slot", "slot", "list", "dict", "tuple", "set"))
        if kind == "constant" or depth == 2:
            return random.choice((0, 1, -3, "", "a", None, True, 2.5))
        if kind == "slot":
            return ["slot", self.slot()]
        if kind == "set":
            return ["set", self.slot(), self.slot()]
        return [kind, *(self.value(depth + 1) for _ in range(random.randint(0, 2)))]

    def slot(self) -> int:
        return self.random.randint(0, 6)

    def act(self, _depth: int) -> Op:
        name = self.random.choice([*ACTIVITIES])
        return ["act", name, [self.value() for _ in range(self.random.randint(0, 2))]]

    def child(self, depth: int) -> Op:
        inner = Author(self.random)
        program = {**inner.program(), "generations": 0, "script": inner.script(3, 2)}
        options = self.random.choice(
            ({}, {}, {"retry": 1}, {"execution_start_to_close_timeout": 90})
        )
        return ["child", self.random.choice([*FORMS]), program, options]

    def timer(self, _depth: int) -> Op:
        return ["timer", self.random.choice((0, 1, 5, 60))]

    def signal(self, _depth: int) -> Op:
        name = self.random.choice((*NAMES, None))
        return ["signal", name, self.random.choice(KEYS), self.random.choice((3, 30, 300))]

    def tell(self, _depth: int) -> Op:
        to = self.random.choice((None, None, "nobody"))
        return ["tell", self.random.choice(NAMES), self.value(), self.random.choice(KEYS), to]

    def stop(self, _depth: int) -> Op:
        return ["stop", "nobody"]

    def group(self, depth: int) -> Op:
        random = self.random
        kind = random.choice(("group", "chain", "func"))
        members = [
            self.group(depth + 1)[1:] if depth < 2 and random.random() < 0.2 else self.act(depth)
            for _ in range(random.randint(1, 4))
        ]
        options: dict[str, Any] = {"raises_on_failure": random.choice((None, None, False, True))}
        if kind == "group":
            options["max_parallel"] = random.choice((None, 1, 2))
        if kind == "chain":
            options["send_result"] = random.random() < 0.5
            options["break_on_failure"] = options["send_result"] or random.random() < 0.5
        return ["group", kind, members, options]

    def spawn(self, depth: int) -> Op:
        return ["spawn", self.script(4, depth + 1)]

    def call_lambda(self, _depth: int) -> Op:
        return ["lambda", self.random.choice(NAME_OF_LAMBDA), self.random.choice((0, 1, "x", None))]

    def together(self, _depth: int) -> Op:
        kind = self.random.choice(("every", "either", "settled"))
        return ["together", kind, [self.slot() for _ in range(self.random.randint(1, 3))]]

    def wait(self, _depth: int) -> Op:
        return ["wait", self.slot()]

    def waits(self, _depth: int) -> Op:
        mode = self.random.choice(("FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"))
        return ["waits", mode, [self.slot() for _ in range(self.random.randint(1, 4))]]

    def completed(self, _depth: int) -> Op:
        return ["completed", [self.slot() for _ in range(self.random.randint(1, 4))]]

    def sleep(self, _depth: int) -> Op:
        return ["sleep", self.random.choice((0, 1, 7))]

    def cancel(self, _depth: int) -> Op:
        return ["cancel", self.slot()]

    def if_state(self, depth: int) -> Op:
        state = self.random.choice(("done", "finished", "running", "pending", "cancelled"))
        return ["if_state", state, self.slot(), *self.branches(depth)]

    def if_odd(self, depth: int) -> Op:
        of = self.random.choice(("trace", "now", "random", "side"))
        self.sides += 1
        return ["if_odd", of, self.sides, *self.branches(depth)]

    def patched(self, depth: int) -> Op:
        self.patches += 1
        name = f"change-{self.random.randint(1, self.patches)}"
        return ["patched", name, self.random.randint(0, 2), *self.branches(depth)]

    def branches(self, depth: int) -> list[Script]:
        return [self.script(2, depth + 1), self.script(2, depth + 1)]

    def side(self, _depth: int) -> Op:
        self.sides += 1
        return ["side", self.sides]

    def marker(self, _depth: int) -> Op:
        return ["marker", self.random.choice(("m", "n")), self.random.choice((None, 0, "", [1]))]

    def chance(self, _depth: int) -> Op:
        return ["chance", self.random.choice(("random", "uuid4", "now"))]

    def state(self, _depth: int) -> Op:
        return ["state", self.random.choice((None, 0, {"at": 1}, "x"))]

    def options(self, depth: int) -> Op:
        told = self.random.choice(
            ({"task_priority": 3}, {"start_to_close_timeout": 33}, {"retry": 1})
        )
        return ["options", told, self.script(3, depth + 1)]

    def burst(self, _depth: int) -> Op:
        after = [self.op(2), self.patched(1), self.side(0), self.huge(0), self.signal(0)]
        self.random.shuffle(after)
        return ["burst", self.random.choice((3, 30, 98, 120, 220)), after[:3]]

    def huge(self, _depth: int) -> Op:
        """Return an op that asks for what cannot be sent."""
        return ["huge", self.random.choice(("act", "marker", "tell", "child"))]

    def fail(self, _depth: int) -> Op:
        return ["fail", self.random.choice(("value", "wait"))]

    def as_new(self, _depth: int) -> Op:
        return ["as_new"]


_LEAVES: Final = (
    *("act",) * 6,
    *("wait",) * 5,
    *("timer", "signal", "cancel") * 2,
    *("side", "marker", "chance") * 2,
    *("tell", "waits", "completed", "sleep"),
    *("state", "together", "call_lambda", "stop", "huge"),
)
_OPS: Final = (
    *_LEAVES,
    *("if_state", "if_odd") * 3,
    *("patched", "group", "spawn", "child") * 2,
    *("patched", "burst", "options", "fail", "as_new"),
)


# Running them


class Program(Workflow):
    """Walks through a script."""

    name = "abstract"
    task_list = TASK_LIST
    lambda_role = "arn:aws:iam::123456789012:role/lambda"
    max_open_activities = 40
    max_open_timers = 30
    cancel_grace = 15

    def prepare(self) -> None:
        super().prepare()
        self.slots: list[tuple[Any, Future[Any]]] = []
        self.known: dict[Any, frozenset[int]] = {}
        self.trace: list[Any] = []
        self.given: dict[str, Any] = {}

    # The whole of it

    def walk(self, given: dict[str, Any]) -> Walk:
        """Do all of a program; return what it saw."""
        self.given = given
        if given["when_signaled"]:
            self.on_signal(given["when_signaled"], self.handle)
        cleaned = None
        try:
            yield from self.script(given["script"])
            if given["drains"]:
                yield from self.drain()
        except Canceled:
            way = given["when_canceled"]
            self.see("canceled", way)
            if way != "return":
                yield from self.ended(self.submit(plain, "cleanup"))
            if way in ("raise", "clean"):
                raise
        finally:
            if given["when_canceled"] == "finally":
                cleaned = self.start_timer(1)
        if cleaned is not None:
            yield from self.ended(cleaned)
        return self.seen()

    def seen(self) -> Any:
        """Return what the program has seen, or a digest of it where it is long."""
        text = json.dumps(self.trace, default=str)
        return self.trace if len(text) < 5_000 else [digest(text), len(self.trace)]

    def drain(self) -> Walk:
        for _, future in list(self.slots):
            yield from self.ended(future)

    def script(self, script: Script) -> Walk:
        for op, *told in script:
            yield from getattr(self, f"do_{op}")(*told)

    def see(self, *what: Any) -> None:
        self.trace.append(list(what))

    def ended(self, future: Future[Any]) -> Walk:
        """Wait for a future; see how it ended."""
        try:
            value = yield future
        except (FlowError, PayloadError, Unlucky, ValueError, KeyError) as error:
            self.see("error", type(error).__name__, str(error)[:80])
            return None
        self.see("value", value)
        return value

    def handle(self, *values: Any) -> None:
        """Take a signal in a strand of its own."""
        self.see("handled", list(values))
        self.begun(self.submit(plain, "handled", *values[:1]))

    def on_task_failure(self, failure: TaskFailure) -> Any:
        ways = self.given.get("ways") or ["default"]
        way = ways[len(failure.id) % len(ways)]
        self.see("failure", failure.id.rpartition("--")[2][-20:], failure.attempt_number, way)
        if way == "retry" and failure.attempt_number < 3:
            return failure.decide_retry(len(failure.id) % 3)
        if way == "handled":
            return failure.decide_handled(self.start_timer(1))
        decide = getattr(failure, f"decide_{way}", None)
        return decide() if decide and way in ("ignore", "cancel", "abort") else None

    # What begins

    def at(self, slot: int) -> Future[Any] | None:
        """Return a task that this strand may wait for; None where there is none."""
        found = self.in_sight()
        return self.slots[found[slot % len(found)]][1] if found else None

    def in_sight(self) -> list[int]:
        """Return the tasks that a strand began or its parent saw when it spawned it.

        So none waits for itself, nor for one within which it goes on.
        """
        here = self._run.scheduler.current
        known = self.known.get(here)
        return [
            index
            for index, (owner, _) in enumerate(self.slots)
            if known is None or index in known or owner is here
        ]

    def several(self, slots: list[int]) -> list[Future[Any]]:
        return list({id(one): one for slot in slots if (one := self.at(slot)) is not None}.values())

    def value(self, told: Any) -> Any:
        if not isinstance(told, list):
            return told
        kind, *parts = told
        if kind == "slot":
            future = self.at(parts[0])
            return 7 if future is None else future
        if kind == "set":
            return frozenset(self.several(parts))
        if kind == "dict":
            return {str(index): self.value(part) for index, part in enumerate(parts)}
        made = [self.value(part) for part in parts]
        return tuple(made) if kind == "tuple" else made

    def begun(self, future: Future[Any]) -> None:
        self.slots.append((self._run.scheduler.current, future))

    def do_act(self, name: str, told: list[Any]) -> Walk:
        self.begun(self.submit(ACTIVITIES[name], *map(self.value, told)))
        yield from ()

    def do_child(self, form: str, program: Any, options: dict[str, Any]) -> Walk:
        self.begun(self.submit(FORMS[form].with_options(**options), program))
        yield from ()

    def do_timer(self, seconds: int) -> Walk:
        self.begun(self.start_timer(seconds))
        yield from ()

    def do_signal(self, name: str | None, key: Any, timeout: int) -> Walk:
        self.begun(self.wait_signal(name, key=key, timeout=timeout))
        yield from ()

    def do_tell(self, name: str, told: Any, key: Any, to: str | None) -> Walk:
        self.begun(self.signal(name, self.value(told), key=key, workflow_id=to))
        yield from ()

    def do_stop(self, workflow_id: str) -> Walk:
        self.begun(self.request_cancel(workflow_id))
        yield from ()

    def do_lambda(self, name: str, payload: Any) -> Walk:
        self.begun(self.call_lambda(name, payload, timeout=30))
        yield from ()

    def do_group(self, kind: str, members: list[Any], options: dict[str, Any]) -> Walk:
        self.begun(self.submit(self.made(kind, members, options)))
        yield from ()

    def made(self, kind: str, members: list[Any], options: dict[str, Any]) -> Any:
        tasks = [
            (ACTIVITIES[member[1]], *map(self.value, member[2]))
            if member[0] == "act"
            else self.made(*member)
            for member in members
        ]
        if kind == "func":
            return FuncGroup(lambda *_: Group(*tasks), self.value(["slot", 0]), **options)
        return (Group if kind == "group" else Chain)(*tasks, **options)

    def do_spawn(self, script: Script) -> Walk:
        self.begun(self.spawn(self.part, script, frozenset(self.in_sight())))
        yield from ()

    def beside(self, script: Script, known: frozenset[int]) -> Walk:
        """Go through a script in a strand of its own, which knows these tasks of others."""
        self.known[self._run.scheduler.current] = known
        yield from self.script(script)

    def part(self, script: Script, known: frozenset[int]) -> Any:
        """Be a strand of its own; each form has its own way to."""
        raise NotImplementedError

    def do_together(self, kind: str, slots: list[int]) -> Walk:
        given = self.several(slots)
        if len(given) > 1:
            if kind == "either":
                self.begun(futures.any_of(given))
            elif kind == "every":
                self.begun(given[0] & given[1])
            else:
                self.begun(given[0] | given[1])
        yield from ()

    def do_burst(self, count: int, after: Script) -> Walk:
        for future in self.map(plain, range(count)):
            self.begun(future)
        yield from self.script(after)

    def do_huge(self, what: str) -> Walk:
        much = "x" * 33_000
        try:
            if what == "marker":
                self.record_marker("m", much)
            elif what == "tell":
                self.begun(self.signal("north", much))
            elif what == "child":
                self.begun(self.submit(Sync, {"much": much}))
            else:
                self.begun(self.submit(again, much))
        except PayloadTooLargeError as error:
            self.see("huge", what, type(error).__name__)
        yield from ()

    # What waits

    def do_wait(self, slot: int) -> Walk:
        future = self.at(slot)
        if future is not None:
            yield from self.ended(future)

    def do_waits(self, mode: Any, slots: list[int]) -> Walk:
        given = self.several(slots)
        done, not_done = futures.wait(given, return_when=mode)
        self.see(mode, [given.index(one) for one in done], len(not_done))
        yield from ()

    def do_completed(self, slots: list[int]) -> Walk:
        given = self.several(slots)
        self.see("completed", [given.index(one) for one in futures.as_completed(given)])
        yield from ()

    def do_sleep(self, seconds: int) -> Walk:
        yield from self.ended(self.start_timer(seconds))

    # What decides by what it sees

    def do_cancel(self, slot: int) -> Walk:
        future = self.at(slot)
        if future is not None:
            self.see("cancel", future.cancel())
        yield from ()

    def do_if_state(self, state: str, slot: int, then: Script, other: Script) -> Walk:
        future = self.at(slot)
        is_so = future is not None and getattr(future, state)
        self.see(state, is_so)
        yield from self.script(then if is_so else other)

    def do_if_odd(self, of: str, number: int, then: Script, other: Script) -> Walk:
        odd = {
            "trace": lambda: len(self.trace),
            "now": lambda: int(self.now().timestamp()),
            "random": lambda: int(self.random() * 10),
            "side": lambda: self.looked(number),
        }[of]()
        yield from self.script(then if odd % 2 else other)

    def do_patched(self, name: str, since: int, then: Script, other: Script) -> Walk:
        changed = AROUND.code >= since and self.patched(f"{name}-{since}")
        self.see("patched", name, changed)
        yield from self.script(then if changed else other)

    def looked(self, number: int) -> int:
        run_id = self.context.run_id
        seen = self.side_effect(lambda: [number, AROUND.side(run_id, number)])
        return int(seen[1])

    def do_side(self, number: int) -> Walk:
        self.see("side", self.looked(number))
        yield from ()

    def do_marker(self, name: str, details: Any) -> Walk:
        self.record_marker(name, details)
        self.see("markers", len(self.list_markers(all=True)))
        yield from ()

    def do_chance(self, of: str) -> Walk:
        self.begun(self.submit(plain, str(getattr(self, of)())))
        yield from ()

    def do_state(self, value: Any) -> Walk:
        self.state = value
        yield from ()

    def do_options(self, told: dict[str, Any], script: Script) -> Walk:
        with self.options(**told):
            yield from self.script(script)

    def do_fail(self, how: str) -> Walk:
        if how == "wait":
            future = self.at(0)
            if future is not None:
                yield future
        elif len(self.trace) % 4 == 0:
            raise Unlucky("by the script")

    def do_as_new(self) -> Walk:
        if self.given["generations"]:
            self.continue_as_new({**self.given, "generations": self.given["generations"] - 1})
        yield from ()


class Sync(Program):
    name = "sync"

    def run(self, given: dict[str, Any]) -> Any:
        return waited(self.walk(given))

    def part(self, script: Script, known: frozenset[int]) -> Any:
        return waited(self.beside(script, known))


class Async(Program):
    name = "async"

    async def run(self, given: dict[str, Any]) -> Any:
        return await awaited(self.walk(given))

    async def part(self, script: Script, known: frozenset[int]) -> Any:
        return await awaited(self.beside(script, known))


class Yielding(Program):
    name = "yielding"

    def run(self, given: dict[str, Any]) -> Iterator[Any]:
        return (yield from self.walk(given))

    def part(self, script: Script, known: frozenset[int]) -> Iterator[Any]:
        return (yield from self.beside(script, known))


FORMS: Final[dict[str, type[Program]]] = {one.name: one for one in (Sync, Async, Yielding)}


def waited(walk: Walk) -> Any:
    """Go through a walk, as a plain function does."""
    step, given = walk.send, None
    while True:
        try:
            future = step(given)
        except StopIteration as stop:
            return stop.value
        try:
            step, given = walk.send, future.result
        except (Exception, Canceled) as error:  # noqa: BLE001  (the walk takes it)
            step, given = walk.throw, error


async def awaited(walk: Walk) -> Any:
    """Go through a walk, as an `async def` does."""
    step, given = walk.send, None
    while True:
        try:
            future = step(given)
        except StopIteration as stop:
            return stop.value
        try:
            step, given = walk.send, await future
        except (Exception, Canceled) as error:  # noqa: BLE001  (the walk takes it)
            step, given = walk.throw, error
