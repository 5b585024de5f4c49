"""What SWF refuses, in words: what is in the way, and what to type.

SWF tells of a domain that is there already, of a deprecated type and of a default that is missing
by their names alone.
"""

from __future__ import annotations

import shlex
from ast import literal_eval
from collections.abc import Callable, Mapping
from typing import Final

from swf import exceptions, settings
from swf.exceptions import SWFError
from swf.nearest import nearest
from swf.querysets import DomainQuerySet

_Names = tuple[str, ...]

_GIVEN_BY: Final[Mapping[str, str]] = {
    "childPolicy": "--child-policy",
    "executionStartToCloseTimeout": "--execution-timeout",
    "taskList": "--task-list",
    "taskStartToCloseTimeout": "--task-timeout",
}
"""The option of `swf workflow start` that gives what a type has no default for."""


def in_words(error: BaseException) -> str | None:
    """Return what a refusal by a bare name means, with the way out; None of any other error."""
    if not isinstance(error, SWFError) or not (error.operation and error.resource):
        return None
    tell = next((tell for kind, tell in _TOLD if isinstance(error, kind)), None)
    if tell is None:
        return None
    return f"{error.operation}, {error.resource}: {tell(error, _names(error.resource))}"


def way_out(error: BaseException) -> str:
    """Return what helps against an error, to be put behind its message; empty where unknown."""
    if isinstance(error, exceptions.DomainDoesNotExist):
        return _of_domain()
    if isinstance(error, exceptions.WorkflowExecutionDoesNotExist):
        return "; `swf workflow list` shows those there are"
    if isinstance(error, exceptions.WorkflowTypeDoesNotExist):
        return "; `swf workflow-type list` shows those there are"
    if isinstance(error, exceptions.ActivityTypeDoesNotExist):
        return "; `swf activity-type list` shows those there are"
    if isinstance(error, exceptions.ConnectionFailedError):
        return "; `swf config show` shows the endpoint, `swf doctor` looks for the cause"
    if isinstance(error, exceptions.CredentialsError):
        return "; `swf config show` shows which credentials are in effect"
    return ""


def _of_domain() -> str:
    name = settings.get().get("domain")
    if name is None:
        return ""
    try:
        domains = DomainQuerySet()
        known = [one.name for one in domains[:100]]
        deprecated = [one.name for one in domains.filter(status="DEPRECATED")[:100]]
    except exceptions.SWFError:
        known = deprecated = []
    typed = shlex.quote(name)
    if name in deprecated:
        return f"; it is deprecated: `swf domain undeprecate {typed}` takes it back into use"
    hint = nearest(name, [one for one in known if one != name])
    return f"{hint}; `swf domain register {typed}` makes it" if name not in known else ""


def _names(resource: str) -> _Names:
    """Return the names in `Domain('x')`."""
    found = literal_eval(resource[resource.index("(") :])
    return found if isinstance(found, tuple) else (found,)


def _domain_there(_error: SWFError, names: _Names) -> str:
    return f"is there already; `swf domain describe {shlex.join(names)}` shows it"


def _domain_deprecated(error: SWFError, names: _Names) -> str:
    already = " already" if error.operation == "DeprecateDomain" else ""
    typed = f"`swf domain undeprecate {shlex.join(names)}`"
    return f"is deprecated{already}; {typed} takes it back into use"


def _type_there(error: SWFError, names: _Names) -> str:
    shown = f"`{_command(error)} describe {_key(names)}` shows it"
    if str(error.operation).startswith("Undeprecate"):
        return f"is not deprecated; {shown}"
    return f"is there already, and never changes: say another version; {shown}"


def _type_deprecated(error: SWFError, names: _Names) -> str:
    already = " already" if str(error.operation).startswith("Deprecate") else ""
    typed = f"`{_command(error)} undeprecate {_key(names)}`"
    return f"is deprecated{already}; {typed} takes it back into use"


def _type_in_use(error: SWFError, names: _Names) -> str:
    typed = f"`{_command(error)} deprecate {_key(names)}`"
    return f"only a deprecated type can be deleted; {typed} comes first"


def _started(_error: SWFError, names: _Names) -> str:
    typed = f"`swf workflow info {shlex.join(names[:1])}`"
    return f"a run of this workflow id is open; {typed} shows it, another --workflow-id begins"


def _no_default(error: SWFError, _names: _Names) -> str:
    option = _GIVEN_BY.get(error.message)
    way_out = f"say {option}" if option else "say it at the start, or register a version with it"
    return f"its type has no default for {error.message}; {way_out}"


def _command(error: SWFError) -> str:
    kind = "activity" if str(error.resource).startswith("Activity") else "workflow"
    return f"swf {kind}-type"


def _key(names: _Names) -> str:
    return shlex.quote(":".join(names))


_TOLD: Final[tuple[tuple[type[SWFError], Callable[[SWFError, _Names], str]], ...]] = (
    (exceptions.DomainAlreadyExistsFault, _domain_there),
    (exceptions.DomainDeprecatedFault, _domain_deprecated),
    (exceptions.TypeAlreadyExistsFault, _type_there),
    (exceptions.TypeDeprecatedFault, _type_deprecated),
    (exceptions.TypeNotDeprecatedFault, _type_in_use),
    (exceptions.WorkflowExecutionAlreadyStartedFault, _started),
    (exceptions.DefaultUndefinedFault, _no_default),
)
