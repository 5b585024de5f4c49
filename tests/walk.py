"""Steps by chance on an engine and its reference: what clients, deciders, workers and time do."""

from __future__ import annotations

from random import Random

from compared import Compared
from random_requests import Request, Requests, beginnings

ADVANCES = (0, 0.5, 1, 6, 25, 60, 400)
STEPS = (
    *("decide",) * 8,
    *("work",) * 5,
    *("start",) * 4,
    *("control",) * 3,
    *("time",) * 3,
    "stale",
    "read",
    "types",
    "domains",
    "invalid",
)


class Walk:
    """A pair of services under way: `step` does something by chance, `check` compares them."""

    def __init__(self) -> None:
        self.pair = Compared()
        self.held: dict[str, list[str]] = {"Decision": [], "Activity": []}
        for domain in ("shop", "bank"):
            for operation, params in beginnings(domain):
                self.pair.call(operation, params)

    def step(self, random: Random) -> None:
        """Do one thing."""
        getattr(self, random.choice(STEPS))(random)

    def requests(self, random: Random) -> Requests:
        runs = self.pair.reference.runs[-12:]
        return Requests(random, [(run["workflowId"], run["runId"]) for run in runs])

    def ask(self, request: Request) -> None:
        self.pair.pages(*request)

    def start(self, random: Random) -> None:
        self.ask(self.requests(random).start())

    def control(self, random: Random) -> None:
        self.ask(self.requests(random).control())

    def read(self, random: Random) -> None:
        self.ask(self.requests(random).reading())

    def types(self, random: Random) -> None:
        self.ask(self.requests(random).types())

    def domains(self, random: Random) -> None:
        self.ask(self.requests(random).domains())

    def time(self, random: Random) -> None:
        self.pair.advance(random.choice(ADVANCES))

    def decide(self, random: Random) -> None:
        self.task(random, "Decision")

    def work(self, random: Random) -> None:
        self.task(random, "Activity")

    def task(self, random: Random, kind: str) -> None:
        """Poll, or answer what an earlier poll got."""
        made = self.requests(random)
        if not self.held[kind]:
            pages = self.pair.pages(*made.poll(kind))
            tokens = [page["taskToken"] for page in pages if "taskToken" in page]
            self.held[kind] += tokens[:1]
            if tokens and kind == "Decision" and not random.randrange(3):
                # What comes while a decision task is held is for the next one.
                execution = pages[0]["workflowExecution"]
                signal = {"domain": made.domain, "signalName": "meanwhile", **execution}
                self.pair.call("SignalWorkflowExecution", signal)
            if random.randrange(2):
                return
        if self.held[kind]:
            token = self.held[kind].pop()
            self.ask(made.decided(token) if kind == "Decision" else made.answer(token))

    def stale(self, random: Random) -> None:
        """Answer once more what may have been answered, timed out, or never been given."""
        made = self.requests(random)
        tokens = [*self.pair.reference.tokens, "no-token-of-ours"]
        token = tokens[-1 - random.randrange(min(len(tokens), 6))]
        self.ask(random.choice((made.decided, made.answer))(token))

    def invalid(self, random: Random) -> None:
        """Ask for what breaks one rule."""
        made = self.requests(random)
        operation, params = random.choice(
            (made.start, made.control, made.types, lambda: made.poll("Decision"))
        )()
        name = random.choice(sorted(params))
        wrong = random.choice((None, "", "x" * 300, "a:b", "NONE", 17, [], {}))
        self.ask((operation, {**params, name: wrong}))

    def check(self, *, thoroughly: bool) -> None:
        """Compare which executions there are, or all there is to know of them."""
        if thoroughly:
            self.pair.compare_executions()
        else:
            self.pair.compare_lists()

    def close(self) -> None:
        """Let go of the engine."""
        self.pair.close()
