"""Files that mean harm, or were harmed: what each is called, its name, and how it is made."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

from tests.kb.importing.raw import (
    CELL,
    OFFICE,
    RELS,
    S,
    W,
    document,
    honest_document,
    honest_workbook,
    ods,
    ods_cell,
    sheet_of,
    sheets_of,
    word_cell,
    word_table,
    workbook,
    workbook_parts,
    zipped,
)  # fmt: skip

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "{}">]>'
FILE, ADDRESS = ENTITY.format("file:///etc/passwd"), ENTITY.format("http://127.0.0.1:9/x")
PARAMETER = '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>'
LAUGHS = "".join(f"""<!ENTITY l{n} "{f"&l{n - 1};" * 10}">""" for n in range(1, 10))
LAUGHING = f'<!DOCTYPE x [<!ENTITY l0 "1">{LAUGHS}]>'
ROW = f"<row>{CELL.format('&e;')}</row>"
X = CELL.format("x")
DEEP = 5_000
SHEET = "xl/worksheets/sheet1.xml"
PASSWORD = OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
BEGIN = '<table:table table:name="a"><table:table-row'
END = "</table:table-row></table:table>"
File = tuple[str, Callable[[], bytes]]


def many_entries(number: int) -> bytes:
    return zipped({**workbook_parts(sheet_of("")), **{f"x/{n}": b"" for n in range(number)}}, zipfile.ZIP_STORED)


def many_entries_listed(number: int) -> bytes:
    """A file of nothing but a directory."""
    listed = (struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 9, 1, *[0] * 6) + b"x") * number
    return b"PK\x03\x04" + listed + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, len(listed), 4, 0)


def boundless_directory() -> bytes:
    """A directory of which the end says little, and which says that it goes on for megabytes."""
    whole = zipped(workbook_parts(sheet_of("")))
    at = whole.rfind(b"PK\x05\x06")
    listed = (struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 9, 1, *[0] * 6) + b"x") * 100_000
    return whole[:at] + listed + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, len(listed), at, 0)


def with_lying_size(size: int) -> bytes:
    """The sheet says in the directory that it unpacks to this many bytes."""
    whole = bytearray(zipped(workbook_parts(sheet_of("<row><c><v>1</v></c></row>" * 100_000))))
    at = whole.rfind(b"PK\x01\x02")
    assert whole[at + 46 :].startswith(b"xl/worksheets/sheet1.xml")
    whole[at + 24 : at + 28] = struct.pack("<L", size)
    return bytes(whole)


def overlapping() -> bytes:
    """Many entries of the directory share one part."""
    whole = zipped(workbook_parts(sheet_of("<row><c><v>1</v></c></row>" * 100_000)))
    at = whole.find(b"PK\x01\x02")
    end = whole.rfind(b"PK\x05\x06")
    directory, last = whole[at:end], whole[whole.rfind(b"PK\x01\x02") : end]
    for number in range(50):
        directory += last.replace(b"sheet1.xml", f"shee{number:02}.xml".encode())
    return whole[:at] + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 55, 55, len(directory), at, 0)


def bomb(size: int = 265 * 1024**2) -> bytes:
    """A sheet of so many bytes, in a file of a fiftieth of that."""
    noise = b"".join(zlib.compress(str(n).encode()).hex().encode()[:40] for n in range(20_000))
    piece = b'<row><c t="inlineStr"><is><t>' + noise + b"</t></is></c></row>"
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in workbook_parts("").items():
            if "sheet1" not in name:
                archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(size // len(piece)):
                part.write(piece)
    return file.getvalue()


def nested_bomb() -> bytes:
    inner = zipped({"zeros": b"\0" * 30 * 1024**2})
    for _ in range(5):
        inner = zipped({f"{n}.zip": inner for n in range(3)})
    return inner


def called_otherwise() -> bytes:
    """Its sheet has another name where it lies than in the directory."""
    return honest_workbook().replace(SHEET.encode(), SHEET.upper().encode(), 1)


def with_flag(flag: int) -> bytes:
    whole = bytearray(honest_workbook())
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = whole.find(mark)
        while at >= 0:
            whole[at + place] |= flag
            at = whole.find(mark, at + 4)
    return bytes(whole)


def renamed(name: str) -> bytes:
    """The honest workbook with its sheet under a name of the same length."""
    assert len(name) == len(SHEET)
    return honest_workbook().replace(SHEET.encode(), name.encode())


def duplicated() -> bytes:
    file = BytesIO(honest_workbook())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("XL/worksheets/SHEET1.xml", "<worksheet/>")
    return file.getvalue()


def many_styles(number: int = 1_000_000) -> bytes:
    xfs = "".join(f'<xf fontId="{one * one * 7_919 % 99_991}"/>' for one in range(number))
    styles = f"<styleSheet {S}><cellXfs>{xfs}</cellXfs></styleSheet>"
    parts = workbook_parts(sheet_of(f"<row>{CELL.format('x')}</row>"), **{"xl/styles.xml": styles})
    relation = f'<Relationship Id="r2" Type="{OFFICE}/styles" Target="styles.xml"/>'
    listed = str(parts["xl/_rels/workbook.xml.rels"])
    parts["xl/_rels/workbook.xml.rels"] = listed.replace("</Relationships>", f"{relation}</Relationships>")
    return zipped(parts)


def containers() -> dict[str, File]:
    return {
        "265 MB sheet in a small file": ("a.xlsx", bomb),
        "zeros": ("a.xlsx", lambda: zipped(workbook_parts("\0" * 30 * 1024**2))),
        "zips in zips": ("a.xlsx", nested_bomb),
        "zip named as a document": ("a.docx", lambda: zipped({"a.txt": "text"})),
        "2,001 entries": ("a.xlsx", lambda: many_entries(2_001)),
        "a million entries": ("a.xlsx", lambda: many_entries_listed(1_000_000)),
        "directory of megabytes": ("a.xlsx", boundless_directory),
        "overlapping entries": ("a.xlsx", overlapping),
        "size said to be small": ("a.xlsx", lambda: with_lying_size(10)),
        "size said to be huge": ("a.xlsx", lambda: with_lying_size(0xFFFFFFF0)),
        "encrypted entries": ("a.xlsx", lambda: with_flag(1)),
        "strongly encrypted entries": ("a.xlsx", lambda: with_flag(0x40)),
        "entry above": ("a.xlsx", lambda: renamed("../worksheets/sheet1.xml")),
        "entry above, with backslashes": ("a.xlsx", lambda: renamed("a\\..\\..\\heets/sheet1.xml")),
        "absolute entry": ("a.xlsx", lambda: renamed("/l/worksheets/sheet1.xml")),
        "entry on a drive": ("a.xlsx", lambda: renamed("c:/worksheets/sheet1.xml")),
        "entry of two names": ("a.xlsx", called_otherwise),
        "the same entry twice": ("a.xlsx", duplicated),
        "another way of packing": ("a.xlsx", lambda: zipped(workbook_parts(sheet_of("")), zipfile.ZIP_BZIP2)),
    }


def declarations() -> dict[str, File]:
    def in_utf_16(encoding: str) -> Callable[[], bytes]:
        text = sheet_of(ROW, FILE).replace('"1.0"', '"1.0" encoding="UTF-16"')
        return lambda: zipped(workbook_parts(text.encode(encoding)))

    utf_7 = b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-<worksheet/>'
    ebcdic = '<?xml version="1.0" encoding="cp037"?><!DOCTYPE x><worksheet/>'.encode("cp037")
    listed = {"xl/worksheets/_rels/sheet1.xml.rels": "<!DOCTYPE a><a/>"}
    return {
        "entity of a file": ("a.xlsx", lambda: workbook(ROW, FILE)),
        "entity of an address": ("a.xlsx", lambda: workbook(ROW, ADDRESS)),
        "parameter entity": ("a.xlsx", lambda: workbook(ROW, PARAMETER)),
        "entity in a document": ("a.docx", lambda: document(word_table(word_cell("&e;")), FILE)),
        "entity in UTF-16": ("a.xlsx", in_utf_16("utf-16")),
        "entity in UTF-16 without a mark": ("a.xlsx", in_utf_16("utf-16-be")),
        "entity in UTF-7": ("a.xlsx", lambda: zipped(workbook_parts(utf_7))),
        "entity in EBCDIC": ("a.xlsx", lambda: zipped(workbook_parts(ebcdic))),
        "a billion laughs": ("a.docx", lambda: document(word_table(word_cell("&l9;")), LAUGHING)),
        "laughs in an attribute": ("a.xlsx", lambda: workbook('<row r="&l9;"/>', LAUGHING)),
        "laughs in an open sheet": ("a.ods", lambda: ods(BEGIN + f">{ods_cell('&l9;')}{END}", LAUGHING)),
        "declaration of relationships": ("a.xlsx", lambda: zipped(workbook_parts(sheet_of(""), **listed))),
        "entity that nobody declared": ("a.xlsx", lambda: workbook(ROW)),
    }


def kinds() -> dict[str, File]:
    manifest = {"META-INF/manifest.xml": '<m xmlns="urn:m"><encryption-data/></m>'}
    macros: dict[str, bytes | str] = {"xl/vbaProject.bin": b"x"}
    return {
        "empty workbook": ("a.xlsx", lambda: b""),
        "empty text": ("a.csv", lambda: b""),
        "only empty lines": ("a.csv", lambda: b"\n\n,,\n"),
        "password on a workbook": ("a.xlsx", lambda: PASSWORD),
        "password on a document": ("a.docx", lambda: PASSWORD),
        "password on an open sheet": ("a.ods", lambda: ods("", **manifest)),
        "old workbook": ("a.xls", lambda: OLE + b"\0" * 1_000),
        "old document": ("a.doc", lambda: OLE + b"\0" * 1_000),
        "macros": ("a.xlsm", lambda: zipped({**workbook_parts(sheet_of("")), **macros})),
        "macros under another name": ("a.xlsx", lambda: zipped({**workbook_parts(sheet_of("")), **macros})),
        "workbook named as text": ("a.csv", honest_workbook),
        "workbook named as a document": ("a.docx", honest_workbook),
        "document named as a workbook": ("a.xlsx", honest_document),
        "text named as a workbook": ("a.xlsx", lambda: b"ref,title\n1,a\n"),
        "PDF": ("a.pdf", lambda: b"%PDF-1.7\n..."),
        "PDF named as a document": ("a.docx", lambda: b"%PDF-1.7\n..."),
        "rich text": ("a.rtf", lambda: b"{\\rtf1 text}"),
        "web page named as text": ("a.csv", lambda: b"<!DOCTYPE html><table><tr><td>a</table>"),
        "picture named as text": ("a.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20),
        "nothing but NULs": ("a.csv", lambda: b"\0" * 5_000),
        "no ending": ("file", lambda: b"ref,title\n"),
        "script": ("a.py", lambda: b"print()"),
        "larger than any upload": ("a.csv", lambda: b"a,b\n" * 14_000_000),
    }


def texts_and_sheets() -> dict[str, File]:
    far = '<row r="1"><c r="GR1"><v>1</v></c></row><row r="99999"><c><v>1</v></c></row>'
    filled = f'<row r="1">{X}</row><row r="20000"><c r="GR20000"><v>1</v></c></row>'
    merged = "<mergeCells>" + '<mergeCell ref="A1:GR20000"/>' * 1_000 + "</mergeCells>"
    rows, cells = 'table:number-rows-repeated="1048576"', 'table:number-columns-repeated="99999999"'
    sheet = f'<table:table table:name="{{}}"><table:table-row>{ods_cell("x")}{END}'
    twins = sheets_of('<sheet name="One" r:id="r1"/><sheet name="One" r:id="r1"/>')
    elsewhere = f'<Relationship Id="r1" Type="{OFFICE}/worksheet" TargetMode="External" Target="http://127.0.0.1:9/x"/>'
    one = workbook_parts(sheet_of(f"<row>{X}</row>"))
    return {
        "quote that is never closed": ("a.csv", lambda: b'ref,title\n1,"a\n' + b"2,b\n" * 50),
        "cell that never ends": ("a.csv", lambda: b"ref\n" + b"x" * 40_000 + b"\n"),
        "text of too many columns": ("a.csv", lambda: b"," * 300 + b"x\n"),
        "text of too many rows": ("a.csv", lambda: b"a,b\n" * 100_001),
        "a million columns": ("a.xlsx", lambda: workbook(f'<row r="1">{X.replace("A1", "XFD1")}</row>')),
        "a million rows": ("a.xlsx", lambda: workbook('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')),
        "rows that their cells deny": ("a.xlsx", lambda: workbook('<row r="1"><c r="A1048576"><v>1</v></c></row>')),
        "cells far apart": ("a.xlsx", lambda: workbook(far)),
        "areas merged over and over": ("a.xlsx", lambda: workbook(filled, after=merged)),
        "row repeated without end": ("a.ods", lambda: ods(f"{BEGIN} {rows}>{ods_cell('x')}{END}")),
        "cell repeated without end": ("a.ods", lambda: ods(f"{BEGIN}>{ods_cell('x', cells)}{END}")),
        "51 sheets": ("a.ods", lambda: ods("".join(sheet.format(number) for number in range(51)))),
        "elements in elements": ("a.xlsx", lambda: workbook(f"<row>{'<c>' * DEEP}{'</c>' * DEEP}</row>")),
        "sheets of one name": ("a.xlsx", lambda: zipped({**one, "xl/workbook.xml": twins})),
        "sheet that is missing": ("a.xlsx", lambda: zipped({k: v for k, v in one.items() if k != SHEET})),
        "sheet elsewhere": (
            "a.xlsx",
            lambda: zipped({**one, "xl/_rels/workbook.xml.rels": RELS.format(elsewhere)}),
        ),
    }


def documents() -> dict[str, File]:
    nested = "<w:tbl><w:tr><w:tc>" * DEEP + "</w:tc></w:tr></w:tbl>" * DEEP
    return {
        "tables in tables": ("a.docx", lambda: document(nested)),
        "document without a table": ("a.docx", lambda: document("<w:p><w:r><w:t>text</w:t></w:r></w:p>")),
        "table of too many columns": ("a.docx", lambda: document(word_table("".join([word_cell("x")] * 201)))),
        "table of too many rows": ("a.docx", lambda: document(word_table(*[word_cell("x")] * 100_001))),
        "text that goes on everywhere": (
            "a.docx",
            lambda: document(
                word_table(*[word_cell("x" * 30_000, '<w:gridSpan w:val="2"/>') + word_cell("y")] * 2_000)
            ),
        ),
    }


def cut() -> dict[str, File]:
    """Honest files that end at each tenth."""
    return {
        f"{name} cut after {tenth} tenths": (name, lambda make=make, tenth=tenth: make()[: len(make()) * tenth // 10])
        for name, make in (("a.xlsx", honest_workbook), ("a.docx", honest_document))
        for tenth in range(1, 10)
    }


REFUSED = {**containers(), **declarations(), **kinds(), **texts_and_sheets(), **documents(), **cut()}


def read_with_care() -> dict[str, File]:
    """Files that look like harm and do none: each is one cell with an x."""
    claim = (
        f'<worksheet {S}><dimension ref="A1:XFD1048576"/><sheetData><row r="1">{X}<c r="XFD1" s="0"/></row></sheetData>'
    )
    picture = f'<Relationship Id="r1" Type="{OFFICE}/image" TargetMode="External" Target="http://127.0.0.1:9/x"/>'
    styled = word_cell("x").replace("<w:p>", '<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr>')
    styles = {
        "word/styles.xml": f'<w:styles {W}><w:style w:styleId="a"><w:basedOn w:val="a"/></w:style></w:styles>',
        "word/_rels/document.xml.rels": RELS.format(
            f'<Relationship Id="r1" Type="{OFFICE}/styles" Target="styles.xml"/>'
        ),
    }
    return {
        "a million styles": ("a.xlsx", many_styles),
        "a claim of a million columns": ("a.xlsx", lambda: zipped(workbook_parts(f"{claim}</worksheet>"))),
        "a span without end": (
            "a.docx",
            lambda: document(word_table(word_cell("x", '<w:gridSpan w:val="999999999"/>'))),
        ),
        "a picture from elsewhere": (
            "a.docx",
            lambda: document(word_table(word_cell("x")), **{"word/_rels/document.xml.rels": RELS.format(picture)}),
        ),
        "a style based on itself": ("a.docx", lambda: document(word_table(styled), **styles)),
    }


READ = read_with_care()
