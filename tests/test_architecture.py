"""The shape of the code: who may import whom, how large a thing may grow, what has a name.

Every rule is a function from sources to the lines that break it. Each runs over swf/, and over
small made-up sources that break it, so that a rule which sees nothing is noticed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Final

import attrs
import pytest

ROOT: Final = Path(__file__).parent.parent

SHARED: Final = (
    "_lazy",
    "_version",
    "constants",
    "exceptions",
    "nearest",
    "clock",
    "virtual_clock",
    "shapes",
    "wire",
    "rules",
    "validation",
    "fault",
    "hosts",
    "metrics",  #     what is counted; what has it read over HTTP comes when it is asked for
)
"""Floor 0 of both columns, without I/O: a module may import those before it."""

CLIENT: Final = (
    "tracing",  #     1: spans of OpenTelemetry's, where that is installed and asked for
    "settings",  #    1: where credentials, region and endpoint come from
    "transport",  #   2: how a call reaches an SWF; alone in knowing boto3
    "payload",  #     2: how values travel as text; big ones in a store
    "core",  #        3: an object that holds a connection
    "models",  #      4: domains, types, executions; events, decisions and histories
    "querysets",  #   5: lists of models
    "actors",  #      6: deciders and workers
    "flow",  #        7: workflows as ordinary Python: futures, replay, retry, signals
    "drawing",  #     8: pictures of what a definition says, with the state of an execution
    "insight",  #     8: what an execution has done, what it waits for, and why it is stuck
    "graph",  #       9: a workflow as a graph of tasks
    "steps",  #       9: a workflow as a chain of steps; knows nothing of graphs
    "schedules",  #   9: workflows that are started by cron; knows neither graphs nor steps
    "web",  #        10: the pages, which read through models and querysets as any client does
)
ENGINE: Final = (
    "engine",  #      E1: the embedded SWF
    "server",  #      E2: the same over HTTP
)
"""What stands on a floor of a column may import what stands before it there: never up, and never
what stands in the other column."""

BESIDE: Final[Mapping[str, frozenset[str]]] = {
    "steps": frozenset({"graph"}),
    "schedules": frozenset({"graph", "steps"}),
}
"""What shares a floor with a part that stands before it in the column: they do not meet."""

ROOTS: Final = ("testing", "cli", "__main__")
"""What may see both columns: nothing imports it."""

SEEN_BY: Final[Mapping[str, frozenset[str]]] = {"cli": frozenset({"testing"})}
"""The roots that a root may import all the same: the command line offers what replays histories."""

STARTER: Final = "swf.__main__"
"""What `python -m swf` runs: it alone imports the root that is the command line."""

COLUMNS: Final = (
    (*SHARED, *CLIENT),
    (*SHARED, *ENGINE),
    (*SHARED, *CLIENT, *ENGINE, *ROOTS),
)
PARTS: Final = frozenset(part for column in COLUMNS for part in column)

COMMAND_ROOMS: Final = (
    "workflow",
    "domains",
    "serving",
    "setup",
    "running",
    "simpleflow",
    "main",
)
"""The rooms of the command line above what all commands share: each may import those before it."""

ONLY_IN: Final[Mapping[str, tuple[str, ...]]] = {
    "boto3": ("swf.transport",),
    "botocore": ("swf.transport",),
    "jinja2": ("swf.web",),
    "orjson": ("swf.transport",),
    "sqlite3": ("swf.engine",),
    "starlette": ("swf.server", "swf.web"),
    "uvicorn": ("swf.server",),
}
"""Packages from outside, and the parts that may import them."""

LAZY: Final = (
    ("swf.nearest", "difflib"),  # only where a name is wrong
    ("swf", "swf.engine"),  # the two sides of the door meet in the root, when they are asked for
    ("swf", "swf.server.sharing"),  # an extra
    ("swf.cli.serving.server", "swf.server.__main__"),
    ("swf.cli.serving.ui", "swf.web"),  # an extra too
    ("swf.cli.serving.ui", "swf.server.listening"),
    ("swf.cli.serving.ui", "swf.server.sharing"),
    ("swf.cli.serving.ui", "swf.transport.local"),
    ("swf", "swf.transport.local"),
    ("swf.testing.embedded", "swf.server.sharing"),
    ("swf", "swf.querysets"),  # tells the models, which stand lower, who knows their lists
    ("swf.payload.encrypt", "cryptography"),  # an extra each
    ("swf.payload.stores.fsspec", "fsspec"),
    ("swf.payload.stores.redis", "redis"),
    ("swf.models.views", "rich"),  # only where something is shown
    ("swf.models.showing", "swf.models.timeline.notebook"),
    ("swf.flow.progress", "rich"),
    ("swf.cli.options", "swf.settings"),  # only where a command needs them: --help is at once
    ("swf.cli.options", "swf.models"),
    ("swf.cli.options", "swf.cli.completing"),
    ("swf.cli.failing", "swf.cli"),
    ("swf.cli.output", "rich"),
    ("swf.cli.output", "jmespath"),
    ("swf.cli.workflow.trees", "rich"),
    ("swf.cli.workflow.live", "rich"),
    ("swf.cli.workflow.acting", "swf.cli.workflow.unpolled"),
    ("swf.cli.workflow.acting", "swf.cli.workflow.ending"),  # where code is run, with all of flow
    ("swf.cli.simpleflow.acting", "swf.cli.workflow.activity"),
    ("swf.cli.workflow.following", "swf.cli.running.standalone"),
    ("swf.cli.workflow.following", "swf.testing.replaying"),  # with it comes the embedded SWF
    ("swf.tracing.switch", "opentelemetry"),
    ("swf.metrics.bridge", "prometheus_client"),
    ("swf.web.replaying", "swf.graph.pictures"),  # a process for each look: only what it needs
    ("swf.web.replaying", "swf.steps.pictures"),
    ("swf.transport.aws", "swf.transport.aws_client"),  # where boto3 is, only for the first call
)
"""Who may import what with `import_module` on first use, because it is slow or optional."""

LOADER: Final = "swf._lazy"
"""What imports the names that packages re-export, each when it is first used."""

GENERATED: Final = frozenset({"swf.shapes"})
"""Modules that a program writes; they may be as long as what they tell."""

MODULE_LINES: Final = 500
FUNCTION_LINES: Final = 60
CLASS_LINES: Final = 300

SAYING_NOTHING: Final = frozenset({"common", "helper", "helpers", "misc", "util", "utils"})


@attrs.frozen
class Module:
    """One source file under its dotted name."""

    name: str
    tree: ast.Module
    lines: int
    is_package: bool = False

    @property
    def part(self) -> str:
        """The name right below the root package; empty for the root itself."""
        return self.name.partition(".")[2].partition(".")[0]


Sources = Mapping[str, Module]
Rule = Callable[[Sources], list[str]]


def read(root: Path) -> dict[str, Module]:
    """Return every module of a package by its dotted name."""
    modules = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        text = path.read_text(encoding="utf-8")
        modules[name] = Module(name, ast.parse(text), len(text.splitlines()), is_package)
    return modules


def made_up(**sources: str) -> dict[str, Module]:
    """Return modules as `read` does: `swf__core` is `swf.core`, and what has children a package."""
    names = {name.replace("__", "."): dedent(text) for name, text in sources.items()}
    return {
        name: Module(
            name,
            ast.parse(text),
            len(text.splitlines()),
            is_package=any(other.startswith(f"{name}.") for other in names),
        )
        for name, text in names.items()
    }


# What a module imports


def is_type_checking(node: ast.AST) -> bool:
    """Whether a statement is `if TYPE_CHECKING:`, which only a type checker enters."""
    return isinstance(node, ast.If) and ast.unparse(node.test) in {
        "TYPE_CHECKING",
        "typing.TYPE_CHECKING",
    }


def at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every node below this one that a running program may reach."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and is_type_checking(child):
            for other in child.orelse:
                yield other
                yield from at_run_time(other)
        else:
            yield child
            yield from at_run_time(child)


def computed_import(node: ast.AST) -> ast.Call | None:
    """Return the node where it calls `import_module` or `__import__`."""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func).rpartition(".")[2]
        if called in {"import_module", "__import__"}:
            return node
    return None


def named_targets(module: Module, node: ast.AST, known: Sources) -> list[str]:
    """Return the modules that one statement imports; `from a import b` is a.b if that is one."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = module.name.split(".")
            above = above[: len(above) - node.level + module.is_package]
            base = ".".join([*above, base] if base else above)
        targets = [f"{base}.{alias.name}" for alias in node.names]
        return [target if target in known else base for target in targets]
    call = computed_import(node)
    if call and call.args and isinstance(call.args[0], ast.Constant):
        return [str(call.args[0].value)]
    return []


