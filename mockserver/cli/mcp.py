"""`mockserver mcp`: the mock server as tools for coding agents, over the Model Context Protocol on stdin and stdout."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mockserver import __version__
from mockserver.cli.mcp_tools import tools
from mockserver.errors import MockError, UsageError, to_install
from mockserver.testing.client import MockRefused, MockServer
from mockserver.testing.process import connected, started

READ_ONLY = ("check_contract", "describe_mock", "list_", "explain_", "verify_", "get_")
"""How the names of tools begin that change nothing."""


_INSTRUCTIONS = (
    "A stateful mock of an HTTP API. Begin with describe_mock. Each response of the API has a header Mock-Why; "
    "explain_request shows the same explanation. Use a world of your own to leave others alone."
)


def serve(arguments: Sequence[str], url: str | None, admin_token: str | None) -> None:
    """Answer one agent until it closes stdin, about the mock at `url` or one that is started with these arguments.

    Raises UsageError where the library is missing, and Unavailable where the mock can't be used.
    """
    try:
        from mcp.server.mcpserver import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp.types import ToolAnnotations
    except ImportError:
        raise UsageError("the Python package mcp isn't installed", fix=to_install("mcp")) from None
    with _mock(arguments, url, admin_token) as mock:
        server: Any = MCPServer(
            "mockserver",
            version=__version__,
            instructions=f"{_INSTRUCTIONS} The mock is at {mock.url}.",
            log_level="WARNING",
        )
        for tool in tools(mock):
            reads = tool.__name__.startswith(READ_ONLY)
            hints = ToolAnnotations(read_only_hint=reads)
            server.add_tool(_reporting(tool, ToolError), annotations=hints, structured_output=False)
        server.run("stdio")


@contextlib.contextmanager
def _mock(arguments: Sequence[str], url: str | None, admin_token: str | None) -> Iterator[MockServer]:
    if url is not None:
        yield connected(url, admin_token)
        return
    with started(arguments) as server:
        yield server


def _reporting(tool: Callable[..., str], error_type: type[Exception]) -> Callable[..., str]:
    """The tool, whose refusals reach the agent in their own words; the library hides those of other exceptions."""

    @functools.wraps(tool)
    def called(*arguments: Any, **named: Any) -> str:
        try:
            return tool(*arguments, **named)
        except (MockRefused, MockError, ValueError, OSError) as error:
            raise error_type(str(error)) from error

    called.__signature__ = inspect.signature(tool, eval_str=True)  # type: ignore[attr-defined]
    return called
