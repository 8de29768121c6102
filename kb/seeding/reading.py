"""Reading YAML into entries; whatever is wrong is said with its file, entry and field."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from datetime import date
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

try:  # in C where there is one: several times as fast
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

from kb import dates
from kb.dates import StatedDate
from kb.errors import KnowledgeBaseError
from kb.seeding.entries import UNWRITTEN, Written

if TYPE_CHECKING:
    from pathlib import Path

E = TypeVar("E")
# The fields by which a message names an entry, the first that it has; what stands inside one is named by its place.
NAMING = ("ref", "action", "indicator", "response")


class Malformed(KnowledgeBaseError):
    """A seed file cannot be used; nothing was loaded."""

    def __init__(self, file: str, entry: str, field: str, problem: str) -> None:
        place = ", ".join(part for part in (file, entry, f"field “{field}”" if field else "") if part)
        super().__init__(f"{place}: {problem}")
        self.file = file
        self.entry = entry
        self.field = field


class _Strings(SafeLoader):
    """YAML in which a repeated key is an error, and dates stay the words that were written."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


_Strings.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_file(path: Path, file: str) -> dict[str, Any]:
    """The mapping that a YAML file holds; `file` is its name in messages. Raises Malformed."""
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=_Strings)  # noqa: S506 (a SafeLoader)
    except UnicodeDecodeError as error:
        raise Malformed(file, "", "", "this is not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise Malformed(file, "", "", " ".join(str(error).split())) from error
    if not isinstance(found, dict):
        raise Malformed(file, "", "", "a mapping of names to values is needed")
    return found


def entries(kind: type[E], data: dict[str, Any], name: str, file: str) -> tuple[E, ...]:
    """The list of entries that stands under a name of the file; entries without a document take the file's."""
    listed = data.get(name, [])
    if not isinstance(listed, list):
        raise Malformed(file, "", name, "a list is needed")
    default = data.get("document") or (data.get("from") or {}).get("document", "")
    return tuple(
        entry(kind, item, file, f"{name} {number}", default_document=default) for number, item in enumerate(listed, 1)
    )


def entry(kind: type[E], data: Any, file: str, name: str, *, default_document: str = "") -> E:
    """One entry of a kind. Raises Malformed when a field is missing, unknown or of the wrong type."""
    if not isinstance(data, dict):
        raise Malformed(file, name, "", "named fields are needed")
    is_written = issubclass(kind, Written)
    if is_written:
        name = next((data[field] for field in NAMING if isinstance(data.get(field), str)), name)
    known = _fields(typing.cast("Any", kind))
    for field in data:
        if field not in known:
            raise Malformed(file, name, str(field), f"there is no such field; known are {', '.join(sorted(known))}")
    values: dict[str, Any] = {"file": file} if is_written else {}
    for field, (attribute, wanted, required) in known.items():
        if field in data:
            values[attribute] = _value(wanted, data[field], file, name, field, default_document)
        elif field == "document" and default_document:
            values[attribute] = default_document
        elif required:
            raise Malformed(file, name, field, "this field is missing")
    return kind(**values)


@cache
def _fields(kind: Any) -> dict[str, tuple[str, Any, bool]]:
    """For each field of the YAML its attribute, its type and whether it is required."""
    hints = typing.get_type_hints(kind)
    return {
        field.name.removesuffix("_"): (
            field.name,
            hints[field.name],
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING,
        )
        for field in dataclasses.fields(kind)
        if not field.metadata.get(UNWRITTEN)
    }


def _value(wanted: Any, value: Any, file: str, name: str, field: str, document: str) -> Any:
    """The value as the type that the entry wants, or Malformed."""
    if isinstance(wanted, types.UnionType):
        wanted = next(part for part in typing.get_args(wanted) if part is not type(None))
    if typing.get_origin(wanted) is tuple:
        if not isinstance(value, list):
            raise Malformed(file, name, field, "a list is needed")
        inner = typing.get_args(wanted)[0]
        return tuple(_value(inner, item, file, name, field, document) for item in value)
    if dataclasses.is_dataclass(wanted) and wanted is not StatedDate:
        return entry(typing.cast("type[Any]", wanted), value, file, f"{name}, {field}", default_document=document)
    return _scalar(wanted, value, file, name, field)


def _scalar(wanted: Any, value: Any, file: str, name: str, field: str) -> Any:
    if wanted is StatedDate:
        try:
            return dates.parse(_scalar(str, value, file, name, field))
        except ValueError as error:
            raise Malformed(file, name, field, str(error)) from error
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        if value in tuple(wanted):
            return wanted(value)
        raise Malformed(file, name, field, f"“{value}” is not one of {', '.join(wanted)}")
    if wanted is str and isinstance(value, str) and value.strip():
        return value.strip()
    if wanted in (int, bool) and type(value) is wanted:
        return value
    if wanted is float and type(value) in (int, float) and math.isfinite(value):
        return float(value)
    if wanted is date and isinstance(value, str) and (day := _day(value)):
        return day
    words = {
        str: "text (in quotes if it looks like a number)",
        int: "a whole number",
        bool: "true or false",
        float: "a number",
        date: "a day in quotes, such as “2021-03-31”,",
    }
    raise Malformed(file, name, field, f"{words[wanted]} is needed, not {value!r}")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
