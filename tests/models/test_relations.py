"""How a model finds what belongs to it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from swf.models import relations


def test_relations_are_found_though_nobody_imported_querysets():
    """A program that imports models only can still go from a domain to its types."""
    program = (
        "import sys; from swf.models import Domain; assert 'swf.querysets' not in sys.modules;"
        "print(type(Domain('shop').workflows()).__name__)"
    )

    output = subprocess.check_output([sys.executable, "-c", program], text=True)

    assert output.strip() == "WorkflowTypeQuerySet"


def test_an_unknown_relation_is_a_key_error():
    """Only what was registered is related."""
    with pytest.raises(KeyError):
        relations.related("cousins")
