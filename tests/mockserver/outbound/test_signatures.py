"""Deliveries are signed as the Standard Webhooks specification has it."""

from __future__ import annotations

import pytest

from mockserver.outbound.signatures import key_of, secret_of, signed
from tests.mockserver.control.conftest import Control
from tests.mockserver.outbound.receiver import Receiver
from tests.support import Ask


def test_the_example_of_the_specification() -> None:
    """The reference libraries test with these values."""
    headers = signed(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_world_has_its_secret() -> None:
    """The same on every machine, and another for each world."""
    assert secret_of("0", "main") == secret_of("0", "main")
    assert len({secret_of("0", "main"), secret_of("0", "w1"), secret_of("1", "main")}) == 3
    assert len(key_of(secret_of("0", "main"))) == 32


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!", "whsec_QQ=="])
def test_wrong_secrets_are_refused(secret: str) -> None:
    """A secret has 24 to 64 bytes in Base64."""
    with pytest.raises(ValueError, match="secret"):
        key_of(secret)


def test_deliveries_are_signed(api: Ask, control: Control, receiver: Receiver) -> None:
    """With the secret that the control API shows, over the bytes of the body."""
    api("POST", "/subscriptions", json={"url": receiver.url})
    [got] = receiver.wait(1)
    wanted = signed(
        control.world("/deliveries")["secret"],
        got.headers["webhook-id"],
        int(got.headers["webhook-timestamp"]),
        got.body,
    )
    assert wanted.items() <= got.headers.items()
