"""`mockserver mcp` as an agent uses it: the library's own client, over stdin and stdout of a process."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT, LiveMock, run_mock

mcp = pytest.importorskip("mcp")
stdio = pytest.importorskip("mcp.client.stdio")

Ask = Callable[..., Awaitable[tuple[bool, str]]]


def _as_agent(talk: Callable[[Any, Ask], Awaitable[None]], *arguments: str) -> None:
    """Start the server, and talk to it; `ask` returns whether a tool refused, and its text."""

    async def session() -> None:
        process = stdio.StdioServerParameters(
            command=sys.executable, args=["-m", "mockserver", "mcp", *arguments], cwd=str(ROOT)
        )
        async with stdio.stdio_client(process) as streams, mcp.ClientSession(*streams) as client:
            await client.initialize()

            async def ask(tool: str, **named: Any) -> tuple[bool, str]:
                result = await client.call_tool(tool, named)
                return bool(result.is_error), "".join(part.text for part in result.content)

            await talk(client, ask)

    asyncio.run(asyncio.wait_for(session(), 60))


def test_an_agent_works_with_a_running_mock(live_mock: LiveMock) -> None:
    """It reads, writes, moves time, injects faults, and sees why; refusals reach it in their own words."""

    async def talk(client: Any, ask: Ask) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert all(tool.description and tool.input_schema["type"] == "object" for tool in tools.values())
        assert tools["explain_request"].annotations.read_only_hint
        assert not tools["delete_record"].annotations.read_only_hint
        assert tools["change_record"].input_schema["required"] == ["collection", "key", "fields"]

        about = json.loads((await ask("describe_mock"))[1])
        assert about["url"] == live_mock.url
        trust = {"method": "post", "path": "/devices/trust", "user": "alice", "body": {"fingerprint": "fp-alice-ipad"}}
        sent = json.loads((await ask("send_request", **trust, world="agent"))[1])
        assert (sent["answer"]["status"], sent["verdict"]) == (200, "kept")
        await ask("advance_clock", by="P31D", world="agent")
        listed = json.loads((await ask("list_records", collection="devices", limit=1, world="agent"))[1])
        assert (listed["total"], len(listed["records"])) == (10, 1)
        await ask("set_faults", rules=[{"operation": "trustDevice", "status": 503, "times": 1}], world="agent")
        failed = json.loads((await ask("send_request", **trust, world="agent"))[1])
        assert failed["answer"]["status"] == 503
        assert "injected fault" in (await ask("explain_request", world="agent"))[1]
        expected = [{"operation": "trustDevice", "status": 200}, {"operation": "trustDevice", "status": 503}]
        assert '"verified": true' in (await ask("verify_requests", calls=expected, world="agent"))[1]
        assert json.loads((await ask("rewind_world", before=1, world="agent"))[1])["faults"] == 0

        wrong = await ask("change_record", collection="devices", key="dev-01", fields={"isTrusted": 3}, world="agent")
        assert wrong[0]
        assert "devices[0].isTrusted must be true or false, not 3" in wrong[1]
        assert (await ask("list_records", collection="nothing"))[0]

    _as_agent(talk, "--url", live_mock.url)


def test_an_agent_gets_a_mock_of_its_own(tmp_path: Path) -> None:
    """With the flags of `mock`; commands run apart, and take no flags from the agent."""
    contract = tmp_path / "pets.yaml"
    contract.write_bytes((ROOT / "tests/first_steps/pets.yaml").read_bytes())

    async def talk(_: Any, ask: Ask) -> None:
        about = json.loads((await ask("describe_mock"))[1])
        assert (about["title"], about["auth"]) == ("Pets", "off")
        assert "createPet" in (await ask("check_contract", contract=str(contract)))[1]
        assert (await ask("check_contract", contract="missing.yaml"))[1].endswith("exit code 2")
        for tool in ("check_contract", "run_contract_tests"):
            refused = await ask(tool, contract="--fixtures=/etc")
            assert refused[0]
            assert "is a flag" in refused[1]

    _as_agent(talk, str(contract), "--auth", "off")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [(("missing.yaml",), 3, "missing.yaml"), (("--url", "http://127.0.0.1:9"), 3, "127.0.0.1:9")],
)
def test_a_mock_that_cannot_be_used_ends_the_start(arguments: tuple[str, ...], code: int, words: str) -> None:
    """One line on standard error, since standard output is the agent's."""
    done = run_mock("mcp", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
