"""Write the timeline of docs/howto/notebook.md, drawn by the code of that page.

python scripts/draw_timeline.py [FOLDER]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent.parent / "docs" / "howto" / "notebook.md"
TARGET = PAGE.with_suffix("")


def timeline() -> str:
    """Return the SVG that the code of the page makes."""
    told: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        if not block.startswith(">>>"):
            exec(block, told)
    svg: str = told["timeline_svg"]
    return svg


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    folder.mkdir(exist_ok=True)
    (folder / "timeline.svg").write_text(timeline(), encoding="utf-8")
