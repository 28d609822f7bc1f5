"""Every error has a stable code and a status somebody chose."""

import pytest

from acd.domain import errors
from acd.web import problems


def code_of(kind: type[errors.AcdError]) -> str:
    return kind.code


KINDS = sorted(set(problems.answerable()) - {errors.AcdError}, key=code_of)


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_status_of_its_own_or_its_family(kind: type[errors.AcdError]) -> None:
    family = [parent.code for parent in kind.__mro__ if issubclass(parent, errors.AcdError)]
    assert any(code in problems.STATUS for code in family if code != "internal"), (
        f"give {kind.code} a status in acd/web/problems.py"
    )
    status = problems.status_of(kind)
    assert status in problems.TITLES
    assert 400 <= status < 600
    if kind.retryable:
        assert status in {409, 429, 503}


def test_codes_are_unique() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(codes) == len(set(codes))


def test_a_problem_names_the_fields() -> None:
    error = errors.InvalidInput(errors=({"field": "a.b", "code": "missing", "message": "Needed."},))
    problem = problems.problem_of(error, instance="rq_1")
    assert problem.status == 422
    assert problem.type == "urn:acd:problem:invalid_input"
    assert problem.instance == "urn:acd:request:rq_1"
    assert [field.field for field in problem.errors] == ["a.b"]


def test_too_many_says_when() -> None:
    response = problems.response_of(errors.TooMany(retry_after_s=2.2), instance="rq_1")
    assert response.status == 429
    assert response.headers["Retry-After"] == "3"
    assert response.content_type == "application/problem+json"
