"""How a value that JSON has no word for is spelled: an object with one key, the tag.

`{"$swf": [kind, …]}` stands for a value of that kind. A user's dict that has the key is spelled as
a tagged one itself, so no value can be taken for another. Two kinds stand for no value: `sealed`
and `stored` are envelopes (see `swf.payload.envelope`).
"""

from __future__ import annotations

from typing import Final

TAG: Final = "$swf"
TAG_TEXT: Final = f'"{TAG}"'
"""Without it in a text no tag is in it either."""

MAX_DEPTH: Final = 100
"""How deep containers may be nested in one another."""
