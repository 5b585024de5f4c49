"""Deciders and activity workers: they poll for tasks, and answer them."""

from __future__ import annotations

from swf.actors.beats import Beats
from swf.actors.core import Actor
from swf.actors.decider import Decider
from swf.actors.heartbeat import Heartbeat
from swf.actors.job import Job, Limits, Work
from swf.actors.slots import Isolation
from swf.actors.tasks import ActivityTask, DecisionTask, HeartbeatReply
from swf.actors.worker import ActivityWorker

__all__ = [
    "ActivityTask",
    "ActivityWorker",
    "Actor",
    "Beats",
    "Decider",
    "DecisionTask",
    "Heartbeat",
    "HeartbeatReply",
    "Isolation",
    "Job",
    "Limits",
    "Work",
]
