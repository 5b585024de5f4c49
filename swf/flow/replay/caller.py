"""Who calls: whether the code that asks can await what it gets."""

from __future__ import annotations

import inspect
import sys
from types import FrameType
from typing import Final

from swf.flow.replay.strands import is_ours

_AWAITS: Final = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


def awaits() -> bool:
    """Tell whether the program's code that called is an `async def` or a generator.

    That awaits a future where it wants to; a plain function has to be made to wait.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_ours(frame.f_code):
        frame = frame.f_back
    return frame is not None and bool(frame.f_code.co_flags & _AWAITS)
