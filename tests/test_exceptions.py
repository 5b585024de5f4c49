"""The tree of errors: what is whose kind, and what an error carries."""

from __future__ import annotations

import builtins
import copy
import inspect
import pickle
import re
from importlib import import_module
from pathlib import Path

import pytest

import swf
from swf import exceptions
from swf.exceptions import SWFError

RAISED_OR_WARNED = [
    one
    for one in vars(exceptions).values()
    if inspect.isclass(one) and issubclass(one, BaseException)
]
CLASSES = [one for one in RAISED_OR_WARNED if not issubclass(one, Warning)]


class TestTree:
    @pytest.mark.parametrize("kind", CLASSES)
    def test_every_error_is_an_swf_error(self, kind):
        """Catching SWFError catches every error of the package."""
        assert issubclass(kind, SWFError)

    def test_the_docstring_draws_the_tree(self):
        """The tree drawn at the top of the module is the tree of the classes, builtins included."""
        drawn: dict[str, set[str]] = {}
        above: list[tuple[int, str]] = []
        for line in exceptions.__doc__.splitlines():
            found = re.match(r"[ │├└─]*(\w+)(?: \(([\w, ]+)\))?(?= |$)", line)
            if not found or not re.match(r"    ([ │]*[├└]|SWFError|SettingsWarning)", line):
                continue
            depth = found.start(1)
            above = [one for one in above if one[0] < depth]
            beside = set((found[2] or "").replace(" ", "").split(",")) - {""}
            drawn[found[1]] = beside | ({above[-1][1]} if above else set())
            above.append((depth, found[1]))

        assert drawn.pop("SWFError") <= {"Exception"}
        assert drawn == {
            kind.__name__: {base.__name__ for base in kind.__bases__}
            for kind in RAISED_OR_WARNED
            if kind is not SWFError
        }

    def test_every_class_of_the_package_is_here(self):
        """Whatever error or warning a package offers is of this module, or of its layer's own.

        The layers in which programs are written have an `errors` each.
        """
        folders = [path.parent for path in Path(swf.__file__).parent.rglob("__init__.py")]
        root = Path(swf.__file__).parent.parent
        packages = [import_module(".".join(folder.relative_to(root).parts)) for folder in folders]
        offered = {
            one
            for package in packages
            for one in (getattr(package, name) for name in getattr(package, "__all__", ()))
            if inspect.isclass(one) and issubclass(one, SWFError | Warning)
        }
        layers = ("flow", "graph", "steps", "schedules")
        homes = {"swf.exceptions", *(f"swf.{layer}.errors" for layer in layers)}

        assert exceptions.MultipleObjectsReturned in offered
        assert not [one for one in offered if one.__module__ not in homes]

    @pytest.mark.parametrize(
        ("kind", "builtin"),
        [
            (exceptions.DoesNotExistError, LookupError),
            (exceptions.ValidationError, ValueError),
            (exceptions.ValidationTypeError, TypeError),
            (exceptions.ValidationFault, ValueError),
            (exceptions.SettingsError, ValueError),
            (exceptions.SettingsWarning, UserWarning),
            (exceptions.UnknownSettingError, TypeError),
            (exceptions.CredentialsError, PermissionError),
            (exceptions.AccessDeniedFault, PermissionError),
            (exceptions.ConnectionFailedError, ConnectionError),
            (exceptions.ReadTimeout, TimeoutError),
            (exceptions.PollTimeout, TimeoutError),
        ],
    )
    def test_an_error_is_what_a_python_programmer_expects(self, kind, builtin):
        """Where Python has an exception for it, the class is one of that kind too."""
        assert issubclass(kind, builtin)
        assert hasattr(builtins, builtin.__name__)


class TestCarries:
    @pytest.mark.parametrize("kind", CLASSES)
    def test_an_error_is_complete_after_a_journey(self, kind):
        """Pickled or copied, every class keeps its words and everything else it carries."""
        error = kind("words")
        carried = {name: f"some {name}" for name in vars(error) if name != "message"}
        vars(error).update(carried)
        assert {"operation", "resource", "fault", "request_id"} <= set(carried)

        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert type(again) is kind
            assert vars(again) == {"message": "words", **carried}
            assert str(again) == "some operation, some resource: words"
            assert again.args == ("words",)

    @pytest.mark.parametrize(
        ("told", "text", "shown"),
        [
            ({}, "words", "SWFError('words')"),
            ({"operation": "O"}, "O: words", "SWFError('words', operation='O')"),
            (
                {"operation": "O", "resource": "Domain('d')"},
                "O, Domain('d'): words",
                "SWFError('words', operation='O', resource=\"Domain('d')\")",
            ),
            (
                {"resource": "Domain('d')", "fault": "F", "request_id": "1"},
                "Domain('d'): words",
                "SWFError('words', resource=\"Domain('d')\", fault='F', request_id='1')",
            ),
        ],
    )
    def test_text_and_repr(self, told, text, shown):
        """The text says what was done to what and why it failed; repr tells all that is known."""
        error = SWFError("words", **told)

        assert str(error) == text
        assert repr(error) == shown

    def test_without_words_there_is_still_a_place(self):
        """An error without a message tells operation and resource."""
        assert str(SWFError(operation="O", resource="R")) == "O, R"
        assert not str(SWFError())
