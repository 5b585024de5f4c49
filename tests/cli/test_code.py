"""The workflows and activities that a command line names."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from terminals import BASIC

from examples.flow import basic
from swf.cli.code import activities_named, named, workflow_named, workflows_named

pytestmark = pytest.mark.usefixtures("folder")

TWO = """
from swf.flow import Workflow


class First(Workflow):
    name = "first"
    def run(self): return 1


class Second(Workflow):
    name = "second"
    def run(self): return 2
"""


@pytest.mark.parametrize(
    "target",
    [BASIC, f"{BASIC}.BasicWorkflow", f"{BASIC}:BasicWorkflow"],
)
def test_a_workflow_is_named_in_any_way(target: str) -> None:
    """MODULE.NAME and MODULE:NAME mean the class, MODULE its only workflow."""
    assert workflow_named(target) is basic.BasicWorkflow


@pytest.mark.parametrize("target", ["two.py:First", "two:First", "two.First"])
def test_the_current_folder_is_looked_in(folder: Path, target: str) -> None:
    """A module of the current folder is found, by its name or by its file's."""
    (folder / "two.py").write_text(TWO)

    assert workflow_named(target).name == "first"


def test_one_of_several_workflows_has_to_be_named(folder: Path) -> None:
    """A module of several workflows does not say which is meant; they are listed."""
    (folder / "two.py").write_text(TWO)

    with pytest.raises(click.BadParameter, match=r"2 workflows; say which: two.First, two.Second"):
        workflow_named("two")
    assert sorted(one.name for one in workflows_named(["two"])) == ["first", "second"]


def test_a_workflow_stands_for_the_activities_of_its_module() -> None:
    """Activities may be named by themselves, by their module, or by a workflow beside them."""
    one = [found.name for found in activities_named([f"{BASIC}.double"])]
    by_module = {found.name for found in activities_named([BASIC])}
    by_workflow = {found.name for found in activities_named([f"{BASIC}.BasicWorkflow"])}

    assert one == ["examples.flow.basic.double"]
    assert by_module == by_workflow
    assert len(by_module) == 3


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ("examples.flow.basic.BasicWorkflo", "did you mean 'BasicWorkflow'"),
        ("examples.flow.basic:Basic.x", "has no 'Basic'"),
        ("examples.flow.basik", "has no 'basik'"),
        ("exampels.flow", "there is no module 'exampels'$"),
        ("nothing-like-it", "no name of a module"),
        ("examples.nowhere:Thing", "there is no module 'examples.nowhere'"),
        ("examples.flow.basic.main", "no workflow class"),
        ("swf.clock", "has no workflow"),
    ],
)
def test_an_unknown_name_is_refused(target: str, complaint: str) -> None:
    """A name that means no workflow is refused, with the nearest that is there."""
    with pytest.raises(click.BadParameter, match=complaint):
        workflow_named(target)


def test_the_nearest_module_is_suggested(folder: Path) -> None:
    """A module of the current folder is suggested for a name next to its own."""
    (folder / "shipping.py").write_text(TWO)

    with pytest.raises(click.BadParameter, match="did you mean 'shipping'"):
        named("shiping.First")


@pytest.mark.parametrize("target", ["broken", "broken.Flow", "package.broken.Flow"])
def test_a_module_that_cannot_be_imported_is_told_with_the_reason(
    folder: Path, target: str
) -> None:
    """What is wrong inside a module is told, and chained for who asks for all."""
    (folder / "package").mkdir()
    for where in (folder, folder / "package"):
        (where / "broken.py").write_text("import nowhere_at_all\n")

    with pytest.raises(
        click.BadParameter, match=r"cannot be imported: .*No module named 'nowhere_at_all'"
    ) as caught:
        named(target)
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


def test_a_package_that_cannot_be_imported_is_told_with_the_reason(folder: Path) -> None:
    """What is wrong in the package that holds a module is told, too."""
    (folder / "bad").mkdir()
    (folder / "bad" / "__init__.py").write_text("1 / 0\n")

    with pytest.raises(click.BadParameter, match="ZeroDivisionError"):
        named("bad.module.Flow")


def test_what_has_no_activity_or_workflow_is_refused() -> None:
    """A module without any is no target of a worker or a decider."""
    with pytest.raises(click.BadParameter, match="declare a function with @activity"):
        activities_named(["swf.clock"])
    with pytest.raises(click.BadParameter, match="is no workflow, and has none"):
        workflows_named(["swf.clock"])
