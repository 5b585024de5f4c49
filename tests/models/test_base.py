"""What all models have in common."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from replies import execution_info

import swf
from swf.exceptions import SWFError, ValidationTypeError
from swf.models import (
    ActivityType,
    Difference,
    Domain,
    ModelDiff,
    WorkflowExecution,
    WorkflowType,
)

MODELS = [
    Domain("shop", retention_period=60),
    WorkflowType("shop", "order", "1", task_list="orders"),
    ActivityType("shop", "ship", "1", task_heartbeat_timeout=30),
    WorkflowExecution("shop", "order-1", "run-1", tag_list=["a"]),
]


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_models_cannot_be_changed(model):
    """Neither a field, nor an unknown name, nor the connection of a model can be set or deleted."""
    for name in ("name", "status", "domain", "foo", "_connection", "connection"):
        with pytest.raises(AttributeError):
            setattr(model, name, "x")
    with pytest.raises(AttributeError):
        del model.status
    assert not hasattr(model, "__dict__")


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_models_survive_pickle_and_copy(model):
    """Pickling and both ways of copying give an equal model that is as immutable."""
    for same in (pickle.loads(pickle.dumps(model)), copy.copy(model), copy.deepcopy(model)):
        assert same == model
        assert hash(same) == hash(model)
        assert same._as_dict() == model._as_dict()
        with pytest.raises(AttributeError):
            same.status = "x"


def test_copies_keep_the_connection(connection):
    """A copy talks to where the original talks to."""
    domain = Domain("shop", connection=connection)

    assert copy.copy(domain).connection is connection
    assert copy.deepcopy(domain).connection is connection
    assert attrs.evolve(domain, description="x").connection is connection


def test_a_pickled_model_keeps_where_it_connects_to():
    """A connection made from an endpoint and region is made again in the process that unpickles."""
    domain = Domain("shop", connection=swf.connect("http://127.0.0.1:1", region="eu-west-1"))

    again = pickle.loads(pickle.dumps(domain))

    assert "127.0.0.1:1" in repr(again.connection)
    assert "eu-west-1" in repr(again.connection)


def test_a_model_whose_connection_cannot_be_pickled_says_so():
    """Keys are not pickled: the refusal is an error, and no silent change of account."""
    connection = swf.connect(
        region="eu-west-1", aws_access_key_id="A", aws_secret_access_key="secret"
    )

    with pytest.raises(SWFError, match="pickle"):
        pickle.dumps(Domain("shop", connection=connection))


@pytest.mark.parametrize(
    "build",
    [
        lambda: Domain("x", retention_perid=3),
        lambda: WorkflowType("d", "n", "v", timeout=3),
        lambda: ActivityType("d", "n", "v", input="x"),
        lambda: WorkflowExecution("d", "w", runid="x"),
    ],
)
def test_unknown_arguments_are_refused(build):
    """A misspelt argument is a TypeError, never ignored."""
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        build()


def test_models_are_subclassable(connection):
    """A subclass keeps its class through upstream, copies and pickles."""

    @attrs.frozen(repr=False, eq=False)
    class Shop(Domain):
        def shout(self) -> str:
            return self.name.upper()

    shop = Shop("shop", connection=connection)
    shop.save()

    assert repr(shop) == "Shop('shop')"
    assert shop.upstream().shout() == "SHOP"
    assert isinstance(copy.copy(shop), Shop)
    assert shop == Domain("shop") == shop
    assert hash(shop) == hash(Domain("shop"))


def test_a_subclass_may_have_fields_of_its_own(connection):
    """SWF tells nothing of them: they keep their defaults and are no difference."""

    @attrs.frozen(repr=False, eq=False)
    class Shop(Domain):
        team: str = attrs.field(default="ops", kw_only=True)
        labels: list = attrs.field(factory=list, kw_only=True)
        short: str = attrs.field(
            default=attrs.Factory(lambda self: self.name[:2], takes_self=True), kw_only=True
        )

    shop = Shop("shop", connection=connection)
    shop.save()

    assert shop.is_synced
    assert Shop("shop", team="dev", connection=shop.connection).changes == ModelDiff()
    found = shop.upstream()
    assert (found.team, found.labels, found.short) == ("ops", [], "sh")


def test_an_error_within_a_property_is_the_error_that_is_raised():
    """Lazy decoding does not hide what went wrong in a property."""

    @attrs.frozen(repr=False, eq=False)
    class Shop(Domain):
        @property
        def broken(self) -> str:
            return self.nmae  # a misspelling

    with pytest.raises(AttributeError, match="nmae"):
        _ = Shop("shop").broken


def test_building_a_model_connects_to_nothing():
    """Without settings, region or credentials a model is built, compared and printed."""
    domain = Domain("shop")

    assert (domain.name, repr(domain), domain.status) == ("shop", "Domain('shop')", "REGISTERED")


def test_no_raw_operation_is_public_on_a_model():
    """A model offers what makes sense for it and no wrapper of other operations."""
    for model in MODELS:
        for name in ("poll_for_activity_task", "list_domains", "describe_domain", "region"):
            assert not hasattr(model, name)


def test_models_are_equal_unless_they_contradict_each_other():
    """Two models that name the same entity are equal as far as both were told."""
    assert Domain("shop") == Domain("shop", description="x", retention_period=3)
    assert Domain("shop", description="y") != Domain("shop", description="x")
    assert Domain("shop") != Domain("shops")
    assert Domain("shop") != "shop"
    assert hash(Domain("shop")) == hash(Domain("shop", description="x"))
    assert WorkflowType("d", "n", "1") != ActivityType("d", "n", "1")
    assert WorkflowType("d", "n", "1") != WorkflowType("d", "n", "2")
    assert WorkflowType("d", "n", "1") != WorkflowType("e", "n", "1")
    assert WorkflowExecution("d", "w", "1") != WorkflowExecution("d", "w", "2")
    assert WorkflowExecution("d", "w", "1") != WorkflowExecution("d", "w")
    assert len({Domain("a"), Domain("a"), Domain("b")}) == 2


def test_a_listed_model_is_decoded_when_a_field_is_read():
    """What came from the wire is kept as it is until somebody wants to know."""
    item = execution_info("order-1", "run-1")
    execution = WorkflowExecution._from_wire(item, Domain("shop"), None)
    item["workflowType"]["name"] = "late"

    assert execution.workflow_type.name == "late"
    item["workflowType"]["name"] = "later"
    assert execution.workflow_type.name == "late"


@pytest.mark.parametrize(
    "wire", [{}, {"name": "x"}, {"name": "x", "status": "y", "configuration": 5}]
)
def test_what_is_not_swfs_is_a_response_error(wire):
    """A reply that tells of no such entity is our error, and names what was to be read."""
    with pytest.raises(swf.exceptions.ResponseError, match="Domain"):
        _ = Domain._from_wire(wire, None, None).description


def test_an_unknown_attribute_of_a_listed_model_is_an_attribute_error():
    """Lazy decoding answers for fields only."""
    execution = WorkflowExecution._from_wire(execution_info("w"), Domain("shop"), None)

    with pytest.raises(AttributeError, match="foo"):
        _ = execution.foo


def test_a_connection_of_a_wrong_type_is_refused():
    """What is no connection is refused where it is given, not where it is used."""
    with pytest.raises(ValidationTypeError, match="connection"):
        Domain("shop", connection="http://localhost")


def test_model_diff_prints_as_documented():
    """An empty diff and one difference print as the documentation shows them."""
    assert repr(ModelDiff()) == "ModelDiff()"
    assert repr(ModelDiff(("status", "REGISTERED", "DEPRECATED"))) == (
        "ModelDiff(Difference('status', 'REGISTERED', 'DEPRECATED'))"
    )


def test_model_diff_is_a_collection_of_differences():
    """A diff can be counted, iterated, indexed by place and by name, merged, compared, hashed."""
    status = Difference("status", "REGISTERED", "DEPRECATED")
    diff = ModelDiff(status, ("name", "a", "a"), Difference("description", None, "x"))

    assert len(diff) == 2
    assert bool(diff)
    assert not ModelDiff(("a", 1, 1))
    assert "status" in diff
    assert status in diff
    assert "name" not in diff
    assert diff[0] == status == diff["status"]
    assert diff[:1] == (status,)
    with pytest.raises(KeyError):
        _ = diff["name"]
    assert [tuple(one) for one in diff] == [
        ("status", "REGISTERED", "DEPRECATED"),
        ("description", None, "x"),
    ]
    assert diff.differing_fields == ("status", "description")
    assert diff.as_list() == list(diff)
    assert diff == ModelDiff(*diff)
    assert hash(diff) == hash(ModelDiff(*diff))
    assert diff != [status]
    assert diff.merge(ModelDiff(("status", "a", "b")))["status"].local == "a"
    assert ModelDiff(("a", 1, 2), ("a", 1, 3)) == ModelDiff(("a", 1, 3))
    assert diff.merge(ModelDiff()) == diff == ModelDiff().merge(diff)


@given(
    st.dictionaries(
        st.text(max_size=3), st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=5
    )
)
def test_a_diff_holds_exactly_what_differs(values):
    """A field is in a diff where, and only where, its two values differ."""
    diff = ModelDiff(*((name, local, upstream) for name, (local, upstream) in values.items()))

    assert set(diff.differing_fields) == {name for name, (a, b) in values.items() if a != b}


def test_changes_compares_only_what_was_told(connection):
    """A field that the model was not told is no difference; one that upstream lacks is."""
    Domain("shop", description="there", connection=connection).save()
    Domain("bare", connection=connection).save()

    assert Domain("shop", connection=connection).changes == ModelDiff()
    assert Domain("shop", description="here", connection=connection).changes == ModelDiff(
        ("description", "here", "there")
    )
    assert Domain("bare", description="here", connection=connection).changes == ModelDiff(
        ("description", "here", None)
    )


def test_numbers_and_words_for_the_same_duration_do_not_differ(connection):
    """However a duration is written, it is compared by what it means."""
    Domain("shop", retention_period=60, connection=connection).save()

    for spelling in (60, "60", "060"):
        assert Domain("shop", retention_period=spelling, connection=connection).is_synced


def test_is_synced_asks_upstream(connection):
    """`is_synced` is true, false after a change upstream, and false where nothing is upstream."""
    domain = Domain("shop", connection=connection)
    assert not domain.is_synced
    domain.save()
    assert domain.is_synced
    domain.deprecate()
    assert not domain.is_synced
    assert connection.operations().count("DescribeDomain") == 3


def test_exists_is_false_only_where_swf_says_so(connection):
    """An error that is not "unknown resource" is raised, not taken for an answer."""
    domain = Domain("shop", connection=connection)
    assert not domain.exists
    domain.save()
    assert domain.exists
    connection.trouble["DescribeDomain"] = swf.exceptions.AccessDeniedFault("no")
    with pytest.raises(swf.exceptions.AccessDeniedFault):
        _ = domain.exists


def test_changes_of_what_is_not_there_raises(connection):
    """There is no difference to nothing: the model's own DoesNotExist says so."""
    with pytest.raises(Domain.DoesNotExist):
        _ = Domain("shop", connection=connection).changes


def test_naive_times_are_refused():
    """A time without zone names no moment."""
    for wrong in (datetime(2020, 1, 1), 5.0, float("nan"), "2020-01-01"):  # noqa: DTZ001
        with pytest.raises(ValidationTypeError, match="creation_date: must be an aware datetime"):
            WorkflowType("d", "n", "v", creation_date=wrong)
    assert WorkflowType("d", "n", "v", creation_date=datetime(2020, 1, 1, tzinfo=UTC))
