"""What characters of the fonts Symbol and Wingdings stand for, which have codes of their own."""

from __future__ import annotations

# Adobe's encoding of Symbol, from each of these codes on; a space where nothing stands alone.
_SYMBOL_ROWS = {
    0x20: " !∀#∃%&∋()∗+,−./0123456789:;<=>?",
    0x40: "≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_",
    0x60: " αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
    0xA0: "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…  ↵",
    0xC0: "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓",
    0xE0: "◊⟨®©™∑",
    0xF1: "⟩∫",
}
_SYMBOL = {
    first + place: character
    for first, row in _SYMBOL_ROWS.items()
    for place, character in enumerate(row)
}
# Of Wingdings what people put into texts: ticked and empty boxes, bullets, arrows, faces.
_WINGDINGS = {
    0x4A: "☺",
    0x4C: "☹",
    0x6C: "●",
    0x6E: "■",
    0x6F: "☐",
    0x71: "☐",
    0x75: "◆",
    0x9F: "•",
    0xA7: "▪",
    0xA8: "☐",
    0xD8: "➢",
    0xDF: "←",
    0xE0: "→",
    0xE1: "↑",
    0xE2: "↓",
    0xE8: "→",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}
_PRIVATE = range(0xE000, 0xF900)


def meaning(font: str, code: str) -> str:
    """Return the character that a symbol stands for, or "" where that isn't known.

    Args:
        font: The font's name.
        code: The character's code in hexadecimal, as Word gives it: `F0B1`.
    """
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    if font.lower() in _FONTS:
        return _FONTS[font.lower()].get(number & 0xFF, "")
    return chr(number) if number not in _PRIVATE and 0x20 <= number <= 0xFFFF else ""
