"""Makes workbooks and documents from their bare parts, as no program would."""

from __future__ import annotations

import zipfile
from io import BytesIO

import docx
import xlsxwriter

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/{part}" ContentType="{kind}"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
WORD_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="' + OFFICE + '"'
RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
LAUGHS = "".join(f"""<!ENTITY l{n} "{f"&l{n - 1};" * 10}">""" for n in range(1, 10))
CELL = '<c r="A1" t="inlineStr"><is><t>{}</t></is></c>'


def zipped(parts: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def workbook_parts(sheet: str | bytes, **others: str | bytes) -> dict[str, str | bytes]:
    """The least that makes a workbook, around one sheet."""
    return {
        "[Content_Types].xml": TYPES.format(part="xl/workbook.xml", kind=SHEET_MAIN),
        "_rels/.rels": RELS.format(f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'),
        "xl/workbook.xml": sheets_of('<sheet name="One" sheetId="1" r:id="r1"/>'),
        "xl/_rels/workbook.xml.rels": RELS.format(
            f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        ),
        "xl/worksheets/sheet1.xml": sheet,
        **others,
    }


def sheets_of(listed: str) -> str:
    return f'<workbook {S} xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>'


def sheet_of(rows: str, before: str = "", after: str = "") -> str:
    return f'<?xml version="1.0"?>{before}<worksheet {S}><sheetData>{rows}</sheetData>{after}</worksheet>'


def workbook(rows: str, before: str = "", after: str = "") -> bytes:
    return zipped(workbook_parts(sheet_of(rows, before, after)))


def document_parts(body: str, before: str = "", **others: str) -> dict[str, str | bytes]:
    """The least that makes a document, around what stands in it."""
    return {
        "[Content_Types].xml": TYPES.format(part="word/document.xml", kind=WORD_MAIN),
        "_rels/.rels": RELS.format(
            f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
        ),
        "word/document.xml": f'<?xml version="1.0"?>{before}<w:document {W}><w:body>{body}</w:body></w:document>',
        **others,
    }


def document(body: str, before: str = "", **others: str) -> bytes:
    return zipped(document_parts(body, before, **others))


def word_table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def word_cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def honest_workbook() -> bytes:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("One")
        for row in range(60):
            sheet.write_row(row, 0, [f"row {row}", row, row / 8, "words " * 10])
    return file.getvalue()


def honest_document() -> bytes:
    made, file = docx.Document(), BytesIO()
    table = made.add_table(20, 3)
    for row in table.rows:
        for cell in row.cells:
            cell.text = "some words of a cell"
    made.save(file)
    return file.getvalue()


def ods(content: str, before: str = "", **others: str | bytes) -> bytes:
    namespaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
            "content.xml": f'<?xml version="1.0"?>{before}<office:document-content {namespaces}><office:body>'
            f"<office:spreadsheet>{content}</office:spreadsheet></office:body></office:document-content>",
            **others,
        }
    )


def ods_cell(text: str, attributes: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>'
