from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from interface.visitors import identify, owner_of

BROWSER = "b" * 32


def request(username: str | None) -> Any:
    return cast("Any", SimpleNamespace(username=username))


def test_a_new_browser_gets_an_id_that_it_keeps() -> None:
    fresh = identify(None)
    assert len(fresh) == 32
    assert fresh != identify(None)
    assert identify(fresh) == fresh


@pytest.mark.parametrize("value", [5, "", "short", "a" * 65, "é" * 32, "a" * 31 + "\n", ["x"]])
def test_an_id_that_this_page_never_gave_is_replaced_and_owns_nothing(value: object) -> None:
    assert identify(value) != value
    assert owner_of(value, request(None)) is None


def test_who_signed_in_owns_things_by_name_in_every_browser() -> None:
    assert owner_of(BROWSER, request("anna")) == "user:anna"
    assert owner_of(None, request("anna")) == "user:anna"


def test_a_browser_owns_things_by_a_hash_that_does_not_tell_its_id() -> None:
    owner = owner_of(BROWSER, request(None))
    assert owner is not None
    assert owner.startswith("browser:")
    assert BROWSER not in owner
    assert owner == owner_of(BROWSER, None)
    assert owner != owner_of("c" * 32, None)


def test_a_browser_cannot_pass_as_somebody_who_signed_in() -> None:
    assert owner_of("user:anna", request(None)) is None
