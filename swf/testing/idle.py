"""Actors that work in the test's own thread, one task after the other."""

from __future__ import annotations

from swf.actors import Actor
from swf.exceptions import ActorError, PollTimeout


def run_until_idle(*actors: Actor, at_most: int = 10_000) -> int:
    """Have the actors take and answer tasks in turn, until there is none for any of them.

    Returns how many there were. Everything happens in this thread, so that a test runs the same
    each time; on an SWF whose clock stands still, what waits for time to pass is not waited for:
    move the clock, and call it again. Polls should be answered at once (`poll_seconds=0`).

    Raises ActorError where a task was left unanswered, by an error in `decide` for one, and where
    there are more than `at_most` tasks.
    """
    tasks = 0
    while found := sum(_worked(actor) for actor in actors):
        tasks += found
        if tasks > at_most:
            raise ActorError(f"there is no end to it: {tasks} tasks, and more")
    return tasks


def _worked(actor: Actor) -> bool:
    """Have an actor see to one task; return whether there was one."""
    before = actor.counts.get("unanswered", 0)
    try:
        actor.run_once()
    except PollTimeout:
        return False
    if actor.counts.get("unanswered", 0) > before:
        raise ActorError(f"{actor!r} left a task unanswered; the log says why")
    return True
