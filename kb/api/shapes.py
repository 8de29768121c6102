"""The words in which schemas of OpenAPI are written: texts, numbers, lists, things with fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
AMOUNT: Schema = {"type": "number"}
YES_OR_NO: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}


def one_of(values: Iterable[str]) -> Schema:
    return {"type": "string", "enum": [str(value) for value in values]}


def list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def or_nothing(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def named(name: str) -> Schema:
    """A schema that stands among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def thing(fields: dict[str, Schema], *, optional: Iterable[str] = ()) -> Schema:
    """An object with these fields and no others."""
    required = [name for name in fields if name not in set(optional)]
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def page_of(name: str, schema: Schema) -> Schema:
    """One page of a list."""
    return thing({"total": NUMBER, "page": NUMBER, "pages": NUMBER, name: list_of(schema)})
