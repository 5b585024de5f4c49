"""How rows are shown: to people, and to programs."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.cli import output
from swf.cli.asked import Asked
from swf.cli.output import Columns

COLUMNS = Columns({"id": "id", "status": "status"}, id="id", wide={"more": "more"})
WHEN = datetime(2020, 1, 2, 3, 4, 5, 600000, tzinfo=UTC)
ROWS = [
    {"id": "a", "status": "OPEN", "more": WHEN, "hidden": {"x": 1}},
    {"id": "bb", "status": None, "more": 1.5, "hidden": None},
]


def asked(**how: object) -> Asked:
    found = Asked()
    for name, value in how.items():
        setattr(found, name, value)
    return found


def shown(capsys: pytest.CaptureFixture[str], **how: object) -> str:
    output.emit(asked(**how), ROWS, COLUMNS)
    return capsys.readouterr().out


def test_a_table_in_a_pipe_has_columns_that_can_be_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Cells stand under each other, an empty one is a dash, and no line has spaces at its end."""
    assert shown(capsys) == "id  status\na   OPEN\nbb  -\n"
    assert shown(capsys, header=False) == "a   OPEN\nbb  -\n"
    assert shown(capsys, output="wide") == (
        "id  status  more\na   OPEN    2020-01-02 03:04:05Z\nbb  -       1.50\n"
    )


