"""Histories whose timelines are shown, and what an SVG of one shows."""

from __future__ import annotations

from typing import Any, Final
from xml.etree import ElementTree as ET

from swf.models.history import History, HistoryBuilder

SVG: Final = "{http://www.w3.org/2000/svg}"
TYPE: Final = ("charge", "1.4")

ATTACKS: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></svg><script>alert(1)</script>",
    "' onload='alert(1)",
    "javascript:alert(1)",
    "]]>&amp;&#x3c;b&#x3e;",
    "\u202eevil\u2066",
    "\x1b[2J\x07\x00\x0b",
    "a\nb\tc\ud800\ufffe",
    "{{7*7}}${x}",
)


def order() -> HistoryBuilder:
    """Return an order under way: it has waited, failed, tried again, and slept for six hours."""
    built = HistoryBuilder(("process-orders", "2024-05"), {"args": [17]})
    built.advance(0.2).decision_task_started().advance(0.3).decision_task_completed()
    for number in range(3):
        built.activity_task_scheduled(
            f"activity-charge-{number + 1}", TYPE, input={"args": [number, "visa"]}
        )
    built.activity_task_scheduled("activity-fetch-1", ("fetch", "2"), input="page")
    built.timer_started("give-up", 86_400)
    built.advance(0.4).activity_task_started("activity-charge-1")
    built.advance(0.7).activity_task_started("activity-fetch-1")
    built.advance(2).activity_task_completed("activity-charge-1", result="ok")
    built.activity_task_started("activity-charge-2").advance(1.5)
    built.activity_task_failed("activity-charge-2", reason="CardDeclined").decision()
    built.timer_started("retry-1-activity-charge-2", 3)
    built.start_child_workflow_execution_initiated("order-17-ship", ("ship", "1"))
    built.lambda_function_scheduled("audit", "audit-log", input="x").advance(0.5)
    built.child_workflow_execution_started("order-17-ship").advance(0.2)
    built.lambda_function_started("audit").advance(0.8).lambda_function_completed("audit")
    built.advance(1.5).timer_fired("retry-1-activity-charge-2").decision()
    built.activity_task_scheduled("activity-charge-2", TYPE, input={"args": [1, "visa"]})
    built.advance(0.3).activity_task_started("activity-charge-2")
    built.advance(1).activity_task_completed("activity-charge-2", result="ok")
    built.workflow_execution_signaled("approve", input="yes").decision()
    built.marker_recorded("checkpoint", details="1").advance(2)
    built.activity_task_completed("activity-fetch-1", result="page")
    built.child_workflow_execution_completed("order-17-ship", result="1").decision()
    built.timer_started("night", 21_600).advance(290)
    built.activity_task_timed_out("activity-charge-3", "SCHEDULE_TO_START")
    return built.decision().advance(21_310).timer_fired("night").decision()


def attacked(text: str) -> History:
    """Return an execution in which every name, id and text is this one."""
    built = HistoryBuilder((_PLACE, _PLACE), _PLACE).decision()
    for number in range(2):
        built.activity_task_scheduled(f"{_PLACE}{number}", (_PLACE, _PLACE), input=_PLACE)
    built.timer_started(_PLACE, 5).marker_recorded(_PLACE, details=_PLACE)
    built.start_child_workflow_execution_initiated(_PLACE, (_PLACE, _PLACE), input=_PLACE)
    built.lambda_function_scheduled(_PLACE, _PLACE, input=_PLACE)
    built.signal_external_workflow_execution_initiated(_PLACE, _PLACE)
    built.activity_task_started(f"{_PLACE}0").advance(1)
    built.activity_task_failed(f"{_PLACE}0", reason=_PLACE, details=_PLACE)
    built.workflow_execution_signaled(_PLACE, input=_PLACE).advance(7)
    return History([_with(raw, text) for raw in built.raw])


_PLACE: Final = "PLACE"


def _with(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {key: _with(item, text) for key, item in value.items()}
    if isinstance(value, list):
        return [_with(item, text) for item in value]
    return value.replace(_PLACE, text) if isinstance(value, str) else value


def root_of(svg: str) -> ET.Element:
    """Return the root of an SVG document that is well-formed."""
    return ET.fromstring(svg)


def classed(root: ET.Element, name: str) -> list[ET.Element]:
    """Return the elements of a class, in order."""
    return [one for one in root.iter() if name in one.get("class", "").split()]


def titles(root: ET.Element) -> list[str]:
    """Return what each bar says."""
    return [bar.findtext(f"{SVG}title") or "" for bar in classed(root, "bar")]


def rows(root: ET.Element) -> list[str]:
    """Return the labels of the lanes, whole, and what is told of lanes that are left out."""
    found: list[Any] = [lane.find(f"{SVG}text") for lane in classed(root, "lane")]
    return [one.findtext(f"{SVG}title") or one.text for one in found]
