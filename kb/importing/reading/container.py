"""Checks the zip container of a workbook or a document before any parser sees it.

Nothing that the container says of itself is believed: every part is unpacked once, in small pieces that are counted
and thrown away, so that a bomb is noticed before it has gone off.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO

from kb.errors import Unreadable
from kb.importing.reading.limits import (
    ALWAYS_UNPACKED,
    HIGHEST_RATIO,
    LARGEST_DIRECTORY,
    MOST_ENTRIES,
    MOST_UNPACKED,
)
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 1 << 16
END = struct.Struct("<4s4H2LH")
LOCATOR = struct.Struct("<4sLQL")
WIDE_END = struct.Struct("<4sQ2H2L4Q")
LOCAL = struct.Struct("<4s5H3L2H")
LONGEST_COMMENT = 1 << 16
ENCRYPTED = 0x1 | 0x40
IN_UTF_8 = 0x800
DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
LONGEST_DECLARATION = 32
ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{0,40})["']""", re.IGNORECASE)
# Others could hide a declaration from the search for it.
ENCODINGS = (b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252")
XML_NAMES = (".xml", ".rels", ".vml")


def checked(file: BinaryIO) -> zipfile.ZipFile:
    """The container, if it is safe to give to a parser; else the reason why not, as `Unreadable`."""
    _check_directory(file)
    try:
        archive = zipfile.ZipFile(file)
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError) as error:
        raise _damaged() from error
    if len(entries) > MOST_ENTRIES:
        raise _too_many()
    _check_names([entry.orig_filename for entry in entries])
    _check_parts(file, archive, entries)
    return archive


def _check_directory(file: BinaryIO) -> None:
    """Its size and count as it states them, so that a directory of millions is not even listed."""
    size = file.seek(0, 2)
    start = max(0, size - LONGEST_COMMENT - END.size)
    file.seek(start)
    tail = file.read()
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) - found < END.size:
        raise _damaged()
    _, _, _, _, entries, length, _, _ = END.unpack_from(tail, found)
    wide = found - LOCATOR.size
    if wide >= 0 and tail[wide : wide + 4] == b"PK\x06\x07":
        file.seek(min(LOCATOR.unpack_from(tail, wide)[2], size))
        record = file.read(WIDE_END.size)
        if len(record) < WIDE_END.size:
            raise _damaged()
        entries, length = WIDE_END.unpack(record)[7:9]
    if entries > MOST_ENTRIES or length > LARGEST_DIRECTORY:
        raise _too_many()
    file.seek(0)


def _check_names(names: list[str]) -> None:
    seen = set()
    for name in names:
        parts = name.replace("\\", "/").split("/")
        if "\0" in name or parts[0] == "" or ":" in parts[0] or ".." in parts:
            raise Unreadable(gettext("This file names parts outside itself, which no program does that saves tables."))
        if name.casefold() in seen:
            raise _damaged()
        seen.add(name.casefold())


def _check_parts(file: BinaryIO, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    packed, unpacked, free_from = 0, 0, 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.flag_bits & ENCRYPTED:
            raise protected()
        if entry.header_offset < free_from:
            raise _damaged()
        begin = _begin_of_data(file, entry)
        if begin + entry.compress_size > archive.start_dir:
            raise _damaged()
        free_from = begin + entry.compress_size
        packed += entry.compress_size
        unpacked = _check_part(file, entry, begin, packed, unpacked)


def _begin_of_data(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    file.seek(entry.header_offset)
    header = file.read(LOCAL.size)
    if len(header) < LOCAL.size or header[:4] != b"PK\x03\x04":
        raise _damaged()
    _, _, flags, method, _, _, _, _, _, name, extra = LOCAL.unpack(header)
    if flags & ENCRYPTED:
        raise protected()
    called = file.read(name).decode("utf-8" if entry.flag_bits & IN_UTF_8 else "cp437", "replace")
    if method != entry.compress_type or called != entry.orig_filename:
        raise _damaged()
    return entry.header_offset + LOCAL.size + int(name) + int(extra)


def _check_part(file: BinaryIO, entry: zipfile.ZipInfo, begin: int, packed: int, unpacked: int) -> int:
    """Unpack one part and throw it away; how much has been unpacked with it."""
    check, size, before = 0, 0, b""
    is_xml = entry.filename.lower().endswith(XML_NAMES)
    for piece in _telling(_pieces(file, entry, begin)):
        if not size:
            is_xml = is_xml or _looks_like_xml(piece)
            _check_encoding(piece, is_xml=is_xml)
        check = zlib.crc32(piece, check)
        size += len(piece)
        unpacked += len(piece)
        if unpacked > MOST_UNPACKED or unpacked > max(HIGHEST_RATIO * packed, ALWAYS_UNPACKED):
            raise Unreadable(
                gettext(
                    "This file unpacks to far more than its size. If it is a real one, delete what is not needed, "
                    "such as pictures and empty formatted rows, and save it again."
                )
            )
        if is_xml:
            before = _check_declarations(before + piece.replace(b"\0", b""))
    if size != entry.file_size or check != entry.CRC:
        raise _damaged()
    return unpacked


def _telling(pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    except zlib.error as error:
        raise _damaged() from error


def _pieces(file: BinaryIO, entry: zipfile.ZipInfo, begin: int) -> Iterator[bytes]:
    """What the part really holds, whatever length it claims."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _damaged()
    file.seek(begin)
    left = entry.compress_size
    inflate = zlib.decompressobj(-15)
    while left:
        data = file.read(min(PIECE, left))
        left -= len(data)
        if not data or inflate.eof:
            raise _damaged()
        if entry.compress_type == zipfile.ZIP_STORED:
            yield data
        else:
            yield from _inflated(inflate, data)
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        # What is left in the machine is at most a few hundred bytes.
        yield inflate.flush()
        if not inflate.eof or inflate.unused_data:
            raise _damaged()


def _inflated(inflate: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """What comes out for this, in pieces; once the stream has ended nothing does, however often it is asked."""
    while data and not inflate.eof:
        yield inflate.decompress(data, PIECE)
        data = inflate.unconsumed_tail


def _looks_like_xml(piece: bytes) -> bool:
    return piece.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")


def _check_encoding(piece: bytes, *, is_xml: bool) -> None:
    if not is_xml or not piece:
        return
    declared = ENCODING.match(piece.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n"))
    is_known = declared is None or declared[1].lower() in ENCODINGS
    if not (_looks_like_xml(piece) and is_known) or piece.startswith((b"\0\0", b"<\0\0", b"\xff\xfe\0\0")):
        raise _damaged()


def _check_declarations(text: bytes) -> bytes:
    """Refuse declarations, through which a part could ask for other files. Gives the end, where one may begin."""
    if DECLARATION.search(text):
        raise Unreadable(
            gettext(
                "This file declares entities, which no program does that saves tables and which can do harm. "
                "Open it in Excel, Word or LibreOffice and save it again."
            )
        )
    return text[-LONGEST_DECLARATION:]


def protected() -> Unreadable:
    """Why a file with a password is not read."""
    return Unreadable(
        gettext("This file is protected by a password. Open it, remove the password, save it and choose it again.")
    )


def _damaged() -> Unreadable:
    return Unreadable(
        gettext(
            "This file is damaged or was not copied whole. "
            "Open it in Excel, Word or LibreOffice, save it again under another name and choose that file."
        )
    )


def _too_many() -> Unreadable:
    return Unreadable(
        gettext(
            "This file is made of more than %(most)s parts. Copy the tables into a new file and choose that one.",
            most=f"{MOST_ENTRIES:,}",
        )
    )