def test_json_has_everything_under_its_own_key(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON and JSON lines hold what no column shows, times in ISO 8601."""
    whole = json.loads(shown(capsys, output="json"))
    lines = [json.loads(line) for line in shown(capsys, output="jsonl").splitlines()]

    assert whole == lines
    assert whole[0] == {
        "id": "a",
        "status": "OPEN",
        "more": "2020-01-02T03:04:05.600000+00:00",
        "hidden": {"x": 1},
    }


def test_ids_are_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """`-o id` prints what other commands take."""
    assert shown(capsys, output="id") == "a\nbb\n"


def test_csv_can_be_read_again(capsys: pytest.CaptureFixture[str]) -> None:
    """CSV has all columns, a header that can be left out, and quotes where they are needed."""
    rows = [{"id": 'a,"b"', "status": "x", "more": "1\n2"}]
    output.emit(asked(output="csv"), rows, COLUMNS)
    assert list(csv.reader(io.StringIO(capsys.readouterr().out))) == [
        ["id", "status", "more"],
        ['a,"b"', "x", "1 2"],
    ]
    output.emit(asked(output="tsv", header=False), ROWS[:1], COLUMNS)
    assert capsys.readouterr().out == "a\tOPEN\t2020-01-02 03:04:05Z\n"
    output.emit(asked(output="csv"), [], COLUMNS)
    assert capsys.readouterr().out == "id,status,more\n"


def test_a_query_picks(capsys: pytest.CaptureFixture[str]) -> None:
    """`--query` is asked of the JSON; its answer is JSON, or what another format makes of it."""
    assert json.loads(shown(capsys, query="[?status=='OPEN'].hidden.x")) == [1]
    assert shown(capsys, query="[].id", output="id") == "a\nbb\n"
    assert shown(capsys, query="[].[id, status]", output="csv", header=False) == "a,OPEN\nbb,\n"
    assert shown(capsys, query="[].id", output="table", header=False) == "a\nbb\n"
    assert shown(capsys, query="[0].id", output="jsonl") == '"a"\n'
    assert shown(capsys, query="[0]", output="id") == "a\n"
    with pytest.raises(click.UsageError, match=r"--query '\[\[': "):
        shown(capsys, query="[[")


def test_one_thing_is_shown_field_by_field(capsys: pytest.CaptureFixture[str]) -> None:
    """A thing is a table of its fields, those that nothing tells left out; JSON has them all."""
    thing = {"name": "x", "empty": None, "took": timedelta(seconds=90)}
    output.emit_one(asked(), thing, id="name")
    assert capsys.readouterr().out == "name  x\ntook  0:01:30\n"
    output.emit_one(asked(output="json"), thing, id="name")
    assert json.loads(capsys.readouterr().out) == {"name": "x", "empty": None, "took": 90.0}
    output.emit_one(asked(output="id"), thing, id="name")
    assert capsys.readouterr().out == "x\n"
    output.emit_one(asked(header=True, output="csv"), thing, id="name")
    assert capsys.readouterr().out == "field,value\nname,x\ntook,0:01:30\n"


def test_people_get_a_table_in_colours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal states are coloured, but for NO_COLOR, `--color never` and a dumb one."""
    assert "\x1b[36mOPEN" in shown(capsys, color="always")
    assert "id" not in shown(capsys, color="always", header=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert "\x1b[36mOPEN" in shown(capsys)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[36m" not in shown(capsys)
    assert "\x1b[36mOPEN" in shown(capsys, color="always")
    assert shown(capsys, color="never") == "id  status\na   OPEN\nbb  -\n"
    monkeypatch.setenv("TERM", "dumb")
    assert shown(capsys) == "id  status\na   OPEN\nbb  -\n"


def test_in_a_narrow_terminal_each_row_is_a_list(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where short cells do not fit side by side they stand below each other, unbroken."""
    monkeypatch.setenv("COLUMNS", "24")
    text = click.unstyle(shown(capsys, color="always", output="wide"))

    assert text.split("\n\n")[0].splitlines() == [
        "id      a",
        "status  OPEN",
        "more    2020-01-02 03:04:05Z",
    ]
    assert text.split("\n\n")[1].splitlines() == ["id      bb", "more    1.50"]


def test_an_empty_table_is_its_header(capsys: pytest.CaptureFixture[str]) -> None:
    """No rows are no error, whoever looks."""
    output.emit(asked(), [], COLUMNS)
    assert capsys.readouterr().out == "id  status\n"
    output.emit(asked(color="always"), [], COLUMNS)
    assert "status" in capsys.readouterr().out
    output.emit(asked(color="always", header=False), [], COLUMNS)
    assert capsys.readouterr().out.strip() == ""


@given(st.text())
def test_nothing_from_elsewhere_acts_on_a_terminal(text: str) -> None:
    """Whatever a workflow is called, no form prints a control character or turns text around."""
    for cell in (output._cell(text), output.as_json({"x": text})):
        codes = {ord(one) for one in cell}
        assert not codes & {*range(32), *range(127, 160), 0x202E, 0x2066}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_json_says_what_it_was_given(value: object) -> None:
    """What is spelled out to be harmless is read back as it was."""
    assert json.loads(output.as_json(value)) == value


def test_what_json_does_not_know_is_told_in_words() -> None:
    """A tuple is a list, any other thing its text."""
    assert output.plain((1, {"a": {2}})) == [1, {"a": [2]}]
    assert output.plain(1j) == "1j"


def test_wide_characters_take_two_places(capsys: pytest.CaptureFixture[str]) -> None:
    """Columns stay under each other where a name has wide characters, or marks of their own."""
    rows = [{"id": "日本", "status": "x"}, {"id": "e\u0301", "status": "x"}, {"id": "abcd"}]
    output.emit(asked(header=False), rows, COLUMNS)
    assert capsys.readouterr().out == "日本  x\ne\u0301     x\nabcd  -\n"


@pytest.mark.parametrize(
    ("query", "form", "told"),
    [
        ("status", "table", "OPEN\n"),
        ("status", "csv", "OPEN\n"),
        ("[id, status]", "id", "a\nOPEN\n"),
        ("{x: id, y: status}", "tsv", "x\ta\ny\tOPEN\n"),
        ("hidden", "id", "\n"),
        ("[{x: id}, {x: status}]", "csv", "x\na\nOPEN\n"),
        ("@", "id", "a\n"),
    ],
)
def test_a_query_picks_of_one_thing_in_every_form(
    capsys: pytest.CaptureFixture[str], query: str, form: str, told: str
) -> None:
    """What `--query` picks of one thing is all that is shown of it, whatever the format."""
    output.emit_one(asked(query=query, output=form), ROWS[0], id="id")
    assert capsys.readouterr().out == told