def imports(module: Module, known: Sources) -> Iterator[tuple[int, str]]:
    """Yield the line and the target of everything that a module imports when it runs."""
    for node in at_run_time(module.tree):
        for target in named_targets(module, node, known):
            yield getattr(node, "lineno", 0), target


# The rules


def below(part: str) -> frozenset[str]:
    """Return the parts that a part may import; nothing may import a root."""
    column = next((column for column in COLUMNS if part in column), ())
    lower = frozenset(column[: column.index(part)] if column else ())
    hidden = set(ROOTS) - SEEN_BY.get(part, frozenset())
    return lower - hidden - BESIDE.get(part, frozenset())


def upward_imports(sources: Sources) -> list[str]:
    """A part imports itself and what stands before it in its column."""
    broken = []
    for module in sources.values():
        if not module.part or module.name == STARTER:
            continue  # the root re-exports what stands on every floor
        for line, target in imports(module, sources):
            package, _, rest = target.partition(".")
            part = rest.partition(".")[0]
            if package != "swf" or part == module.part:
                continue
            if part not in below(module.part):
                broken.append(f"{module.name}:{line} imports {target}")
    return broken


def upward_rooms(sources: Sources) -> list[str]:
    """A room of the command line imports what all commands share, itself, and rooms before it."""
    return [
        f"{module.name}:{line} imports {target}"
        for module in sources.values()
        for line, target in imports(module, sources)
        if module.part == "cli" and _room(target) > _room(module.name)
        if (module.name, target) not in LAZY
    ]


