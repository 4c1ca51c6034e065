"""Every door, tried with what nobody thought of: none breaks, and none answers what it does not say."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gridserver.app import ROUTERS
from gridserver.description import describe
from gridserver.doors import message
from gridserver.errors import STATUS
from gridworker.protocol.sync import Push
from tests.helpers.centre import Centre
from tests.helpers.writer import GRID, Writer

PROMISES = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
TRIES = 12
"""A door; ``make check`` is no place for a siege."""


@pytest.fixture
def doors(centre: Centre) -> dict[str, Any]:
    """What the centre says of itself."""
    centre.district()
    return centre.session().get(f"{centre.address}/openapi.json").json()


def test_every_door_says_what_it_takes_and_answers(doors: dict[str, Any]) -> None:
    paths = doors["paths"]
    assert {"/sync/v1/push", "/sync/v1/pull", "/people/v1/enrol", "/healthz"} <= paths.keys()
    push = paths["/sync/v1/push"]["post"]
    assert push["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/Push")
    assert {"groups", "epoch", "clock"} <= doors["components"]["schemas"]["Push"]["properties"].keys()
    assert set(push["responses"]) >= {str(status) for status in STATUS.values() if status < 500}
    nameless = [path for path, told in paths.items() if not all(each["summary"] for each in told.values())]
    assert nameless == []


def test_a_door_that_reads_a_message_is_known_by_its_shape() -> None:
    assert message(Push).shape is Push  # type: ignore[attr-defined]


def test_no_door_breaks_whatever_comes_in(doors: dict[str, Any], centre: Centre) -> None:
    schema = schemathesis.openapi.from_dict(doors)
    wang = Writer.at(centre, "wang", "grid_worker", GRID)
    stranger, known = centre.session(), centre.session(wang.desk)
    tried: list[int] = []

    for operation in (found.ok() for found in schema.get_all_operations()):

        @settings(
            max_examples=TRIES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def try_it(case: Any) -> None:
            for session in (stranger, known):
                answer = case.call(base_url=centre.address, session=session, headers={"Accept-Encoding": "identity"})
                case.validate_response(answer, checks=PROMISES)
                assert answer.headers["x-gridworker"] == ["1"]
                tried.append(answer.status_code)

        given(case=operation.as_strategy())(try_it)()
    assert len(tried) > 20 * TRIES
    assert {400, 401, 404} <= set(tried)


def test_the_description_is_the_applications_own(centre: Centre, doors: dict[str, Any]) -> None:
    assert describe(ROUTERS) == doors
