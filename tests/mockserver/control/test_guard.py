"""The control API answers this machine and the admin's token, never the page of another origin."""

from __future__ import annotations

import base64

import pytest

from tests.conftest import Build
from tests.mockserver.control.conftest import Control
from tests.support import bundled_settings

OURS = "http://127.0.0.1:4010"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": OURS}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://localhost:5173"}, 403),
        ({"Origin": "http://127.0.0.1:4011"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
    ],
)
def test_no_page_of_another_origin_changes_anything(control: Control, headers: dict[str, str], status: int) -> None:
    """Whatever another page sends says so; and no answer invites it to read."""
    answer = control("POST", "/worlds/main/reset", headers=headers)
    assert answer.status == status
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_link_may_be_followed(control: Control) -> None:
    """From a page anywhere: looking changes nothing, and the page cannot read the answer."""
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert control("GET", "/worlds", headers=followed).status == 200
    assert control("GET", "/worlds", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}).status == 403


@pytest.mark.parametrize("path", ["/worlds/main/reset", "/worlds/main/faults", "/reset"])
@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_what_a_form_can_send_is_refused(control: Control, path: str, media: str) -> None:
    """A call that changes something is JSON, or says nothing at all."""
    assert control("POST", path, headers={"Content-Type": media}).status == 415
    assert control("POST", "/reset").status == 200


def _basic(text: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer secret"}, 200),
        ({"Authorization": "bearer secret"}, 200),
        (_basic("anybody:secret"), 200),
        (_basic(":secret"), 200),
        ({}, 401),
        ({"Authorization": "Bearer other"}, 401),
        (_basic("secret:other"), 401),
        (_basic("secret"), 401),
        ({"Authorization": "Basic ?"}, 401),
        ({"Authorization": "Basic /w=="}, 401),
        ({"Authorization": "Digest secret"}, 401),
    ],
)
def test_the_admin_token_opens_the_surface(build: Build, headers: dict[str, str], status: int) -> None:
    """To other machines and by other names, with the token alone, which a browser asks its user for."""
    control = Control(build(bundled_settings(admin_token="secret")))
    answer = control("GET", "/worlds", headers={**headers, "Host": "mock.example"}, REMOTE_ADDR="203.0.113.9")
    assert answer.status == status
    assert ("www-authenticate" in answer.headers) is (status == 401)
    assert status == 200 or "ADMIN_TOKEN" in answer.json["detail"]


def test_the_admin_token_is_not_asked_of_this_machine_and_admits_no_other_origin(build: Build) -> None:
    """It is for strangers; a page elsewhere stays outside, whatever the browser sends along."""
    control = Control(build(bundled_settings(admin_token="secret")))
    assert control("GET", "/worlds").status == 200
    foreign = {**_basic(":secret"), "Origin": "https://evil.example"}
    assert control("GET", "/worlds", headers=foreign, REMOTE_ADDR="203.0.113.9").status == 403


def test_without_a_token_the_refusal_says_how_to_open(control: Control) -> None:
    """`--admin-token`."""
    refused = control("GET", "/worlds", REMOTE_ADDR="203.0.113.9")
    assert (refused.status, "--admin-token" in refused.json["detail"]) == (403, True)
