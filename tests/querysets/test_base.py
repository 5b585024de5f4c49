"""What all querysets have in common, shown on domains."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from listed import domains

from swf.exceptions import FieldError, ValidationError, ValidationTypeError
from swf.models import Domain
from swf.querysets import DomainQuery, DomainQuerySet
from swf.wire import Count


def names(found) -> list[str]:
    """Return the names of the domains in a queryset."""
    return [domain.name for domain in found]


def test_nothing_is_asked_before_it_is_read():
    """Making, filtering, reversing, slicing, ordering and combining send nothing."""
    connection = domains("a", "b")

    queryset = DomainQuerySet(connection=connection).all().filter(name="a").reverse()[:5]

    assert connection.calls == []
    assert names(queryset) == ["a"]


def test_a_queryset_never_changes():
    """Whatever is derived from a queryset, the queryset itself stays as it was."""
    queryset = DomainQuerySet(connection=domains("a", "b", "c"))

    queryset.filter(name="a")
    queryset.reverse()
    queryset[:1]
    queryset.page_size(1)

    assert names(queryset) == ["a", "b", "c"]
    with pytest.raises(AttributeError):
        queryset._where = {}


def test_a_queryset_can_be_reversed_like_a_list():
    """reversed() reads from the end; of a slice, the slice."""
    queryset = DomainQuerySet(connection=domains("a", "b", "c"))

    assert names(reversed(queryset)) == ["c", "b", "a"]
    assert names(reversed(queryset[:2])) == ["b", "a"]
    with pytest.raises(IndexError):
        _ = queryset[:2][-3]
    assert queryset[1:][-1].name == "c"


def test_pages_are_asked_for_as_they_are_needed():
    """One page at a time: who stops reading stops asking."""
    connection = domains("a", "b", "c", "d", "e")
    reader = iter(DomainQuerySet(connection=connection))

    next(reader)
    assert len(connection.calls) == 1
    next(reader), next(reader)
    assert len(connection.calls) == 2


@given(st.sets(st.text("abcdef", min_size=1, max_size=3), max_size=9), st.integers(1, 4), st.data())
def test_a_queryset_reads_like_the_list_it_stands_for(found, page, data):
    """However SWF cuts its pages, iteration, slices, indices and order are those of the list."""
    listed = sorted(found)
    queryset = DomainQuerySet(connection=domains(*listed, page=page))
    start = data.draw(st.integers(0, 10))
    stop = data.draw(st.none() | st.integers(0, 10))
    inner = data.draw(st.integers(0, 5))

    assert names(queryset) == listed
    assert names(queryset.reverse()) == listed[::-1]
    assert names(queryset[start:stop]) == listed[start:stop]
    assert names(queryset[start:stop][inner:]) == listed[start:stop][inner:]
    assert names(queryset[start:stop][:inner]) == listed[start:stop][:inner]
    assert queryset.count() == len(listed)
    assert queryset[start:stop].count() == len(listed[start:stop])
    assert queryset.exists() is bool(queryset) is bool(listed)
    assert (queryset.first() and queryset.first().name) == (listed[0] if listed else None)
    assert (queryset.last() and queryset.last().name) == (listed[-1] if listed else None)
    last = queryset[start:stop].last()
    assert (last and last.name) == (listed[start:stop][-1] if listed[start:stop] else None)
    for index in (0, 1, -1, -2):
        if -len(listed) <= index < len(listed):
            assert queryset[index].name == listed[index]
        else:
            with pytest.raises(IndexError):
                _ = queryset[index]


def test_nested_loops_are_independent():
    """Two loops over one queryset do not disturb each other."""
    queryset = DomainQuerySet(connection=domains("a", "b", "c"))

    assert [(x.name, y.name) for x in queryset for y in queryset] == [
        (x, y) for x in "abc" for y in "abc"
    ]


def test_every_reading_asks_anew():
    """What is read is what SWF says now."""
    connection = domains("a")
    queryset = DomainQuerySet(connection=connection)

    assert names(queryset) == names(queryset)
    assert len(connection.calls) == 2


def test_a_slice_asks_for_no_more_than_it_shows():
    """The page size is the slice's where that is smaller; a question needs one item."""
    connection = domains("a", "b", "c", page=1000)
    queryset = DomainQuerySet(connection=connection)

    list(queryset[:2])
    queryset.exists()
    list(queryset.page_size(7))
    list(queryset[:5000])

    assert [params.get("maximumPageSize") for _, params in connection.calls] == [2, 1, 7, 1000]


