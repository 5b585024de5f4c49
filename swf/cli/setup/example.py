"""`swf example`: a program to begin with."""

from __future__ import annotations

from typing import Final

import click

from swf.cli.asked import Asked
from swf.cli.names import Verb
from swf.cli.options import common

PROGRAM: Final = '''\
"""A workflow with one activity, in a module greetings.py of the current folder.

By itself, with nothing else:

    swf run greetings --input '["World"]'

On an SWF of your own, in three terminals. Each has first

    export SWF_ENDPOINT_URL=sqlite:///swf.db SWF_DOMAIN=greetings

and then, each in its own,

    swf server start
    swf decider start greetings
    swf worker start greetings

and in a fourth, what there is to do:

    swf workflow start greeting:1 --input '["World"]' --wait
    swf workflow list

Where nothing happens, this says why, and what to type:

    swf doctor

On Amazon's SWF it is the same without SWF_ENDPOINT_URL and without a server.
"""

from swf.flow import Workflow, activity


@activity
def greet(name: str) -> str:
    return f"Hello {name}!"


class Greeting(Workflow):
    name = "greeting"
    version = "1"
    task_list = "greetings"

    def run(self, name: str) -> str:
        return self.submit(greet, name).result
'''


@click.command("example", cls=Verb)
@common
def command(_asked: Asked) -> None:
    """Print a program to begin with: a workflow, its activity, and what to type to run them.

    swf example > greetings.py
    """
    click.echo(PROGRAM, nl=False)
