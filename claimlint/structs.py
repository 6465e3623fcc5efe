"""Values, by msgspec: classes that cost next to nothing to make, at import as at run time, and that JSON turns into."""

from __future__ import annotations

import sys
from importlib import import_module

_UNWANTED = "typing_extensions"
"""What msgspec prefers to `typing`, which has all that it wants; it takes longer to import than all of ours."""

if _UNWANTED not in sys.modules:
    sys.modules[_UNWANTED] = None  # type: ignore[assignment]  # so that importing it fails
    try:
        import_module("msgspec")
    finally:
        del sys.modules[_UNWANTED]

from msgspec import Raw, Struct, convert, field  # noqa: E402
from msgspec.json import decode, encode  # noqa: E402
from msgspec.structs import asdict, fields, replace  # noqa: E402

THRESHOLDS = (50_000, 20, 20)
"""For `gc.set_threshold` in processes of our own: values hold no circles, and looking for some took a fifth of the time."""

__all__ = ["THRESHOLDS", "Raw", "Struct", "asdict", "convert", "decode", "encode", "field", "fields", "replace"]