def test_pages_are_given_as_swf_cuts_them():
    """pages() yields one list for each page."""
    queryset = DomainQuerySet(connection=domains("a", "b", "c"))

    assert [names(page) for page in queryset.pages()] == [["a", "b"], ["c"]]
    assert [names(page) for page in queryset.filter(name="c").pages()] == [[], ["c"]]


def test_a_queryset_prints_and_compares_like_a_list():
    """It shows its models, is equal to a list of them, and says when there are more."""
    queryset = DomainQuerySet(connection=domains("test1", "test2"))

    assert repr(queryset) == "[Domain('test1'), Domain('test2')]"
    assert queryset == [Domain("test1"), Domain("test2")]
    assert queryset == (Domain("test1"), Domain("test2"))
    assert queryset == DomainQuerySet(connection=domains("test1", "test2"))
    assert queryset != [Domain("test2"), Domain("test1")]
    assert queryset != "test1"
    assert Domain("test1") in queryset
    assert Domain("test3") not in queryset
    many = DomainQuerySet(connection=domains(*(f"d{number:02}" for number in range(30))))
    assert repr(many).endswith("Domain('d19'), ...(more)...]")
    with pytest.raises(TypeError):
        hash(queryset)


def test_there_is_no_length_only_a_count():
    """len() would read every page unseen; list() does not ask twice because of it."""
    connection = domains("a", "b", "c")
    queryset = DomainQuerySet(connection=connection)

    with pytest.raises(TypeError):
        len(queryset)
    assert len(list(queryset)) == 3
    assert len(connection.calls) == 2


def test_filters_narrow_each_other():
    """A second filter keeps the first; two that contradict each other leave nothing."""
    connection = domains("a", "b")
    for name in "ab":
        Domain(name, connection=connection).deprecate()
    queryset = DomainQuerySet(connection=connection).filter(status="DEPRECATED").filter(name="b")

    assert [(one.name, one.status) for one in queryset] == [("b", "DEPRECATED")]
    assert names(queryset.filter(name="b")) == ["b"]
    assert queryset.filter(name="a") == []
    assert not queryset.filter(status="REGISTERED").exists()
    assert queryset.filter(name="a").count() == 0


def test_none_holds_nothing_and_asks_nothing():
    """none() is empty whatever is done with it."""
    connection = domains("a")
    queryset = DomainQuerySet(connection=connection).none()

    assert queryset.filter(name="a").reverse() == []
    assert (queryset.count(), queryset.first(), queryset.last()) == (0, None, None)
    assert connection.calls == []


@pytest.mark.parametrize("connection", [5, "http://localhost"])
def test_what_is_no_connection_is_refused(connection):
    """A connection of a wrong type is refused where it is given."""
    with pytest.raises(ValidationTypeError, match="connection"):
        DomainQuerySet(connection=connection)
    with pytest.raises(ValidationTypeError, match="connection"):
        DomainQuerySet().using(connection)


def test_a_slice_is_not_filtered_or_reversed_afterwards():
    """What could only be wrong is refused."""
    queryset = DomainQuerySet(connection=domains("a"))[:3]

    with pytest.raises(ValidationError, match="before slicing"):
        queryset.filter(name="a")
    with pytest.raises(ValidationError, match="before slicing"):
        queryset.reverse()
    with pytest.raises(ValidationError, match="before slicing"):
        queryset.order_by("-name")
    with pytest.raises(ValidationError, match="before slicing"):
        next(queryset.pages())


