"""What a compiled history consists of: one module for each kind of entity."""

from __future__ import annotations
