"""Which classes are known on the wire, and under which name."""

from __future__ import annotations

import dataclasses
import enum
import functools
import threading
from typing import TYPE_CHECKING, NamedTuple

import attrs
import pytest
from payload_values import Color, Order, Unregistered

from swf.exceptions import (
    PayloadDecodeError,
    PayloadEncodeError,
    PayloadTypeError,
    SWFError,
    TypeDoesNotExist,
    ValidationError,
    ValidationTypeError,
)
from swf.payload import Payloads, register, register_annotations

if TYPE_CHECKING:
    from nowhere import Imaginary

PLAIN = Payloads()


def trip(value):
    return PLAIN.load(PLAIN.dump(value))


class Size(enum.Enum):
    SMALL = 1


@attrs.frozen
class Box:
    size: Size
    within: Box | None = None


@dataclasses.dataclass
class Shelf:
    boxes: list[Box]


class Pair(NamedTuple):
    left: int
    right: int


def stack(shelf: Shelf | None, pairs: dict[str, list[Pair]]) -> None: ...


class TestRegister:
    def test_it_is_a_decorator(self):
        """A decorated class is itself, and known under the name that it was given."""

        @register(name="shop.Item")
        @dataclasses.dataclass
        class Item:
            price: int

        assert trip(Item(3)) == Item(3)
        assert '"shop.Item"' in PLAIN.plain(Item(3))

    def test_a_name_has_one_class(self):
        """A second class of a name is refused, and the first one keeps it."""
        register(Order, name="shop.Order")

        with pytest.raises(ValidationError, match=r"shop.Order.*name="):
            register(Color, name="shop.Order")
        assert trip(Order(1)) == Order(1)
        assert trip(Color.RED) is Color.RED

    def test_a_class_that_is_defined_again_replaces_itself(self):
        """In a notebook, or after a reload, the later class of one name is the known one."""
        made = []
        for _ in range(2):

            @register
            @attrs.frozen
            class Again:
                x: int = 0

            made.append(Again)

        assert type(trip(made[0]())) is made[1]

    def test_a_spawned_process_knows_the_main_module_by_its_name(self):
        """What a program's own module defines has one name in it and in what it spawns."""

        @attrs.frozen
        class Own:
            pass

        Own.__module__ = "__mp_main__"
        register(Own)

        assert '"__main__.' in PLAIN.plain(Own())

    @pytest.mark.parametrize("cls", [Unregistered, int, 3, "Order"])
    def test_what_cannot_come_apart_is_refused(self, cls):
        """A class that is of no known kind, and what is no class, are typed errors."""
        with pytest.raises(ValidationTypeError, match="register"):
            register(cls)

    def test_the_errors_of_python_and_of_this_package_are_known(self):
        """They need no registration, in either direction."""
        error = TypeDoesNotExist("no", operation="O", fault="F")

        assert vars(trip(error)) == vars(error)
        assert type(PLAIN.load(PLAIN.dump(ZeroDivisionError("x")))) is ZeroDivisionError

    def test_a_name_in_their_modules_is_known_by_text_alone(self):
        """A process that meets such an error first in a text knows it."""
        text = '{"$swf":["object","builtins.BlockingIOError",{"args":["x"]}]}'
        own = '{"$swf":["object","swf.exceptions.FieldError",{"args":["x"]}]}'

        assert type(PLAIN.load(text)) is BlockingIOError
        assert isinstance(PLAIN.load(own), SWFError)

    @pytest.mark.parametrize(
        "name", ["builtins.KeyboardInterrupt", "builtins.print", "swf.exceptions.annotations"]
    )
    def test_nothing_else_in_their_modules_is_known(self, name):
        """A text cannot name a function, or what would end the program."""
        with pytest.raises(PayloadTypeError, match=name):
            PLAIN.load(f'{{"$swf":["object","{name}",{{"args":[]}}]}}')

    def test_a_field_may_be_added_with_a_default(self):
        """What was sent before a class had a field arrives with the field's default."""
        text = '{"$swf":["object","payload_values.Order",{"number":1}]}'

        assert PLAIN.load(text) == Order(1)

    def test_a_field_that_is_gone_is_named(self):
        """What was sent with a field that the class has no more is refused, and names the field."""
        text = '{"$swf":["object","payload_values.Order",{"number":1,"customer":"anne"}]}'

        with pytest.raises(PayloadDecodeError, match=r"Order.*'customer'"):
            PLAIN.load(text)

    def test_a_slot_that_was_never_set_is_left_out(self):
        """A field that an instance lacks is lacking in the copy too."""

        @register
        @attrs.define
        class Lazy:
            later: int = attrs.field(init=False)

        assert not hasattr(trip(Lazy()), "later")


class TestAnnotations:
    def test_the_classes_of_a_signature_are_known_when_met(self):
        """Arguments of the annotated classes, and what these hold in turn, need no decorator."""
        value = [Shelf([Box(Size.SMALL, Box(Size.SMALL))]), Pair(1, 2)]
        with pytest.raises(PayloadEncodeError, match="Shelf"):
            PLAIN.dump(value)

        register_annotations(stack)

        assert trip(value) == value

    def test_a_text_may_be_met_first(self):
        """A worker knows the classes of its activities though it has encoded none."""

        @attrs.frozen
        class Letter:
            text: str

        def send(letter): ...

        send.__annotations__["letter"] = Letter
        name = f"{__name__}.{Letter.__qualname__}"
        text = f'{{"$swf":["object","{name}",{{"text":"x"}}]}}'
        with pytest.raises(PayloadTypeError):
            PLAIN.load(text)

        register_annotations(send)

        assert PLAIN.load(text) == Letter("x")

    def test_what_cannot_be_resolved_hides_nothing(self):
        """An annotation that only type checkers can resolve leaves the others known."""

        @attrs.frozen
        class Note:
            pass

        def write(note, to: Imaginary) -> Nonsense: ...  # noqa: F821

        write.__annotations__["note"] = Note
        register_annotations(functools.partial(write))
        register_annotations(functools.wraps(write)(lambda note: None))

        assert trip(Note()) == Note()

    def test_a_name_that_is_taken_is_passed_over(self):
        """An annotation takes no name from a class that was registered by hand."""

        @attrs.frozen
        class Stamp:
            pass

        def glue(stamp): ...

        glue.__annotations__["stamp"] = Stamp
        register(Color, name=f"{__name__}.{Stamp.__qualname__}")
        register_annotations(glue)

        with pytest.raises(PayloadEncodeError, match="Stamp"):
            PLAIN.dump(Stamp())
        register(Color)

    def test_threads_that_meet_a_class_at_once_all_know_it(self):
        """Whoever resolves the annotations, nobody is told that a class is unknown meanwhile."""

        @attrs.frozen
        class Racer:
            pass

        def race(racer): ...

        race.__annotations__["racer"] = Racer
        register_annotations(race)
        start, found = threading.Barrier(8), []

        def meet():
            start.wait(10)
            found.append(PLAIN.plain(Racer()))

        threads = [threading.Thread(target=meet) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

        assert len(found) == 8