@pytest.mark.parametrize("index", [slice(-1, None), slice(None, -1), slice(0, 5, 2)])
def test_a_slice_that_swf_cannot_read_is_refused(index):
    """Slices from the end and with steps would read everything: the way out is named."""
    with pytest.raises(ValidationError, match="reverse"):
        DomainQuerySet(connection=domains())[index]


@pytest.mark.parametrize("index", ["a", 1.5, True, None])
def test_an_index_is_a_number(index):
    """Anything but an int or a slice is a TypeError."""
    with pytest.raises(TypeError):
        DomainQuerySet(connection=domains())[index]
    with pytest.raises(TypeError):
        DomainQuerySet(connection=domains())[1.5:]


@pytest.mark.parametrize(
    ("size", "kind"),
    [
        (0, ValidationError),
        (1001, ValidationError),
        ("5", ValidationTypeError),
        (True, ValidationTypeError),
    ],
)
def test_a_page_has_from_1_to_1000_objects(size, kind):
    """A page size that SWF refuses is refused here."""
    with pytest.raises(kind, match="page_size"):
        DomainQuerySet().page_size(size)


def test_an_unknown_lookup_lists_the_known_ones():
    """A misspelt lookup is an error that shows the nearest and all others."""
    with pytest.raises(FieldError, match=r"did you mean 'status'.*name, registration_status"):
        DomainQuerySet().filter(statis="REGISTERED")
    with pytest.raises(FieldError, match="no lookup 'xyz'; known are"):
        DomainQuerySet().filter(xyz=1)


def test_only_the_orders_that_swf_knows_are_offered():
    """Order by the field SWF sorts by, in both directions; another is refused by name."""
    queryset = DomainQuerySet(connection=domains("a", "b"))

    assert names(queryset.order_by("name")) == ["a", "b"]
    assert names(queryset.order_by("-name")) == ["b", "a"]
    assert names(queryset.reverse().order_by("name")) == ["a", "b"]
    with pytest.raises(FieldError, match="name, -name"):
        queryset.order_by("status")


def test_a_queryset_can_be_copied_and_asked_elsewhere():
    """Copies are independent and keep the connection; using() takes another."""
    here, there = domains("a"), domains("b")
    queryset = DomainQuerySet(connection=here)

    assert names(copy.deepcopy(queryset)) == ["a"]
    assert names(queryset.using(there)) == ["b"]
    assert pickle.loads(pickle.dumps(DomainQuerySet().filter(name="x")))._where == {"name": "x"}


def test_what_a_queryset_returns_keeps_its_connection():
    """Listed and fetched models ask where the queryset asked."""
    connection = domains("a")
    queryset = DomainQuerySet(connection=connection)

    assert queryset[0].connection is connection
    assert queryset.get("a").connection is connection
    assert queryset.get("a").upstream().connection is connection


def test_a_count_is_a_number_that_knows_its_limits():
    """A count adds and compares as an int, and says whether SWF stopped counting."""
    assert Count(3) + 1 == 4
    assert not Count(3).truncated
    assert Count(3, truncated=True).truncated


def test_both_views_show_the_first_rows():
    """Tables of a terminal and a notebook hold what repr holds, with every value escaped."""
    many = DomainQuerySet(connection=domains(*(f"<d{number:02}>" for number in range(30))))

    html = many._repr_html_()

    assert "the first 20" in html
    assert "&lt;d19&gt;" in html
    assert "d20" not in html
    assert many.__rich__().row_count == 20
    assert DomainQuerySet(connection=domains("a")).__rich__().row_count == 1


def test_the_short_name_is_the_same_class():
    """DomainQuery is DomainQuerySet."""
    assert DomainQuery is DomainQuerySet
