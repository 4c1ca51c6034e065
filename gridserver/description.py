"""What the centre's doors take and answer, as OpenAPI 3.1: for whoever writes a desk, and for machines that try
every door with what nobody thought of.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gridserver.errors import REASONS, STATUS
from gridworker.protocol.codec import JSON, OCTETS
from gridworker.protocol.sync import Problem

_REFERENCE = "#/components/schemas/{model}"
_ANY: dict[str, Any] = {JSON: {"schema": {}}}


def describe(routers: Sequence[APIRouter]) -> dict[str, Any]:
    """The description of every door of the *routers*; the centre tells it to anybody at ``/openapi.json``."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    shapes: set[type[BaseModel]] = {Problem, *(shape for route in routes for shape in _shapes(route.dependant))}
    named = sorted(shapes, key=lambda shape: shape.__name__)
    _, schemas = models_json_schema([(shape, "validation") for shape in named], ref_template=_REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        for method in sorted(route.methods or ()):
            paths.setdefault(route.path_format, {})[method.lower()] = _operation(route, with_bodies=method != "HEAD")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gridworker centre", "version": "1", "description": _ABOUT},
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"device": {"type": "http", "scheme": "bearer"}},
        },
    }


_ABOUT = (
    "Bodies are JSON, plain or with Content-Encoding: zstd; unknown keys are left alone. Every answer carries"
    " X-Gridworker. What is not served is told as a Problem."
)


def _operation(route: APIRoute, *, with_bodies: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": route.unique_id,
        "summary": (route.description or route.name).partition("\n")[0],
        "parameters": [_in_path(name.name) for name in route.dependant.path_params],
        "responses": {**_problems(), **_answers(route)},
    }
    if not with_bodies:
        told["responses"] = {status: {**each, "content": {}} for status, each in told["responses"].items()}
    if shapes := list(_shapes(route.dependant)):
        reference = _REFERENCE.format(model=shapes[0].__name__)
        told["requestBody"] = {"required": True, "content": {JSON: {"schema": {"$ref": reference}}}}
    elif _takes_octets(route.dependant):
        binary = {"schema": {"type": "string", "format": "binary"}}
        told["requestBody"] = {"required": True, "content": {OCTETS: binary}}
    return told


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _answers(route: APIRoute) -> dict[str, Any]:
    """What a door says of its own answers, and 200 with JSON where it says nothing."""
    said = {str(status): dict(answer) for status, answer in route.responses.items()}
    for answer in said.values():
        answer.setdefault("description", "As asked.")
    return said or {"200": {"description": "As asked.", "content": _ANY}}


def _problems() -> dict[str, Any]:
    """Every refusal that there is: which of them a door can meet is no promise."""
    content = {JSON: {"schema": {"$ref": _REFERENCE.format(model=Problem.__name__)}}}
    codes: dict[int, list[str]] = {}
    for error, status in STATUS.items():
        if status < 500 or error == "busy":  # what is broken is never promised
            codes.setdefault(status, []).append(error)
    return {
        str(status): {"description": "; ".join(f"{error}: {REASONS[error]}" for error in errors), "content": content}
        for status, errors in sorted(codes.items())
    }


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for each in dependant.dependencies:
        if each.call is not None:
            yield each.call
        yield from _calls(each)


def _shapes(dependant: Dependant) -> Iterator[type[BaseModel]]:
    """The message that a door reads (``doors.message``)."""
    for call in _calls(dependant):
        shape = getattr(call, "shape", None)
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            yield shape


def _takes_octets(dependant: Dependant) -> bool:
    return any(getattr(call, "octets", False) for call in _calls(dependant))


def answers(status: int, media: str = "", headers: Mapping[str, str] | None = None) -> dict[int | str, dict[str, Any]]:
    """For a door's ``responses``: what it answers when all is well; *headers*: name to what it says."""
    content = {"content": {media: {"schema": {"type": "string"}}}} if media else {}
    named = {name: {"description": words, "schema": {"type": "string"}} for name, words in (headers or {}).items()}
    return {status: {"description": "As asked.", **content, **({"headers": named} if named else {})}}
