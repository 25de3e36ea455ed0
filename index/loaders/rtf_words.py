"""The control words of RTF that stand for characters, encodings, and groups that aren't text."""

from __future__ import annotations

UNREAD = frozenset(
    "colortbl pict header headerl headerr headerf footer footerl footerr footerf fldinst objdata "
    "annotation atnid atnauthor xe tc listtext pntext nonshppict nonesttables nesttableprops "
    "ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn bkmkstart bkmkend sp filetbl revtbl".split()
)
NAMED = frozenset({"fonttbl", "stylesheet", "info", "title", "creatim"})
# Groups that are read though they are marked as negligible, as LibreOffice's notes are.
KEPT = frozenset({"shpinst", "shptxt", "footnote"})
CHARACTERS = {
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "tab": "\t",
    "line": "\n",
    "softline": "\n",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "nestcell": " ",
}
SYMBOLS = {"~": " ", "_": "-", "{": "{", "}": "}", "\\": "\\"}
CHARSETS = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gbk",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
