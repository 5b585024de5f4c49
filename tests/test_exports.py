"""What the public packages offer by name, and that asking for one costs nothing beforehand."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from types import ModuleType
from typing import Final

import pytest

PACKAGES: Final = (
    "swf",
    "swf.actors",
    "swf.drawing",
    "swf.flow",
    "swf.graph",
    "swf.graph.decider",
    "swf.graph.specs",
    "swf.metrics",
    "swf.models",
    "swf.models.decision",
    "swf.models.event",
    "swf.models.history",
    "swf.models.timeline",
    "swf.payload",
    "swf.querysets",
    "swf.schedules",
    "swf.steps",
    "swf.tracing",
    "swf.transport",
)
"""Every package, since users import from packages and not from the modules inside."""

PROMISED: Final = {
    "swf": "actors connect constants exceptions models querysets settings __version__",
    "swf.actors": "Actor ActivityWorker Decider",
    "swf.constants": "CLOSED DEPRECATED OPEN REGISTERED",
    "swf.exceptions": (
        "SWFError ResponseError DoesNotExistError AlreadyExistsError PollTimeout "
        "DomainDoesNotExist WorkflowTypeDoesNotExist ActivityTypeDoesNotExist "
        "WorkflowExecutionDoesNotExist"
    ),
    "swf.flow": (
        "Chain Decider FuncGroup Group RetryPolicy Worker Workflow activity futures get run start"
    ),
    "swf.graph": (
        "ActivityTask ActivityWorker ChildWorkflow Daemon Decider DeciderSpec DynamicDecider "
        "Generator InstantRetry RetryPolicy Timer activity api decider generator specs"
    ),
    "swf.models": (
        "ActivityType Difference Domain History ModelDiff WorkflowExecution WorkflowType"
    ),
    "swf.models.history": "History HistoryBuilder",
    "swf.querysets": (
        "ActivityTypeQuerySet DomainQuery DomainQuerySet HistoryQuerySet "
        "WorkflowExecutionQuerySet WorkflowTypeQuerySet"
    ),
    "swf.steps": (
        "ExecutionResult StepBody StepExecutionContext Workflow WorkflowBuilder "
        "configure_workflow_host"
    ),
    "swf.settings": "clear from_env from_file from_home from_stream get set",
}
"""The names that users' programs depend on: none goes without a major version."""

COMPARED: Final = "changes exists is_synced upstream DoesNotExist AlreadyExists "
REGISTERED: Final = COMPARED + "delete deprecate save undeprecate Deprecated "
MEMBERS: Final = {
    "ActivityType": REGISTERED,
    "Domain": REGISTERED + "activities executions workflows",
    "WorkflowExecution": COMPARED + "history request_cancel signal terminate",
    "WorkflowType": REGISTERED + "start_execution",
}
"""What each model can be asked and told."""

READ: Final = "all count exists filter first get last order_by reverse DoesNotExist "
CREATED: Final = READ + "create get_or_create"
QUERYSET_MEMBERS: Final = {
    "ActivityTypeQuerySet": CREATED,
    "DomainQuerySet": CREATED,
    "HistoryQuerySet": READ,
    "WorkflowExecutionQuerySet": READ,
    "WorkflowTypeQuerySet": CREATED,
}
"""What each queryset can be asked."""


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest) -> ModuleType:
    """Each public package in turn."""
    return import_module(request.param)


def test_all_is_sorted_and_says_each_name_once(package: ModuleType) -> None:
    """A reader finds a name where the alphabet puts it: constants, then classes, then the rest."""
    names = list(package.__all__)

    assert names == sorted(set(names), key=lambda name: (not name.isupper(), name[0] > "Z", name))


def test_every_name_of_all_resolves(package: ModuleType) -> None:
    """What a package says that it exports is there, lazily loaded names included."""
    assert [name for name in package.__all__ if getattr(package, name, None) is None] == []