def _room(name: str) -> int:
    """Return how high a module of the command line stands; 0 of what all commands share."""
    parts = name.split(".")
    room = parts[2] if parts[:2] == ["swf", "cli"] and len(parts) > 2 else ""
    return COMMAND_ROOMS.index(room) + 1 if room in COMMAND_ROOMS else 0


def parts_without_floor(sources: Sources) -> list[str]:
    """Every part stands on a floor."""
    parts = {module.part for module in sources.values()} - {""}
    return [f"swf.{part} is on no floor" for part in sorted(parts - PARTS)]


def foreign_imports(sources: Sources) -> list[str]:
    """A package of ONLY_IN is imported in its parts and nowhere else."""
    return [
        f"{module.name}:{line} imports {target}"
        for module in sources.values()
        for line, target in imports(module, sources)
        for homes in [ONLY_IN.get(target.partition(".")[0])]
        if homes and f"swf.{module.part}" not in homes
    ]


def import_cycles(sources: Sources) -> list[str]:
    """No module imports, by whatever way round, itself."""
    edges = {
        name: sorted({target for _, target in imports(module, sources) if target in sources})
        for name, module in sources.items()
    }
    found: list[str] = []
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            found.append(" -> ".join([*path[path.index(name) :], name]))
        elif name not in done:
            for target in edges[name]:
                visit(target, [*path, name])
            done.add(name)

    for name in edges:
        visit(name, [])
    return found


