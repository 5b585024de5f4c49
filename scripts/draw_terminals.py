"""Write the pictures of docs/howto/screens.md: what commands print, on terminals of four kinds.

python scripts/draw_terminals.py [FOLDER]
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from typing import Any, Final

import attrs
from rich.console import Console
from rich.text import Text
from terminal_scene import SHOP, played

from swf.cli.main import swf

HERE: Final = Path(__file__).resolve()
TARGET: Final = HERE.parent.parent / "docs" / "howto" / "terminals"
ROWS: Final = 40

SCREENS: Final[Mapping[str, str]] = {
    "list": "swf workflow list",
    "tree": "swf workflow tree order-1042",
    "doctor": "swf doctor order-1042",
    "run": "swf run shop.Order --input '[\"order-1043\", 2]' --workflow-id order-1043",
    "history": "swf workflow history order-1040 --reverse --limit 5",
}
"""What people see most."""


@attrs.frozen
class Kind:
    """A kind of terminal; a pipe where it has no columns."""

    columns: int | None
    environment: Mapping[str, str] = attrs.field(factory=dict)


KINDS: Final[Mapping[str, Kind]] = {
    "wide": Kind(120),
    "narrow": Kind(60),
    "plain": Kind(120, {"NO_COLOR": "1"}),
    "piped": Kind(None),
}

_REDRAWN: Final = re.compile(r"(?:\r?\x1b\[2K(?:\x1b\[1A)?)+")
"""What goes before the next picture of something that is drawn in its place."""

_MEASURED: Final = re.compile(r"\b\d\.\d\d s\b")
"""What a step took that was run: it differs from run to run, and a busy machine takes seconds."""

CELL: Final = 8.4
LINE: Final = 19
EDGE: Final = 16

STYLE: Final = """
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
white-space:pre;fill:#24292f}
rect{fill:#f6f8fa;stroke:#d0d7de}
.typed{fill:#57606a}.bold{font-weight:bold}.dim{opacity:.65}
.red{fill:#b3261e}.green{fill:#116329}.yellow{fill:#7d4e00}.blue{fill:#0550ae}
.magenta{fill:#8250df}.cyan{fill:#0a6b74}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#0d1117;stroke:#30363d}
.typed{fill:#8d96a0}.red{fill:#ff7b72}.green{fill:#56d364}.yellow{fill:#e3b341}
.blue{fill:#79c0ff}.magenta{fill:#d2a8ff}.cyan{fill:#56d4dd}}
""".replace("\n", "")

COLOURS: Final = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


def screens() -> dict[str, str]:
    """Return each picture by the name of its file; each is of a process of its own."""
    pairs = [(screen, name) for screen in SCREENS for name in KINDS]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        drawn = pool.map(picture, *zip(*pairs, strict=True))
        return {
            f"{screen}-{name}.svg": one for (screen, name), one in zip(pairs, drawn, strict=True)
        }


def picture(screen: str, name: str) -> str:
    """Return the picture of a screen on a kind of terminal."""
    kind, command = KINDS[name], SCREENS[screen]
    typed = command if kind.columns else f"{command} 2>&1 | cat"
    return svg(typed, printed(screen, kind), kind.columns)


def printed(screen: str, kind: Kind) -> str:
    """Return what a command leaves on such a terminal, with the codes of its colours."""
    words = [sys.executable, str(HERE), "--type", screen]
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    environment = {**kept, "TERM": "xterm-256color", "LANG": "C.UTF-8", **kind.environment}
    with tempfile.TemporaryDirectory() as home:
        environment["HOME"] = home
        (Path(home) / "shop.py").write_text(SHOP, encoding="utf-8")
        if kind.columns is None:
            text = _piped(words, environment, home)
        else:
            text = _on_terminal(words, environment, home, kind.columns)
    last = _REDRAWN.split(text.replace("\r\n", "\n"))[-1]
    last = re.sub(r"\x1b\[\?\d+[hl]", "", last).strip("\n")
    return _MEASURED.sub("0.01 s", last) if screen == "run" else last


def _piped(words: list[str], environment: dict[str, str], home: str) -> str:
    ran = subprocess.run(
        words,
        env=environment,
        cwd=home,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    _check(ran.returncode, ran.stdout)
    return ran.stdout


def _check(exit_code: int, told: str) -> None:
    if exit_code not in {0, 1}:  # what the doctor finds is a problem
        raise RuntimeError(told)


def _on_terminal(words: list[str], environment: dict[str, str], home: str, columns: int) -> str:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    with subprocess.Popen(
        words, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=home
    ) as process:
        os.close(theirs)
        told = b"".join(_read(ours))
    os.close(ours)
    _check(process.returncode, told.decode())
    return told.decode()


def _read(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            told = os.read(terminal, 65_536)
        except OSError:  # nobody has the other end open any more
            return
        if not told:
            return
        yield told


def svg(command: str, text: str, columns: int | None) -> str:
    """Return the picture of a terminal on which a command was typed and has printed a text."""
    lines = [part for line in Text.from_ansi(text).split("\n") for part in _parts(line, columns)]
    asked = _wrapped(f"$ {command}", columns)
    longest = max(map(len, [*asked, *(line.plain for line in lines)]))
    width = round(2 * EDGE + CELL * (columns or longest))
    height = 2 * EDGE + LINE * (len(asked) + len(lines))
    drawn = [_cell(one, row, 0, "typed") for row, one in enumerate(asked)]
    console = Console(file=None, width=1_000, color_system="standard", legacy_windows=False)
    for row, line in enumerate(lines, start=len(asked)):
        column = 0
        for segment in line.render(console):
            if segment.text.strip():
                drawn.append(_cell(segment.text, row, column, _classes(segment.style)))
            column += len(segment.text)
    body = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' role="img"><title>{escape(command)}</title><style>{STYLE}</style>\n'
        f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8"/>\n{body}\n</svg>\n'
    )


def _parts(line: Text, columns: int | None) -> list[Text]:
    """Return a line as the terminal breaks it."""
    size = columns or len(line) or 1
    return list(line.divide(range(size, len(line), size)))


def _wrapped(text: str, columns: int | None) -> list[str]:
    size = columns or len(text)
    return [text[start : start + size] for start in range(0, len(text), size)]


def _cell(text: str, row: int, column: int, classes: str) -> str:
    """Return a text at its place, as wide as its characters are on a terminal."""
    indent = len(text) - len(text.lstrip(" "))
    shown = text.strip(" ")
    x, y = EDGE + CELL * (column + indent), EDGE + LINE * row + 14
    kind = f' class="{classes}"' if classes else ""
    return (
        f'<text x="{x:.1f}" y="{y}" textLength="{CELL * len(shown):.1f}"'
        f' lengthAdjust="spacingAndGlyphs"{kind}>{escape(shown)}</text>'
    )


def _classes(style: Any) -> str:
    if style is None:
        return ""
    number = None if style.color is None else style.color.number
    colour = [] if number is None else [COLOURS[number % 8]]
    return " ".join([*colour, *(["bold"] if style.bold else []), *(["dim"] if style.dim else [])])


def type_command(screen: str) -> None:
    """Run a command in this process, on an SWF in which a day of the shop has passed."""
    words = shlex.split(SCREENS[screen])[1:]
    with played() as settings:
        os.environ.update(settings)
        swf(words, prog_name="swf")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--type"]:
        type_command(sys.argv[2])
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    for name, drawn in screens().items():
        (folder / name).write_text(drawn, encoding="utf-8")
