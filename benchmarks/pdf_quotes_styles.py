"""The layouts in which PDFs are made, and their fonts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

BUILT_IN = ("Helvetica", "Times-Roman", "Courier", "Helvetica-Bold", "Times-Italic")
EMBEDDED = ("DejaVuSans", "DejaVuSerif", "DejaVuSansMono", "DejaVuSerif-Italic", "DejaVuSans-Bold")


@dataclass(frozen=True, slots=True)
class Style:
    """A layout.

    Attributes:
        name: What the table calls it.
        fonts: Fonts to choose from.
        columns: How many columns.
        rotation: How far a viewer has to turn the page, clockwise, in degrees.
        hyphenated: Whether long words are broken at the ends of lines.
        ligatures: Whether `fi` and its like are one character.
        placed: Whether each word is placed by itself and the lines are justified.
        mixed: Whether the font changes within a sentence.
        repeated: Whether some sentences occur several times.
        cropped: Whether only a part of the sheet is the page.
        sideways: Whether the text runs upwards on the page.
        scanned: "" for print, "layer" for a picture with invisible text, "picture" without.
    """

    name: str
    fonts: tuple[str, ...] = BUILT_IN
    columns: int = 1
    rotation: int = 0
    hyphenated: bool = False
    ligatures: bool = False
    placed: bool = False
    mixed: bool = False
    repeated: bool = False
    cropped: bool = False
    sideways: bool = False
    scanned: str = ""


STYLES = (
    Style("one column"),
    Style("embedded fonts", EMBEDDED),
    Style("two columns", columns=2, hyphenated=True),
    Style("three columns", EMBEDDED, columns=3, hyphenated=True),
    Style("hyphenated", hyphenated=True),
    Style("ligatures", EMBEDDED, ligatures=True, hyphenated=True),
    Style("justified", (*BUILT_IN, *EMBEDDED), placed=True, hyphenated=True),
    Style("fonts within a sentence", (*BUILT_IN, *EMBEDDED), mixed=True),
    Style("repeated sentences", repeated=True, columns=2),
    Style("turned by 90", rotation=90),
    Style("turned by 180", EMBEDDED, rotation=180, columns=2, hyphenated=True),
    Style("turned by 270", rotation=270, ligatures=True, fonts=EMBEDDED),
    Style("cropped sheet", cropped=True),
    Style("sideways text", sideways=True),
    Style("scan with a text layer", scanned="layer"),
    Style("scan without one", scanned="picture"),
)


@cache
def register_font(font: str) -> None:
    """Make an embedded font known to reportlab."""
    if font in BUILT_IN:
        return
    import matplotlib
    from reportlab.pdfbase import pdfmetrics, ttfonts

    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    pdfmetrics.registerFont(ttfonts.TTFont(font, str(path)))
