"""What the book shows: its figures, its pictures, the checks of its problem sets, its live explorers."""

from pathlib import Path

# What experiments have written: in an installed package beside this file, in the repository in book/data.
_INSTALLED = Path(__file__).parent / "data"
DATA = _INSTALLED if _INSTALLED.exists() else Path(__file__).parents[1] / "book" / "data"
