"""What earlier requests and replies tell: names, runs and tokens that later requests use again."""

from __future__ import annotations

import json
from contextlib import suppress
from random import Random
from typing import Any, Final

import attrs

DOMAINS: Final = ("fuzz-a", "fuzz-b", "fuzz-c")
WHOLE: Final = (("work", "1"), ("work", "2"))
"""Names and versions of workflow types, and of activity types, that have every default."""

TYPES: Final = (*WHOLE, ("bare", "1"), ("spare", "1"))
"""All of them; `bare` has no defaults, `spare` is deprecated and deleted now and then."""

ANSWERS: Final = (
    "RespondDecisionTaskCompleted",
    "RespondActivityTaskCompleted",
    "RespondActivityTaskFailed",
    "RespondActivityTaskCanceled",
)

MOST: Final = 40
"""How much of each kind is remembered."""

Wire = dict[str, Any]


@attrs.define
class Pool:
    """What is known to the one who draws requests, most of it still valid."""

    random: Random
    executions: list[tuple[str, str]] = attrs.field(factory=list)
    """Workflow ids and run ids."""
    decision_tokens: list[str] = attrs.field(factory=list)
    activity_tokens: list[str] = attrs.field(factory=list)
    answered: list[str] = attrs.field(factory=list)
    """Tokens of tasks of either kind that are closed."""
    pages: list[tuple[str, Wire]] = attrs.field(factory=list)
    """Requests for a next page."""
    arns: list[str] = attrs.field(factory=list)

    def domain(self) -> str:
        """Return a domain, mostly the first."""
        return self.random.choice(DOMAINS) if self.random.random() < 0.1 else DOMAINS[0]

    def workflow_id(self) -> str:
        """Return one of few workflow ids."""
        return f"w{self.random.randrange(60)}"

    def execution(self) -> tuple[str, str]:
        """Return workflow id and run id of an execution, mostly of a late one."""
        return self.latest(self.executions) or (self.workflow_id(), "no-such-run")

    def holds(self, operation: str) -> bool:
        """Whether there is a task for this operation."""
        of_decider = operation == "RespondDecisionTaskCompleted"
        return bool(self.decision_tokens if of_decider else self.activity_tokens)

    def task_token(self, operation: str) -> Any:
        """Return the token of a task that this operation is about, mostly of one that is held."""
        if self.random.random() < 0.05:
            return self.latest(self.answered)
        if operation == "RespondDecisionTaskCompleted":
            return self.latest(self.decision_tokens)
        return self.latest(self.activity_tokens)

    def latest(self, known: list[Any]) -> Any:
        """Return one of a list, mostly the last; None where it is empty."""
        if not known:
            return None
        back = int(self.random.expovariate(0.6))
        return known[-1 - back] if back < len(known) else self.random.choice(known)

    def forget(self, token: Any) -> None:
        """Take a task for closed."""
        for held in (self.decision_tokens, self.activity_tokens):
            if token in held:
                held.remove(token)
                _keep(self.answered, token)

    def learn(self, operation: str, params: Any, reply: Any) -> None:
        """Remember what a reply tells."""
        if operation in ANSWERS and isinstance(params, dict):
            self.forget(params.get("taskToken"))
        if not isinstance(reply, dict) or not isinstance(params, dict):
            return
        self._learn_execution(params, reply)
        if operation == "PollForDecisionTask" and "taskToken" in reply:
            _keep(self.decision_tokens, reply["taskToken"])
        elif operation == "PollForActivityTask" and "taskToken" in reply:
            _keep(self.activity_tokens, reply["taskToken"])
        elif operation == "DescribeDomain":
            _keep(self.arns, reply["domainInfo"]["arn"])
        if "nextPageToken" in reply:
            self._learn_page(operation, {**params, "nextPageToken": reply["nextPageToken"]})

    def _learn_page(self, operation: str, params: Wire) -> None:
        with suppress(TypeError, ValueError, RecursionError):  # not all that was asked is JSON
            _keep(self.pages, (operation, json.loads(json.dumps(params))))

    def _learn_execution(self, params: Wire, reply: Wire) -> None:
        if "runId" in reply:
            _keep(self.executions, (params["workflowId"], reply["runId"]))
        for info in reply.get("executionInfos", ())[:3]:
            told = info["execution"]
            _keep(self.executions, (told["workflowId"], told["runId"]))


def _keep(known: list[Any], one: Any) -> None:
    known.append(one)
    del known[:-MOST]
