"""Deciders and activity workers: they poll for tasks, and answer them."""

from __future__ import annotations

from swf.actors.core import Actor
from swf.actors.decider import Decider
from swf.actors.heartbeat import Heartbeat
from swf.actors.tasks import ActivityTask, DecisionTask, HeartbeatReply
from swf.actors.worker import ActivityWorker

__all__ = [
    "ActivityTask",
    "ActivityWorker",
    "Actor",
    "Decider",
    "DecisionTask",
    "Heartbeat",
    "HeartbeatReply",
]