def test_all_is_complete(package: ModuleType) -> None:
    """A public name bound in a package's `__init__` is in its `__all__`, or is no public name."""
    exported = set(package.__all__)
    own = {
        name
        for name, value in vars(package).items()
        if not name.startswith("_")
        and getattr(value, "__module__", "").startswith(package.__name__)
        and not isinstance(value, ModuleType)
    }

    assert own - exported == set()


def test_dir_lists_what_is_exported(package: ModuleType) -> None:
    """A prompt that completes names offers the lazily loaded ones too."""
    assert set(package.__all__) <= set(dir(package))


def test_an_unknown_name_is_an_attribute_error_that_says_where(package: ModuleType) -> None:
    """A name that a package does not have is refused as Python does it."""
    with pytest.raises(AttributeError, match=f"{package.__name__}.*'nonesuch'"):
        _ = package.nonesuch


@pytest.mark.parametrize("module", PROMISED)
def test_the_promised_names_are_there(module: str) -> None:
    """A program written against the documented names finds all of them."""
    found = import_module(module)

    assert [name for name in PROMISED[module].split() if not hasattr(found, name)] == []


@pytest.mark.parametrize("name", MEMBERS)
def test_every_model_has_the_same_verbs(name: str) -> None:
    """Who knows one model knows how to save, compare and refresh each of them."""
    model = getattr(import_module("swf.models"), name)

    assert [member for member in MEMBERS[name].split() if not hasattr(model, member)] == []


@pytest.mark.parametrize("name", QUERYSET_MEMBERS)
def test_every_queryset_has_the_same_verbs(name: str) -> None:
    """Who knows one queryset knows how to narrow, list and count with each of them."""
    found = getattr(import_module("swf.querysets"), name)

    assert [one for one in QUERYSET_MEMBERS[name].split() if not hasattr(found, one)] == []


def test_the_short_name_of_the_domain_queryset_is_the_same_class() -> None:
    """`DomainQuery` and `DomainQuerySet` are one class."""
    querysets = import_module("swf.querysets")

    assert querysets.DomainQuery is querysets.DomainQuerySet


# What importing does not load


def loaded_by(statement: str) -> set[str]:
    """Return the names of all modules that a fresh interpreter has after one statement."""
    program = f"import json, sys; {statement}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(done.stdout))


SLOW: Final = frozenset({"boto3", "botocore", "rich", "urllib3"})


def test_import_swf_loads_next_to_nothing() -> None:
    """`import swf` loads no settings, no model, no queryset and no client: only where they are."""
    ours = {name for name in loaded_by("import swf") if name.partition(".")[0] == "swf"}

    assert ours <= {
        "swf",
        "swf._lazy",
        "swf._version",
        "swf.exceptions",
        "swf.models",
        "swf.models.relations",
        "swf.transport",
        "swf.transport.schemes",
    }


@pytest.mark.parametrize("module", [*PACKAGES, "swf.constants", "swf.exceptions", "swf.settings"])
def test_no_import_loads_what_is_slow(module: str) -> None:
    """No public module loads boto3 or rich before something of theirs is needed."""
    assert loaded_by(f"import {module}") & SLOW == set()


def test_making_models_and_querysets_loads_no_client() -> None:
    """boto3 is loaded by the first call, not by what describes the call."""
    program = (
        "from swf.models import Domain; from swf.querysets import DomainQuerySet; "
        "Domain('d').workflows(); DomainQuerySet().filter(status='DEPRECATED')[:5]"
    )

    assert loaded_by(program) & SLOW == set()


def test_one_event_class_loads_its_own_module_only() -> None:
    """The classes of timers come without those of activities, Lambda tasks and markers."""
    loaded = loaded_by("from swf.models.event import TimerFired")

    assert "swf.models.event.timer" in loaded
    assert not loaded & {"swf.models.event.activity_task", "swf.models.event.lambda_function"}


def test_a_slow_module_would_be_seen() -> None:
    """The checks above can fail: a module that is loaded is in the list."""
    assert "json.tool" in loaded_by("import json.tool")
