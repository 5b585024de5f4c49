"""Pages: as large as asked for, each after the one before it, each token for its own request."""

from __future__ import annotations

import pytest
import stored
from hypothesis import given
from hypothesis import strategies as st

from swf.engine.operations.paging import paged
from swf.engine.tokens import Seal
from swf.fault import Fault

ITEMS = list(range(10))


@pytest.fixture
def view():
    with stored.database() as connection:
        yield stored.view(connection)


def page(view, operation="List", items=ITEMS, **request):
    """Page through numbers, each its own position."""

    def read(after, size):
        return [one for one in items if after is None or one > after][:size]

    return paged(view, operation, request, read, lambda one: one)


class TestSize:
    @pytest.mark.parametrize("told", [{}, {"maximumPageSize": 0}, {"maximumPageSize": 1000}])
    def test_a_page_has_a_thousand_items_by_default(self, view, told):
        """No size, and a size of nothing, are the greatest that there is."""
        many = list(range(1001))
        found, more = page(view, items=many, **told)

        assert found == many[:1000]
        assert page(view, items=many, **told, **more) == ([1000], {})

    @given(sizes=st.lists(st.integers(1, 4), min_size=10, max_size=10), many=st.integers(0, 10))
    def test_the_size_may_change_between_pages(self, sizes, many):
        """Each page has as many items as its own request allows; all together are all."""
        with stored.database() as connection:
            view = stored.view(connection)
            seen: list[int] = []
            token: dict[str, str] = {}
            for size in sizes:
                found, token = page(view, items=ITEMS[:many], maximumPageSize=size, **token)
                assert len(found) <= size
                seen += found
                if not token:
                    break
        assert seen == ITEMS[:many]

    def test_a_full_last_page_has_no_token(self, view):
        """A token is given where there is more, not where there might be."""
        assert page(view, maximumPageSize=10) == (ITEMS, {})
        assert page(view, maximumPageSize=9)[1].keys() == {"nextPageToken"}


class TestTokens:
    def test_each_page_has_a_token_of_its_own(self, view):
        """Clients take a token that comes twice for an endless list."""
        _, first = page(view, maximumPageSize=2)
        _, second = page(view, maximumPageSize=2, **first)

        assert first != second

    @pytest.mark.parametrize(
        "changed",
        [
            {"operation": "Count"},
            {"domain": "other"},
            {"tagFilter": {"tag": "b"}},
            {"reverseOrder": True},
            {"name": "added"},
        ],
    )
    def test_a_token_is_of_one_request(self, view, changed):
        """With another operation or another filter a token is refused as none of ours."""
        told = {"domain": "d", "tagFilter": {"tag": "a"}, "maximumPageSize": 2}
        _, more = page(view, **told)
        assert page(view, **told, **more)[0] == [2, 3]

        with pytest.raises(Fault, match=r"^ValidationException: Invalid token$"):
            page(view, **(told | changed), **more)

    def test_what_is_not_so_need_not_be_told(self, view):
        """A token of a request that was not reversed is good where that is said in words."""
        _, more = page(view, maximumPageSize=2)

        assert page(view, maximumPageSize=2, reverseOrder=False, **more)[0] == [2, 3]

    @pytest.mark.parametrize("token", ["x", "AAAA", "é"])
    def test_a_made_up_token_is_refused(self, view, token):
        """Nobody but the database that gave it can make a token."""
        with pytest.raises(Fault, match="Invalid token"):
            page(view, nextPageToken=token)

    def test_a_token_outlives_the_engine(self, view):
        """The secret is the database's: an engine started anew reads the tokens of the last."""
        _, more = page(view, maximumPageSize=2)
        again = stored.view(view.connection)

        assert page(again, **more)[0] == ITEMS[2:]

    def test_a_token_of_another_database_is_refused(self, view):
        """Another secret is another database."""
        _, more = page(view, maximumPageSize=2)
        with pytest.raises(Fault, match="Invalid token"):
            page(stored.view(view.connection, seal=Seal(b"another secret")), **more)
