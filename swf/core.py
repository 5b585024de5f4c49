"""What every object that talks to SWF has in common: a connection."""

from __future__ import annotations

from swf.transport import Transport, default_connection


class ConnectedSWFObject:
    """Holds one connection, or none and then uses the one that the settings describe.

    Making one connects to nothing and reads no setting.
    """

    __slots__ = ()

    _connection: Transport | None

    @property
    def connection(self) -> Transport:
        """The connection given to this object, else the default one as the settings have it now."""
        return self._connection or default_connection()
