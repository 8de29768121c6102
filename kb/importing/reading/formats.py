"""Recognises a file by what it holds, and says of others what to save them as."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from kb.errors import Unreadable
from kb.importing.reading.container import protected
from kb.importing.reading.parsing import tree
from kb.words import gettext

if TYPE_CHECKING:
    import zipfile


class Format(StrEnum):
    """What is read, by the ending of its name."""

    XLSX = ".xlsx"
    ODS = ".ods"
    CSV = ".csv"
    DOCX = ".docx"


ENDINGS = {".xlsx": Format.XLSX, ".ods": Format.ODS, ".docx": Format.DOCX}
TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".tab")
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEAD = 4_096
OFFICE = "application/vnd.openxmlformats-officedocument."
MAIN_PARTS = {
    f"{OFFICE}spreadsheetml.sheet.main+xml": Format.XLSX,
    f"{OFFICE}wordprocessingml.document.main+xml": Format.DOCX,
}
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
OLD_WORD = (".doc", ".dot", ".docx", ".rtf", ".odt", ".pages")


def is_zip(head: bytes, ending: str) -> bool:
    """Whether the file is a zip container, and not text; whatever is neither is refused."""
    if not head:
        raise Unreadable(gettext("This file is empty. Check that it is the right one, and save it again."))
    if head.startswith(OLE):
        raise _old_or_protected(head, ending)
    if head.startswith(b"%PDF"):
        raise Unreadable(
            gettext(
                "This is a PDF, from which tables cannot be read. Choose the Word or Excel file that it was made from."
            )
        )
    if head.startswith(b"{\\rtf"):
        raise _save_as_word()
    if head.startswith(ZIP):
        return True
    if ending in ENDINGS:
        raise Unreadable(
            gettext(
                "The name of this file ends in %(ending)s, but it is damaged or something else. "
                "Open it in Excel, Word or LibreOffice and save it again.",
                ending=ending,
            )
        )
    if ending not in TEXT_ENDINGS:
        raise _other(ending)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise Unreadable(
            gettext(
                "This is a web page or XML, not a table. Open it in Excel or LibreOffice and save it as .xlsx or .csv."
            )
        )
    return False


def format_of(archive: zipfile.ZipFile, ending: str) -> Format:
    """Which of the formats the container holds; the ending must say the same."""
    found = _open_document(archive) or _office(archive)
    if found is None:
        raise Unreadable(
            gettext(
                "This is a zip file, but neither a workbook nor a document. Unpack it and choose the files one by one."
            )
        )
    if ENDINGS.get(ending) is not found:
        raise Unreadable(
            gettext(
                "The name of this file ends in “%(ending)s”, but it is a file of the kind %(found)s. "
                "Give it a name that ends in %(found)s and choose it again.",
                ending=ending,
                found=str(found),
            )
        )
    return found


def _open_document(archive: zipfile.ZipFile) -> Format | None:
    if "mimetype" not in archive.NameToInfo or archive.NameToInfo["mimetype"].file_size > HEAD:
        return None
    kind = archive.read("mimetype").decode("ascii", "replace").strip()
    if not kind.startswith(OPEN_DOCUMENT):
        return None
    if "META-INF/manifest.xml" in archive.NameToInfo:
        manifest = tree(archive, "META-INF/manifest.xml")
        if next(manifest.iter("{*}encryption-data", "{*}encrypted-key"), None) is not None:
            raise protected()
    if kind.removeprefix(OPEN_DOCUMENT) == "spreadsheet":
        return Format.ODS
    if kind.removeprefix(OPEN_DOCUMENT).startswith("text"):
        raise _save_as_word()
    raise _other(".odf")


def _office(archive: zipfile.ZipFile) -> Format | None:
    if "[Content_Types].xml" not in archive.NameToInfo:
        return None
    kinds = {
        one.get("ContentType", "").strip()
        for one in tree(archive, "[Content_Types].xml").iter("{*}Override", "{*}Default")
    }
    if any("macroenabled" in kind.lower() or "vbaproject" in kind.lower() for kind in kinds) or any(
        name.lower().endswith("vbaproject.bin") for name in archive.NameToInfo
    ):
        raise Unreadable(
            gettext("This file has macros, and such files are not read. Save it without them, as .xlsx or .docx.")
        )
    return next((made for kind, made in MAIN_PARTS.items() if kind in kinds), None)


def _old_or_protected(head: bytes, ending: str) -> Unreadable:
    if ending in (".xlsx", ".docx") or "EncryptedPackage".encode("utf-16-le") in head:
        return protected()
    if ending in OLD_WORD:
        return _save_as_word()
    return Unreadable(
        gettext("This file is in the old format of Excel. Open it and save it as “Excel Workbook (.xlsx)”.")
    )


def _save_as_word() -> Unreadable:
    return Unreadable(gettext("This kind of document is not read. Open it and save it as “Word Document (.docx)”."))


def _other(ending: str) -> Unreadable:
    return Unreadable(
        gettext(
            "Files of the kind “%(ending)s” are not read. Save it as .xlsx, .ods, .csv or .docx and choose that file.",
            ending=ending,
        )
        if ending
        else gettext("The name of this file has no ending. Read are .xlsx, .ods, .csv and .docx files.")
    )
