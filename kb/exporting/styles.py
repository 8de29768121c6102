"""How documents for Word look: paper, typefaces and paragraph styles, set on the writer’s own template."""

from __future__ import annotations

from typing import TYPE_CHECKING

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from kb.exporting.elements import element
from kb.exporting.lines import Look

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.styles.style import ParagraphStyle

TYPEFACE = "Arial"
INK, QUIET, BLUE = RGBColor(0x21, 0x2B, 0x32), RGBColor(0x4C, 0x62, 0x72), RGBColor(0x00, 0x5E, 0xB8)
LONG_SIDE, SHORT_SIDE, MARGIN = Mm(297), Mm(210), Mm(18)
CONTENTS = "toc 1"
_THEMED = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")


def blank(*, is_landscape: bool) -> Document:
    """An empty A4 document in British English with every style that documents use."""
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
    section.page_width = LONG_SIDE if is_landscape else SHORT_SIDE
    section.page_height = SHORT_SIDE if is_landscape else LONG_SIDE
    section.left_margin = section.right_margin = MARGIN
    section.top_margin, section.bottom_margin = Mm(20), Mm(18)
    section.header_distance = section.footer_distance = Mm(9)
    _speak_english(document)
    _style(document)
    return document


def width_of(document: Document) -> int:
    """How wide the text stands, in twentieths of a point."""
    section = document.sections[0]
    width, left, right = section.page_width, section.left_margin, section.right_margin
    assert width is not None
    assert left is not None
    assert right is not None
    return round((width - left - right) / 635)


def _speak_english(document: Document) -> None:
    defaults = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    language = defaults.find(qn("w:lang"))
    language.set(qn("w:val"), "en-GB")
    fonts = defaults.find(qn("w:rFonts"))
    _in_typeface(fonts)
    settings = document.settings.element
    settings.find(qn("w:themeFontLang")).set(qn("w:val"), "en-GB")
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")  # else Word opens it as a file of an older Word


def _style(document: Document) -> None:
    sizes = {
        Look.TEXT: (9.5, 0, 3),
        Look.BULLET: (9.5, 0, 2),
        Look.LABEL: (9.5, 0, 3),
        Look.QUIET: (8.5, 0, 4),
        Look.TITLE: (22, 0, 4),
        Look.SUBTITLE: (12, 0, 8),
        Look.HEADING: (15, 16, 6),
        Look.SUBHEADING: (12, 12, 4),
        Look.NOTICE: (9.5, 4, 8),
        Look.CONTENTS: (12, 10, 4),
    }
    known = {style.name for style in document.styles}
    for look, (size, before, after) in sizes.items():
        style = document.styles[look.value] if look.value in known else _added(document, look.value)
        _set(style, size, before, after)
    styles = document.styles
    for look in (Look.TITLE, Look.HEADING, Look.SUBHEADING, Look.CONTENTS, Look.LABEL):
        styles[look.value].font.bold = True
        styles[look.value].paragraph_format.keep_with_next = True
    for look in (Look.QUIET, Look.SUBTITLE):
        styles[look.value].font.color.rgb = QUIET
    _frame(styles[Look.NOTICE.value])
    _set(_added(document, CONTENTS), 10, 0, 3)
    link = styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER)
    link.font.color.rgb, link.font.underline = BLUE, True
    for name in ("header", "footer"):
        _set(styles[name.capitalize()], 8.5, 0, 0)
        styles[name.capitalize()].font.color.rgb = QUIET


def _added(document: Document, name: str) -> ParagraphStyle:
    style: ParagraphStyle = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    return style


def _set(style: ParagraphStyle, size: float, before: float, after: float) -> None:
    style.font.size, style.font.italic, style.font.color.rgb = Pt(size), False, INK
    _in_typeface(style.element.get_or_add_rPr().get_or_add_rFonts())
    shape = style.paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), 1.1
    unwanted = [f"{qn('w:pPr')}/{qn(f'w:{name}')}" for name in ("pBdr", "contextualSpacing", "tabs")]
    unwanted += [f"{qn('w:rPr')}/{qn(f'w:{name}')}" for name in ("spacing", "kern")]
    if style.name == Look.SUBTITLE:
        unwanted.append(f"{qn('w:pPr')}/{qn('w:numPr')}")
    for path in unwanted:
        for found in style.element.findall(path):
            found.getparent().remove(found)


def _in_typeface(fonts: BaseOxmlElement) -> None:
    for name in _THEMED:
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), TYPEFACE)


def _frame(style: ParagraphStyle) -> None:
    sides = ("top", "left", "bottom", "right")
    borders = element("pBdr", *(element(side, val="single", sz="8", space="4", color="212b32") for side in sides))
    style.element.get_or_add_pPr().insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind")
