"""What is open in an execution, and what the store has yet to be told of it."""

from __future__ import annotations

from transition_harness import Run

from swf.engine.state import Child, Timer


def opened(*timers: str) -> Run:
    """Return a run that the store knows, with these timers open, of which it knows nothing."""
    run = Run()
    run.execution.changed.clear()
    for number, name in enumerate(timers, 100):
        run.execution.add(Timer(event_id=number, name=name))
    return run


def test_what_is_open_is_found_by_its_name():
    """A timer is found as long as it is open, and counted."""
    execution = opened("t").execution
    found = execution.named("timer", "t")
    count = execution.count("timer")
    execution.remove(100)

    assert found is not None
    assert (found.event_id, count) == (100, 1)
    assert execution.named("timer", "t") is None
    assert execution.count("timer") == 0
    assert execution.count("lambda_function") == 0


def test_children_are_not_found_by_their_name():
    """Two children may have one workflow id, so that it names neither."""
    execution = opened().execution
    for number in (100, 101):
        execution.add(Child(event_id=number, name="c", workflow_type=("order", "1")))

    assert execution.named("child_workflow_execution", "c") is None
    assert execution.remove(100).event_id == 100
    assert execution.count("child_workflow_execution") == 1


def test_the_store_hears_of_what_it_has_a_row_of():
    """What is closed before the store knew it leaves no change; a row of it is to be removed."""
    execution = opened("new", "old").execution
    execution.open[101].stored = True

    execution.remove(100)
    execution.remove(101)

    assert execution.changed == {101: None}


def test_a_close_drops_everything_and_keeps_the_counts():
    """drop_all closes whatever is open, as remove does, and the counts stay as they were."""
    execution = opened("new", "old").execution
    execution.open[101].stored = True

    execution.drop_all()

    assert (execution.open, execution.ids, execution.changed) == ({}, {}, {101: None})
    assert execution.decision_scheduled_id == 0
    assert execution.count("timer") == 2


def test_what_changed_is_saved():
    """An entity that is touched is saved as it is now."""
    execution = opened("t").execution
    execution.changed.clear()

    execution.touch(execution.open[100])

    assert execution.changed == {100: execution.open[100]}


def test_the_earliest_deadline_is_due():
    """An entity is due at the first of its deadlines, one without any never is."""
    assert Timer(event_id=1, deadlines={"A": 7, "B": 5}).due == 5
    assert Timer(event_id=1).due is None
