"""The commands that workflow types and activity types have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs
import click

from swf.cli import failing, options, output
from swf.cli.asked import Asked
from swf.cli.names import Entry, Noun, Verb
from swf.cli.output import Columns
from swf.constants import DEPRECATED, REGISTERED
from swf.exceptions import MultipleObjectsReturned, TypeDoesNotExist
from swf.nearest import nearest
from swf.wire import told

LIST: Final = Columns(
    {"name": "name", "version": "version", "status": "status", "description": "description"},
    id="id",
    wide={"created": "created", "deprecated": "deprecated"},
)


@attrs.frozen
class Kind:
    """One of the two kinds of types."""

    noun: str
    """As the command is called."""
    words: str
    """As a sentence says it."""
    example: str
    """One of them."""
    types: Callable[[Any], Any]
    """Their queryset, of a domain."""
    model: type[Any]
    options: tuple[Callable[[Any], Any], ...]
    """The defaults that `register` takes."""

    @property
    def a(self) -> str:
        """The article before its words."""
        return "an" if self.words[0] == "a" else "a"

    @property
    def completed(self) -> str:
        """What completes their names."""
        return f"{self.noun.replace('-', '_')}s"


def status_option(function: Any) -> Any:
    """Return a command that takes the registration status to list."""
    return click.option(
        "-s",
        "--status",
        type=click.Choice(["registered", "deprecated", "all"]),
        default="registered",
        show_default=True,
        help="Which are listed.",
    )(function)


def statuses(word: str) -> Any:
    """Return the registration status, or both, that a word stands for."""
    return (REGISTERED, DEPRECATED) if word == "all" else word.upper()


def commands(kind: Kind, says: str) -> click.Group:
    """Return the group of commands of a kind of types."""
    of_code = kind.noun.removesuffix("-type")
    group = Noun(
        kind.noun,
        help=says,
        elsewhere={
            "diff": Entry(
                "domains.syncing", "Show how what code declares is registered.", f"{of_code}_diff"
            ),
            "sync": Entry("domains.syncing", "Register what code declares.", f"{of_code}_sync"),
        },
    )
    for make in (_list, _describe, _register):
        group.add_command(make(kind))
    for verb, method, says_verb in (
        ("deprecate", "deprecate", "Have nothing new started of a type; what runs goes on."),
        ("undeprecate", "undeprecate", "Take a deprecated type back into use."),
        ("delete", "delete_permanently", "Delete a deprecated type for good."),
    ):
        group.add_command(_changing(kind, verb, method, says_verb))
    return group


def named(kind: Kind, text: str) -> Any:
    """Return the type that `NAME` or `NAME:VERSION` names, described; deprecated ones too."""
    name, _, version = text.partition(":")
    queryset = kind.types(options.domain())
    try:
        return queryset.get(name, version or None)
    except MultipleObjectsReturned as error:
        versions = ", ".join(one.version for one in queryset.filter(name=name))
        told_ = f"{name!r} has several versions: {versions}; say {name}:VERSION"
        raise click.UsageError(told_) from error
    except TypeDoesNotExist as error:
        every = queryset.filter(status=(REGISTERED, DEPRECATED))
        known = [f"{one.name}:{one.version}" for one in every]
        near = nearest(text, known if version else [one.partition(":")[0] for one in known])
        raise failing.Failure(
            f"no {kind.words} {text!r}{near}; `swf {kind.noun} list --status all` shows all",
            failing.NOT_FOUND,
        ) from error


def row(one: Any) -> dict[str, Any]:
    """Return what is told of a type."""
    fields = {
        name: value
        for name, value in one._as_dict().items()
        if name not in {"domain", "creation_date", "deprecation_date"}
    }
    return {
        "id": f"{one.name}:{one.version}",
        **fields,
        "created": one.creation_date,
        "deprecated": one.deprecation_date,
    }


def _list(kind: Kind) -> click.Command:
    @click.command(
        "list",
        cls=Verb,
        help=f"List the {kind.words}s of the domain.\n\nswf {kind.noun} list --status all",
    )
    @status_option
    @click.option("--name", metavar="NAME", help="Only the versions of this name.")
    @options.common
    def list_(asked: Asked, /, status: str, name: str | None) -> None:
        found = kind.types(options.domain()).filter(**told(status=statuses(status), name=name))
        output.emit(asked, map(row, found), LIST)

    return list_


def _describe(kind: Kind) -> click.Command:
    @click.command(
        "describe",
        cls=Verb,
        help=f"Show {kind.a} {kind.words} and its defaults.\n\n"
        f"swf {kind.noun} describe {kind.example}",
    )
    @click.argument(
        "type_", metavar="NAME[:VERSION]", shell_complete=options.complete(kind.completed)
    )
    @options.common
    def describe(asked: Asked, /, type_: str) -> None:
        output.emit_one(asked, row(named(kind, type_)), id="id")

    return describe


def _register(kind: Kind) -> click.Command:
    @click.command(
        "register",
        cls=Verb,
        help=f"Register {kind.a} {kind.words}, with what its tasks have by default.\n\n"
        f"swf {kind.noun} register {kind.example} --task-list quickstart",
    )
    @click.argument("type_", metavar="NAME:VERSION")
    @click.option("--description", metavar="TEXT", help="What people are told of it.")
    @click.option("--task-list", metavar="NAME", help="Where its tasks wait.")
    @click.option("--task-priority", type=int, metavar="N", help="The higher, the sooner.")
    @options.common
    def register(_asked: Asked, /, type_: str, **fields: Any) -> None:
        name, _, version = type_.partition(":")
        if not version:
            raise click.UsageError(f"{type_!r}: say NAME:VERSION, as in {name}:1")
        kind.model(options.domain(), name, version, **told(**fields)).save()

    command: Any = register
    for option in kind.options:
        command = option(command)
    registered: click.Command = command
    return registered


def _changing(kind: Kind, verb: str, method: str, says: str) -> click.Command:
    @click.command(verb, cls=Verb, help=f"{says}\n\nswf {kind.noun} {verb} {kind.example}")
    @click.argument(
        "type_", metavar="NAME[:VERSION]", shell_complete=options.complete(kind.completed)
    )
    @options.common
    def changing(_asked: Asked, /, type_: str) -> None:
        getattr(named(kind, type_), method)()

    return changing
