"""What a history builder can record: one module for each kind of entity."""

from __future__ import annotations
