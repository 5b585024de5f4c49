"""A workflow that waits for a signal, and a change of it, for what looks into executions."""

from __future__ import annotations

from swf.flow import Workflow, activity, query_handler


@activity(task_list="quickstart", version="1")
def note(text: str) -> str:
    return text


class Followed(Workflow):
    name = "followed"
    version = "1"
    task_list = "quickstart"

    def __init__(self) -> None:
        self.stage = "begun"

    @query_handler
    def how_far(self, mark: str = ".") -> str:
        return self.stage + mark

    def run(self) -> object:
        self.stage = "waiting"
        return self.wait_signal("go").result