def imports_in_functions(sources: Sources) -> list[str]:
    """An import statement stands at the top of its module, where a reader looks for it."""
    return [
        f"{module.name}:{node.lineno} imports inside {function.name}()"
        for module in sources.values()
        for function in functions(module)
        for node in at_run_time(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def computed_imports(sources: Sources) -> list[str]:
    """Only what LAZY lists, and LOADER for the packages, imports by calling a function."""
    return [
        f"{module.name}:{call.lineno} calls {ast.unparse(call)}"
        for module in sources.values()
        for call in filter(None, map(computed_import, ast.walk(module.tree)))
        if module.name != LOADER and not is_declared(module, call)
    ]


def is_declared(module: Module, call: ast.Call) -> bool:
    """Whether LAZY lets a module import what the call names in so many words."""
    name = call.args[0] if call.args else None
    return isinstance(name, ast.Constant) and any(
        module.name == loader and f"{name.value}.".startswith(f"{what}.") for loader, what in LAZY
    )


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of a module, inner ones included."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.stmt) -> int:
    """Return the lines that a definition takes, its decorators not counted."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def too_large(sources: Sources) -> list[str]:
    """A module, a class and a function each fit into a reader's head."""
    broken = [
        f"{module.name} has {module.lines} lines"
        for module in sources.values()
        if module.lines > MODULE_LINES and module.name not in GENERATED
    ]
    for module in sources.values():
        broken += [
            f"{module.name}.{function.name} has {length(function)} lines"
            for function in functions(module)
            if length(function) > FUNCTION_LINES
        ]
        broken += [
            f"{module.name}.{node.name} has {length(node)} lines"
            for node in ast.walk(module.tree)
            if isinstance(node, ast.ClassDef) and length(node) > CLASS_LINES
        ]
    return broken


def undocumented(sources: Sources) -> list[str]:
    """A module, and all that is public in it, says what it is."""
    broken = []
    for module in sources.values():
        if not ast.get_docstring(module.tree):
            broken.append(f"{module.name} has no docstring")
        for owner in [module.tree, *classes(module.tree)]:
            broken += [
                f"{module.name}:{node.lineno} {node.name} has no docstring"
                for node in owner.body
                if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
                and not says_elsewhere(node)
            ]
    return broken


def classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    """Yield the public classes at the top of a module."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node


def says_elsewhere(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a definition is one signature of several, or sets a property that has words."""
    marks = {ast.unparse(mark).rpartition(".")[2] for mark in node.decorator_list}
    return bool(marks & {"overload", "override", "setter", "deleter"})


def names_that_say_nothing(sources: Sources) -> list[str]:
    """A module is named for what it holds."""
    return [name for name in sources if SAYING_NOTHING & set(name.split("."))]


RULES: Final[tuple[Rule, ...]] = (
    parts_without_floor,
    upward_imports,
    upward_rooms,
    foreign_imports,
    import_cycles,
    imports_in_functions,
    computed_imports,
    too_large,
    undocumented,
    names_that_say_nothing,
)


@pytest.fixture(scope="module")
def swf() -> dict[str, Module]:
    """Every module of the package as it is."""
    return read(ROOT / "swf")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_package_keeps_the_rule(rule: Rule, swf: Sources) -> None:
    """The code of swf/ keeps each rule of this file."""
    assert rule(swf) == [], rule.__doc__


def test_every_module_is_looked_at(swf: Sources) -> None:
    """The rules see all of the package: each file once, each with its own name."""
    assert len(swf) == len(list((ROOT / "swf").rglob("*.py")))
    assert {"swf", "swf.models.event.base", "swf.transport"} <= set(swf)


DOC = '"""Says what it is."""\n'
LONG = DOC + "x = 1\n" * MODULE_LINES
LONG_FUNCTION = DOC + "def f():\n" + '    """Do."""\n' + "    x = 1\n" * FUNCTION_LINES
LONG_CLASS = DOC + "class C:\n" + '    """Is."""\n' + "    x = 1\n" * CLASS_LINES

BROKEN: Final[tuple[tuple[str, Rule, dict[str, str], str], ...]] = (
    ("new part", parts_without_floor, {"swf__attic": DOC}, "swf.attic is on no floor"),
    (
        "up",
        upward_imports,
        {"swf__models__domain": "from swf.querysets import X", "swf__querysets": ""},
        "swf.models.domain:1 imports swf.querysets",
    ),
    (
        "up, as a module of the root",
        upward_imports,
        {"swf": "", "swf__core": "from swf import models", "swf__models": ""},
        "swf.core:1 imports swf.models",
    ),
    (
        "up, relatively",
        upward_imports,
        {"swf__models__domain": "from ..actors.core import X", "swf__actors__core": ""},
        "swf.models.domain:1 imports swf.actors.core",
    ),
    (
        "up, inside a function",
        upward_imports,
        {"swf__core": "def f():\n    import swf.actors", "swf__actors": ""},
        "swf.core:2 imports swf.actors",
    ),
    (
        "up, by a call",
        upward_imports,
        {"swf__core": "importlib.import_module('swf.actors')"},
        "swf.core:1 imports swf.actors",
    ),
    (
        "sideways, to the right",
        upward_imports,
        {"swf__wire": "import swf.validation", "swf__validation": ""},
        "swf.wire:1 imports swf.validation",
    ),
    (
        "across the door",
        upward_imports,
        {"swf__engine": "import swf.models", "swf__models": ""},
        "swf.engine:1 imports swf.models",
    ),
    (
        "across the door, the other way",
        upward_imports,
        {"swf__transport": "from swf.engine import Engine", "swf__engine": ""},
        "swf.transport:1 imports swf.engine",
    ),
    (
        "a root",
        upward_imports,
        {"swf__server": "import swf.testing", "swf__testing": ""},
        "swf.server:1 imports swf.testing",
    ),
    (
        "of the root, which re-exports everything",
        upward_imports,
        {"swf": "", "swf__core": "import swf"},
        "swf.core:1 imports swf",
    ),
    (
        "a room above, of the command line",
        upward_rooms,
        {"swf__cli__options": "import swf.cli.setup.config", "swf__cli__setup__config": ""},
        "swf.cli.options:1 imports swf.cli.setup.config",
    ),
    (
        "boto3 above the transport",
        foreign_imports,
        {"swf__models": "import boto3.session"},
        "swf.models:1 imports boto3.session",
    ),
    (
        "botocore, by name",
        foreign_imports,
        {"swf__actors": "from botocore.exceptions import ClientError"},
        "swf.actors:1 imports botocore.exceptions",
    ),
    (
        "a ring of two",
        import_cycles,
        {"swf__wire": "import swf.clock", "swf__clock": "from swf import wire"},
        "swf.wire -> swf.clock -> swf.wire",
    ),
    (
        "a ring through a package",
        import_cycles,
        {
            "swf__models": "from swf.models.domain import Domain",
            "swf__models__domain": "from swf.models import Model",
        },
        "swf.models -> swf.models.domain -> swf.models",
    ),
    (
        "an import in a method",
        imports_in_functions,
        {"swf__core": "class C:\n    def f(self):\n        from json import dumps"},
        "swf.core:3 imports inside f()",
    ),
    (
        "a loader too many",
        computed_imports,
        {"swf__core": "from importlib import import_module\nx = import_module('rich')"},
        "swf.core:2 calls import_module('rich')",
    ),
    (
        "a loader of something else",
        computed_imports,
        {"swf__models__views": "import_module('pandas')"},
        "swf.models.views:1 calls import_module('pandas')",
    ),
    (
        "a __getattr__ of its own",
        computed_imports,
        {"swf__core": "def __getattr__(name):\n    return import_module(name)"},
        "swf.core:2 calls import_module(name)",
    ),
    ("a long module", too_large, {"swf__core": LONG}, f"swf.core has {MODULE_LINES + 1} lines"),
    (
        "a long function",
        too_large,
        {"swf__core": LONG_FUNCTION},
        f"swf.core.f has {FUNCTION_LINES + 2} lines",
    ),
    (
        "a long class",
        too_large,
        {"swf__core": LONG_CLASS},
        f"swf.core.C has {CLASS_LINES + 2} lines",
    ),
    ("a silent module", undocumented, {"swf__core": "x = 1"}, "swf.core has no docstring"),
    (
        "a silent method",
        undocumented,
        {"swf__core": DOC + 'class C:\n    """Is."""\n    def f(self): ...'},
        "swf.core:4 f has no docstring",
    ),
    ("a name", names_that_say_nothing, {"swf__models__utils": DOC}, "swf.models.utils"),
)


@pytest.mark.parametrize(
    ("rule", "sources", "complaint"),
    [pytest.param(*case, id=name) for name, *case in BROKEN],
)
def test_a_breach_is_reported(rule: Rule, sources: dict[str, str], complaint: str) -> None:
    """A source that breaks a rule is named with its line, and nothing else is."""
    assert rule(made_up(**sources)) == [complaint]


def test_each_rule_is_broken_once_at_least() -> None:
    """There is a made-up breach of every rule."""
    assert {rule for _, rule, _, _ in BROKEN} == set(RULES)


KEPT: Final[tuple[tuple[str, Rule, dict[str, str]], ...]] = (
    ("down", upward_imports, {"swf__actors": "import swf.models", "swf__models": ""}),
    ("itself", upward_imports, {"swf__models__domain": "from swf.models.base import Model"}),
    ("through the door", upward_imports, {"swf__server": "import swf.engine", "swf__engine": ""}),
    (
        "both columns",
        upward_imports,
        {"swf__testing": "import swf.engine, swf.models", "swf__engine": "", "swf__models": ""},
    ),
    ("the root", upward_imports, {"swf": "import swf.actors", "swf__actors": ""}),
    (
        "for a type checker",
        upward_imports,
        {"swf__core": "if TYPE_CHECKING:\n    from swf.actors import Actor"},
    ),
    ("boto3 at home", foreign_imports, {"swf__transport__aws": "import boto3"}),
    (
        "a package and its modules",
        import_cycles,
        {
            "swf__models": "from swf.models.domain import Domain",
            "swf__models__domain": "from swf.models.base import Model",
            "swf__models__base": "",
        },
    ),
    ("a lazy dependency", computed_imports, {"swf__models__views": "import_module('rich.text')"}),
    (
        "a package's names",
        computed_imports,
        {"swf___lazy": "def lazily(x):\n    return import_module(x)"},
    ),
    ("a private name", undocumented, {"swf__core": DOC + "def _f(): ..."}),
    ("generated", too_large, {"swf__shapes": LONG}),
)


@pytest.mark.parametrize(
    ("rule", "sources"), [pytest.param(*case, id=name) for name, *case in KEPT]
)
def test_what_is_allowed_is_let_through(rule: Rule, sources: dict[str, str]) -> None:
    """A source that keeps a rule, or is a declared exception to it, is not reported."""
    assert rule(made_up(**sources)) == []


def test_the_other_branch_of_a_type_checking_block_counts() -> None:
    """What a program imports instead of a type checker is an import like any other."""
    sources = made_up(
        swf__core="""
            if TYPE_CHECKING:
                from swf.actors import Actor
            else:
                import swf.querysets
            """
    )

    assert upward_imports(sources) == ["swf.core:5 imports swf.querysets"]
