"""The workflow `followed` after a change that executions of before cannot take."""

from __future__ import annotations

from followed_work import note

from swf.flow import Workflow


class Followed(Workflow):
    name = "followed"
    version = "1"
    task_list = "quickstart"

    def run(self) -> str:
        return self.submit(note, "other").result
