"""Counters, gauges and histograms: what is added up, what is refused, and what it costs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from math import inf
from timeit import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from swf.exceptions import ValidationError
from swf.metrics import Counter, Family, Histogram, Registry, Sample
from swf.metrics.registry import MOST_SERIES, OTHER


@pytest.fixture
def registry() -> Registry:
    """A registry without metrics."""
    return Registry()


def parsed(registry: Registry) -> dict[str, list[tuple[str, dict[str, str], float]]]:
    """Return what Prometheus' own parser reads of a registry: the samples by family."""
    return {
        family.name: [(one.name, one.labels, one.value) for one in family.samples]
        for family in text_string_to_metric_families(registry.render())
    }


def test_a_counter_adds_up_by_its_labels(registry: Registry) -> None:
    """What is added under the same label values is one number."""
    calls = registry.counter("calls_total", "Calls.", ("operation", "outcome"))
    calls.add(("Poll", "ok"))
    calls.add(("Poll", "ok"), 2)
    calls.add(("Poll", "failed"))

    assert parsed(registry)["calls"] == [
        ("calls_total", {"operation": "Poll", "outcome": "failed"}, 1),
        ("calls_total", {"operation": "Poll", "outcome": "ok"}, 3),
    ]


def test_a_gauge_goes_up_and_down(registry: Registry) -> None:
    """A gauge holds what it was set to, and what was added since."""
    held = registry.gauge("held", "Polls.")
    held.set(3)
    held.add(number=-1)

    assert parsed(registry)["held"] == [("held", {}, 2)]


def test_a_histogram_counts_into_buckets(registry: Registry) -> None:
    """Each bucket has all that is at most its bound; the last one has all there is."""
    seconds = registry.histogram("seconds", "Time.", bounds=(0.1, 1))
    for value in (0.1, 0.5, 7):
        seconds.observe(value)

    assert parsed(registry)["seconds"] == [
        ("seconds_bucket", {"le": "0.1"}, 1),
        ("seconds_bucket", {"le": "1.0"}, 2),
        ("seconds_bucket", {"le": "+Inf"}, 3),
        ("seconds_sum", {}, 7.6),
        ("seconds_count", {}, 3),
    ]


@given(values=st.lists(st.floats(-1e9, 1e9), min_size=1))
def test_a_histogram_loses_nothing(values: list[float]) -> None:
    """Whatever is measured, the buckets only grow and the last one counts all."""
    histogram = Histogram("h", "Numbers.")
    for value in values:
        histogram.observe(value)

    samples = histogram.family().samples
    buckets = [one.value for one in samples if one.suffix == "_bucket"]
    assert buckets == sorted(buckets)
    assert buckets[-1] == samples[-1].value == len(values)


@given(value=st.text(), words=st.text())
def test_any_text_comes_back(value: str, words: str) -> None:
    """Label values and help of whatever characters are read as what they were."""
    registry = Registry()
    registry.counter("c_total", words, ("label",)).add((value,))

    text = registry.render()

    [family] = text_string_to_metric_families(text) if _plain(value + words) else [None]
    if family is not None:
        assert family.samples[0].labels == {"label": value}
    assert text.endswith("\n")


def _plain(text: str) -> bool:
    """Tell whether the parser, which splits lines as Python does, takes it for one line."""
    return len(text.splitlines()) <= 1 and text.isprintable() and "\\" not in text


def test_quotes_backslashes_and_lines_are_escaped(registry: Registry) -> None:
    """No label value can end its quotes or its line."""
    registry.counter("c_total", "Two\nlines.", ("label",)).add(('a"b\\c\nd\ud800',))

    assert registry.render().splitlines() == [
        r"# HELP c_total Two\nlines.",
        "# TYPE c_total counter",
        r'c_total{label="a\"b\\c\nd\ud800"} 1',
    ]


def test_what_is_no_number_is_spelled(registry: Registry) -> None:
    """Infinities and NaN have the spelling of the format."""
    values = {"a": inf, "b": -inf, "c": float("nan")}
    gauge = registry.gauge("g", "Any.", ("which",))
    for name, value in values.items():
        gauge.set(value, (name,))

    assert [line.split()[-1] for line in registry.render().splitlines()[2:]] == [
        "+Inf",
        "-Inf",
        "NaN",
    ]


def test_labels_without_end_are_one(registry: Registry) -> None:
    """Beyond the most sets of label values all others are counted together, so memory is bound."""
    counter = registry.counter("c_total", "Any.", ("id",))
    for number in range(MOST_SERIES + 50):
        counter.add((str(number),))

    samples = counter.family().samples
    assert len(samples) == MOST_SERIES + 1
    [other] = [one.value for one in samples if one.labels == (("id", OTHER),)]
    assert other == 50


@pytest.mark.parametrize("name", ["", "a b", "1a", "A", "a-b"])
def test_names_that_prometheus_has_not_are_refused(registry: Registry, name: str) -> None:
    """A metric and a label are named so that the format can say them."""
    with pytest.raises(ValidationError, match="is no name"):
        registry.counter(name, "Any.")
    with pytest.raises(ValidationError, match="is no name"):
        registry.counter("a", "Any.", (name,))


