"""A connection to a real server: replies, pages and faults as it sends them."""

from __future__ import annotations

import pytest

from swf.exceptions import (
    DomainAlreadyExistsFault,
    DomainDeprecatedFault,
    DomainDoesNotExist,
    WorkflowTypeDoesNotExist,
)

RETENTION = {"workflowExecutionRetentionPeriodInDays": "3"}


def test_what_was_written_can_be_read(connection):
    """A call without a reply returns {}, and what it did is in the next one's reply."""
    assert connection.call("RegisterDomain", {"name": "d", "description": "x", **RETENTION}) == {}

    found = connection.call("DescribeDomain", {"name": "d"})

    assert found["configuration"] == RETENTION
    assert found["domainInfo"]["description"] == "x"
    assert "ResponseMetadata" not in found


def test_times_are_seconds(connection):
    """Times come as the numbers that were on the wire."""
    connection.call("RegisterDomain", {"name": "d", **RETENTION})
    connection.call("RegisterWorkflowType", {"domain": "d", "name": "n", "version": "v"})

    (found,) = connection.call(
        "ListWorkflowTypes", {"domain": "d", "registrationStatus": "REGISTERED"}
    )["typeInfos"]

    assert isinstance(found["creationDate"], int | float)


@pytest.mark.parametrize(
    ("operation", "params", "kind", "resource"),
    [
        ("DescribeDomain", {"name": "no"}, DomainDoesNotExist, "Domain('no')"),
        ("RegisterDomain", {"name": "d", **RETENTION}, DomainAlreadyExistsFault, "Domain('d')"),
        ("DeprecateDomain", {"name": "d"}, DomainDeprecatedFault, "Domain('d')"),
        (
            "DescribeWorkflowType",
            {"domain": "d", "workflowType": {"name": "n", "version": "v"}},
            WorkflowTypeDoesNotExist,
            "WorkflowType('n', 'v')",
        ),
    ],
)
def test_faults_are_classes(connection, operation, params, kind, resource):
    """What a server refuses is raised as the class of what is the matter, with what it is about."""
    connection.call("RegisterDomain", {"name": "d", **RETENTION})
    connection.call("DeprecateDomain", {"name": "d"})

    with pytest.raises(kind) as caught:
        connection.call(operation, params)

    assert type(caught.value) is kind
    assert caught.value.resource == resource
    assert caught.value.request_id
