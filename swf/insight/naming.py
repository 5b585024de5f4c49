"""What the entities of a history are called."""

from __future__ import annotations

from typing import Any

from swf.models.history.entities.base import Entity
from swf.wire import TypeKey


def type_of(entity: Entity[Any]) -> TypeKey | None:
    """Return the activity or workflow type that an entity is of; None where it has none."""
    found: TypeKey | None = getattr(entity, "activity_type", None)
    return getattr(entity, "workflow_type", None) if found is None else found


def name_of(entity: Entity[Any]) -> str:
    """Return the name of an entity's type, or of its Lambda function; its id where it has none."""
    key = type_of(entity)
    return str(getattr(entity, "function_name", None) or entity.id) if key is None else key.name


def version_of(entity: Entity[Any]) -> str | None:
    """Return the version of an entity's type; None where it has none."""
    key = type_of(entity)
    return None if key is None else key.version
