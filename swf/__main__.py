"""`python -m swf`: the same as the command `swf`."""

from swf.cli.main import swf

swf(prog_name="swf")
