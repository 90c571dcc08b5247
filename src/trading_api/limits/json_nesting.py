"""A limit on the nesting of JSON, checked before the text is parsed."""

import re

# A string that never ends extends to the end of the text. Without the `?` it would be tried again
# from each quotation mark in it, which takes ten seconds for a frame of 64 KB.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_PART_LENGTH = 4_096


def exceeds_nesting(json: str, depth_max: int) -> bool:
    """Return whether lists and objects are nested deeper than `depth_max`.

    The text need not be valid JSON. A string that never ends counts as one string.
    """
    if json.count("[") + json.count("{") <= depth_max:
        return False
    depth = 0
    text = _STRING.sub("", json)
    # In parts, because most texts that are too deep are so at their beginning.
    for start in range(0, len(text), _PART_LENGTH):
        for bracket in _BRACKET.findall(text, start, start + _PART_LENGTH):
            depth += 1 if bracket in "[{" else -1
            if depth > depth_max:
                return True
    return False
