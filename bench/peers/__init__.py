"""The measured servers: how each is installed and started, and what it does with a request.

Placeholders in a command are replaced: `{node}`, `{java}`, `{python}`, `{home}` (where its packages are), `{here}`
(this folder), `{root}` (the clone), `{port}` and the files of `bench.inputs.Inputs`.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Peer:
    """One server of the comparison."""

    name: str
    command: str
    does: str  # what it does with a request, for the table
    npm: tuple[str, ...] = ()  # packages at exact versions; the first one is the peer
    pip: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()  # programs that must be on the machine

    @property
    def home(self) -> str:
        """The folder of its packages, shared by peers with the same ones; empty if it needs none."""
        packages = self.npm or self.pip
        return packages[0].rpartition("@" if self.npm else "==")[0].strip("@").replace("/", "-") if packages else ""


NODE = ("node@24.21.0",)  # Prism needs >= 24.18; the other Node programs run on the same one
PRISM = ("@stoplight/prism-cli@5.16.0",)
PRISM_COMMAND = "{node} {home}/node_modules/@stoplight/prism-cli/dist/index.js mock -h 127.0.0.1 -p {port}"

MOCK = Peer(
    "this mock",
    "{python} -m mockserver mock {contract} --behaviours {behaviours} --fixtures {fixtures}"
    " --host 127.0.0.1 --port {port}",
    "state, validation of requests, self-check of responses, journal: the defaults",
)

LIMITS = (
    Peer(
        "limit: raw WSGI callable",
        "{python} -m bench.peers.limits raw {answers} {port}",
        "nothing: constant bytes on the same granian",
    ),
    Peer(
        "limit: Flask view",
        "{python} -m bench.peers.limits flask {answers} {port}",
        "Flask's routing, then constant bytes, on the same granian",
    ),
)

OTHERS = (
    Peer(
        "openapi-backend + express",
        "{node} {here}/express.cjs {contract} {answers} {port}",
        "request validation; our own handlers look the device up in memory and change it; responses not checked",
        npm=("openapi-backend@5.21.2", "express@5.3.0"),
        env={"NODE_ENV": "production", "NODE_PATH": "{home}/node_modules"},
    ),
    Peer(
        "WireMock, no journal",
        "{java} -jar {home}/node_modules/wiremock/build/wiremock-standalone-3.13.2.jar --bind-address 127.0.0.1"
        " --port {port} --no-request-journal --disable-banner --root-dir {stubs}",
        "matches method and path, returns a constant; no contract, no state",
        npm=("wiremock@3.13.2",),
        needs=("java",),
    ),
    Peer(
        "Prism -v silent",
        PRISM_COMMAND + " -v silent {contract}",
        "request validation, the contract's example; no state",
        npm=PRISM,
    ),
    Peer("Prism", PRISM_COMMAND + " {contract}", "the same, with its log enabled, the default", npm=PRISM),
    Peer(
        "connexion",
        "{home}/bin/python {here}/connexion_app.py {contract_30} {port}",
        "request validation, the contract's example; no state; declared as OpenAPI 3.0, because it cannot read 3.1",
        pip=("connexion==3.3.0", "uvicorn==0.54.0"),
    ),
    Peer(
        "Specmatic",
        "{java} -jar {home}/node_modules/specmatic/specmatic.jar mock --noConsoleLog --hot-reload disabled"
        " --host 127.0.0.1 --port {port} {contract}",
        "request validation, values generated from the schema (one device); no state",
        npm=("specmatic@2.55.1",),
        needs=("java",),
    ),
    Peer(
        "Mockoon",
        "{node} {home}/node_modules/@mockoon/cli/bin/run.js start --data {contract} --hostname 127.0.0.1"
        " --port {port} --disable-log-to-file --disable-admin-api",
        "no validation, values generated from the schema (one device); no state",
        npm=("@mockoon/cli@9.9.0",),
    ),
)

ALL = (MOCK, *LIMITS, *OTHERS)
