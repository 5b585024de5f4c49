"""Write the pictures of docs/howto/pictures.md, drawn by the code of that page.

python scripts/draw_pictures.py [FOLDER]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import swf

PAGE = Path(__file__).parent.parent / "docs" / "howto" / "pictures.md"
TARGET = PAGE.with_suffix("")


def pictures() -> dict[str, str]:
    """Return the SVG of each picture, by the name of its file, on an SWF in memory."""
    swf.settings.set(endpoint_url="memory://?poll_seconds=0")
    page = ModuleType("pictures")  # classes and functions of the page need a module
    sys.modules[page.__name__] = page
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        if not block.startswith(">>>"):
            exec(block, vars(page))
    for stop in (page.host.stop, page.decider.stop, page.worker.terminate_worker):
        stop()
    return {"graph.svg": page.graph_svg, "chain.svg": page.chain_svg}


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    for name, svg in pictures().items():
        (folder / name).write_text(svg, encoding="utf-8")
