"""Write the pictures of docs/howto/web.md: pages of the demo's shop, light, dark and narrow.

python scripts/draw_screens.py [FOLDER]
"""

from __future__ import annotations

import os
import select
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import attrs
from playwright.sync_api import Page, sync_playwright

ROOT: Final = Path(__file__).resolve().parent.parent
TARGET: Final = ROOT / "docs" / "howto" / "web"
UP_SECONDS: Final = 30
MOST_BYTES: Final = 150_000


@attrs.frozen
class Screen:
    """A page: its path, below that of an execution's latest run where one is named."""

    path: str
    of: str | None = None
    height: int = 800
    looks: tuple[str, ...] = ("light", "dark", "narrow")


SCREENS: Final[Mapping[str, Screen]] = {
    "list": Screen("/ui/shop/executions", height=720),
    "execution": Screen("", of="order-1048", height=1_000),
    "failed": Screen("", of="order-1046", height=900, looks=("light",)),
    "stuck": Screen("", of="refund-1042", height=640),
    "graph": Screen("/graph", of="catalogue-tuesday", height=680),
    "stack": Screen("/stack", of="order-1048", height=560, looks=("light",)),
    "replay": Screen("/replay?event=20", of="order-1051", height=820, looks=("light",)),
    "history": Screen("/history", of="order-1040", height=640, looks=("light",)),
    "task-lists": Screen("/ui/shop/task-lists", height=660),
}

LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "light": {"color_scheme": "light", "width": 1_200},
    "dark": {"color_scheme": "dark", "width": 1_200},
    "narrow": {"color_scheme": "light", "width": 390},
}


SHORTEN: Final = """folder => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (text.data.includes(folder)) text.data = text.data.replaceAll(folder, "");
  }
}"""
"""Has a page tell where files are within the project: pictures are not to differ by machine."""


@contextmanager
def shop() -> Generator[str]:
    """Yield the URL of the demo's pages; its clock stands still."""
    command = [sys.executable, "-m", "examples.demo_ui", "--still", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        if not select.select([process.stdout], [], [], UP_SECONDS)[0]:
            raise TimeoutError("the demo did not say where its pages are")
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(UP_SECONDS)
        process.stdout.close()


def draw(page: Page, url: str, screen: Screen) -> bytes:
    """Return a picture of a page."""
    origin = url.partition("/ui/")[0]
    path = screen.path
    if screen.of is not None:
        page.goto(f"{origin}/ui/shop/executions?id={screen.of}")
        path = f"{page.locator('a[data-row]').first.get_attribute('href')}{path}"
    page.goto(origin + path)
    page.evaluate(SHORTEN, f"{ROOT}/")
    return page.screenshot(animations="disabled")


def pressed(picture: bytes) -> bytes:
    """Return a PNG that shows the same, and is smaller: browsers do not try hard."""
    signature, at = picture[:8], 8
    kept: list[tuple[bytes, bytes]] = []
    pixels = b""
    while at < len(picture):
        (length,) = struct.unpack(">I", picture[at : at + 4])
        kind, content = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        at += length + 12
        if kind == b"IDAT":
            pixels += content
        elif kind == b"IHDR":
            kept.append((kind, content))
    kept += [(b"IDAT", zlib.compress(zlib.decompress(pixels), 9)), (b"IEND", b"")]
    return signature + b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in kept
    )


def main() -> int:
    """Write all pictures, and return the exit status of the program."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.mkdir(parents=True, exist_ok=True)
    found = shutil.which("chromium") or shutil.which("google-chrome")
    arguments = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with shop() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        for look, told in LOOKS.items():
            context = browser.new_context(
                color_scheme=told["color_scheme"], reduced_motion="reduce"
            )
            page = context.new_page()
            page.goto(url)
            for name, screen in SCREENS.items():
                if look not in screen.looks:
                    continue
                page.set_viewport_size({"width": told["width"], "height": screen.height})
                picture = pressed(draw(page, url, screen))
                if len(picture) > MOST_BYTES:
                    raise ValueError(f"{name}-{look}.png has {len(picture):,} bytes")
                (target / f"{name}-{look}.png").write_bytes(picture)
            context.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