def test_a_name_is_taken_once(registry: Registry) -> None:
    """Two metrics of one name are refused, of whatever kinds."""
    registry.counter("a", "Any.")
    with pytest.raises(ValidationError, match="there is one of this name"):
        registry.gauge("a", "Any.")


@pytest.mark.parametrize("bounds", [(), (2, 1), (1, 1), (1, inf)])
def test_bounds_ascend(registry: Registry, bounds: tuple[float, ...]) -> None:
    """Bounds of a histogram that do not ascend, or do not end, are refused."""
    with pytest.raises(ValidationError, match="bounds"):
        registry.histogram("h", "Any.", bounds=bounds)


def test_labels_are_as_many_as_named() -> None:
    """Label values that do not fit the names are refused."""
    with pytest.raises(ValidationError, match="labels are"):
        Counter("c_total", "Any.", ("one",)).add(("a", "b"))


@pytest.mark.parametrize("value", [1, None, b"a", ("a",)])
def test_label_values_are_texts(registry: Registry, value: object) -> None:
    """A label value that is no text is refused where it is told, and all else can still be read."""
    counter = registry.counter("c_total", "Any.", ("one",))
    counter.add(("a",))
    with pytest.raises(ValidationError, match=r"c_total: .*texts"):
        counter.add((value,))  # type: ignore[arg-type]

    assert parsed(registry)["c"] == [("c_total", {"one": "a"}, 1)]


@pytest.mark.parametrize("labels", ["operation", ("a", "a"), ("__a",)])
def test_label_names_are_told_apart(registry: Registry, labels: Sequence[str]) -> None:
    """A text for a list of names, a name twice, or one that is Prometheus' own, is refused."""
    with pytest.raises(ValidationError, match="c_total"):
        registry.counter("c_total", "Any.", labels)


def test_a_histogram_has_its_own_label(registry: Registry) -> None:
    """The label of the buckets is no other's."""
    with pytest.raises(ValidationError, match="'le'"):
        registry.histogram("h", "Any.", ("le",))


@pytest.mark.parametrize("number", [-1, inf, float("nan")])
def test_a_counter_never_goes_down(registry: Registry, number: float) -> None:
    """What would make a counter less, or no number, is refused and changes nothing."""
    counter = registry.counter("c_total", "Any.")
    counter.add(number=2)
    with pytest.raises(ValidationError, match=r"c_total: .*0 or more"):
        counter.add(number=number)

    assert parsed(registry)["c"] == [("c_total", {}, 2)]


@pytest.mark.parametrize("value", [inf, -inf, float("nan")])
def test_a_histogram_counts_numbers(registry: Registry, value: float) -> None:
    """What is no number is refused: its sum would be none for ever."""
    histogram = registry.histogram("h", "Any.")
    with pytest.raises(ValidationError, match=r"h: .*a number"):
        histogram.observe(value)

    assert histogram.family().samples == ()


def test_counting_may_lead_to_counting(registry: Registry) -> None:
    """Code that interrupts a count, as a signal or the collector has it run, may count as well."""
    counter = registry.counter("c_total", "Any.", ("id",))

    class Interrupting(str):
        __slots__ = ()

        def __hash__(self) -> int:
            counter.add(("other",))
            return str.__hash__(self)

    thread = threading.Thread(target=lambda: counter.add((Interrupting("a"),)), daemon=True)
    thread.start()
    thread.join(10)

    assert not thread.is_alive()


def test_others_are_told_when_asked_for(registry: Registry) -> None:
    """A function's families are what it says at the time of reading."""
    found = [1]
    registry.collect_with(lambda: [Family("now", "gauge", "Now.", (Sample(found[0]),))])
    found[0] = 2

    assert parsed(registry)["now"] == [("now", {}, 2)]


def test_threads_lose_no_count(registry: Registry) -> None:
    """What several threads count at once is all counted."""
    counter = registry.counter("c_total", "Any.", ("id",))

    def count() -> None:
        for number in range(1_000):
            counter.add((str(number % 3),))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(one.value for one in counter.family().samples) == 4_000


def test_what_one_drains_another_absorbs(registry: Registry) -> None:
    """Counters and histograms move from one registry into another, gauges and strangers do not."""
    other = Registry()
    for each in (registry, other):
        each.counter("c_total", "Any.", ("id",)).add(("a",))
        each.histogram("h", "Any.").observe(3)
        each.gauge("g", "Any.").set(7)
    other.counter("stranger_total", "Any.").add()

    registry.absorb(other.drain())

    told = parsed(registry)
    assert told["c"] == [("c_total", {"id": "a"}, 2)]
    assert told["h"][-2:] == [("h_sum", {}, 6), ("h_count", {}, 2)]
    assert told["g"] == [("g", {}, 7)]
    assert "stranger" not in told
    assert other.drain() == {}


def test_an_observation_costs_little(registry: Registry) -> None:
    """To measure costs microseconds at most, so that nobody has to ask whether it is on."""
    histogram = registry.histogram("h", "Any.", ("a", "b", "c"))

    seconds = min(repeat(lambda: histogram.observe(0.2, ("d", "t", "x")), number=2_000, repeat=5))

    assert seconds / 2_000 < 20e-6
