"""The flags of `mockserver mock` and its kin, as data for argparse."""

from __future__ import annotations

from typing import Any

from mockserver.settings import AUTH_MODES, PORT

PARENTS = ("refuse", "adopt")

FLAGS: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (
        ("--config",),
        {
            "metavar": "FILE",
            "help": "settings file (mockserver.toml, or pyproject.toml with [tool.mockserver]); none: read no file",
        },
    ),
    (("--host",), {"help": "address to listen on (127.0.0.1)"}),
    (("--port",), {"help": f"port to listen on ({PORT}); 0 picks a free one"}),
    (("--spec",), {"metavar": "SPEC", "help": "the same as SPEC"}),
    (
        ("--behaviours",),
        {"metavar": "FILE", "help": "file that describes what each operation does to the stored records"},
    ),
    (
        ("--fixtures",),
        {"metavar": "PATH", "action": "append", "help": "file or folder with records and users; repeatable"},
    ),
    (
        ("--auth",),
        {"choices": AUTH_MODES, "help": "enforce the users' tokens, accept any credential as the first user, or off"},
    ),
    (
        ("--state",),
        {"metavar": "STATE", "help": "begin each world as a saved state: a name, or a YAML file"},
    ),
    (
        ("--states",),
        {"metavar": "DIR", "help": "folder of the saved states (.mockserver/states beside the settings file)"},
    ),
    (("--seed",), {"help": "seed of generated ids and values (0)"}),
    (("--period",), {"metavar": "NAME=P7D", "action": "append", "help": "length of a named period; repeatable"}),
    (("--log-format",), {"choices": ("text", "json"), "help": "format of the log: one line per request"}),
    (
        ("--watch",),
        {"action": "store_true", "default": None, "help": "reload contract, behaviours and fixtures when they change"},
    ),
    (("--max-worlds",), {"metavar": "N", "help": "maximum number of worlds (10000)"}),
    (
        ("--unknown-parents",),
        {
            "choices": PARENTS,
            "help": "refuse to list or create below a record that doesn't exist (404), or adopt: create it as well",
        },
    ),
    (
        ("--world-ttl",),
        {"metavar": "P1D", "help": "how long an idle world is kept (P1D), or 'never' to keep all"},
    ),
    (
        ("--journal-memory",),
        {
            "metavar": "256MB",
            "help": "memory for the journals of all worlds together (256MB)",
        },
    ),
    (
        ("--store",),
        {"metavar": "URL", "help": "where worlds are kept: memory (default), sqlite:FILE, or redis://HOST:PORT/DB"},
    ),
    (("--store-timeout",), {"metavar": "1s", "help": "how long a store may take before a request gets a 503 (1s)"}),
    (
        ("--namespace",),
        {"metavar": "NAME", "help": "share the store with mocks of this name; otherwise with those of the same files"},
    ),
    (("--workers",), {"metavar": "N", "help": "number of processes that answer; more than 1 needs a --store (1)"}),
    (("--read-timeout",), {"metavar": "30s", "help": "how long a client may take to send a body before a 408 (30s)"}),
    (
        ("--max-body",),
        {"metavar": "8MB", "help": "largest request body, as sent and once decoded; a larger one gets a 413 (8MB)"},
    ),
    (("--drain",), {"metavar": "1s", "help": "how long SIGTERM waits for answers that are under way (1s)"}),
    (
        ("--stream-interval",),
        {"metavar": "200ms", "help": "pause between two events or lines of a stream (0)"},
    ),
    (
        ("--deliver-to",),
        {
            "metavar": "HOST",
            "action": "append",
            "help": "send callbacks and webhooks to this host or network too, not only to this machine; repeatable",
        },
    ),
    (
        ("--webhook-secret",),
        {"metavar": "whsec_...", "help": "secret that signs callbacks and webhooks; otherwise each world has its own"},
    ),
    (
        ("--admin-token",),
        {"metavar": "TOKEN", "help": "token with which other machines may use the control API"},
    ),
    (
        ("--tls",),
        {
            "action": "store_true",
            "default": None,
            "help": "serve https and HTTP/2 with a certificate of your local CA; see mockserver tls trust",
        },
    ),
    (("--tls-cert",), {"metavar": "FILE", "help": "serve https with this certificate chain (PEM) instead"}),
    (("--tls-key",), {"metavar": "FILE", "help": "its private key (PEM); default: in the file of the certificate"}),
    (
        ("--verbose",),
        {"action": "store_true", "default": None, "help": "log bodies too, and log requests even under CI"},
    ),
    (
        ("--show-secrets",),
        {"action": "store_true", "default": None, "help": "show tokens and passwords in journal, explanations and log"},
    ),
    (
        ("--upstream",),
        {"metavar": "URL", "help": "real backend: answers paths that the contract doesn't have, and --forward"},
    ),
    (
        ("--forward",),
        {
            "metavar": "OPERATION",
            "action": "append",
            "help": "have the backend answer these operations (id, path, method or tag:NAME); repeatable",
        },
    ),
    (
        ("--mock",),
        {
            "metavar": "OPERATION",
            "action": "append",
            "help": "have the mock answer these operations (id, path, method or tag:NAME); repeatable",
        },
    ),
    (
        ("--fallback",),
        {"action": "store_true", "default": None, "help": "have the mock answer what the backend doesn't have"},
    ),
    (
        ("--missing",),
        {
            "metavar": "STATUS",
            "action": "append",
            "help": "with --fallback: this status always means that the backend has no such route; repeatable",
        },
    ),
    (
        ("--fail",),
        {
            "action": "store_true",
            "default": None,
            "help": "replace answers of the backend that break the contract: 502",
        },
    ),
    (
        ("--overlay",),
        {
            "action": "store_true",
            "default": None,
            "help": "lay what mocked operations have changed over the backend's answers",
        },
    ),
    (("--upstream-timeout",), {"metavar": "30s", "help": "how long the backend may take for an answer (30s)"}),
    (("--ca",), {"metavar": "FILE", "help": "certificates to trust for the backend (default: the system's)"}),
    (("--client-cert",), {"metavar": "FILE", "help": "certificate that the mock shows the backend (PEM)"}),
    (("--client-key",), {"metavar": "FILE", "help": "key of the client certificate, if it isn't in its file"}),
    (
        ("--insecure",),
        {"action": "store_true", "default": None, "help": "accept any certificate of the backend"},
    ),
    (
        ("--record",),
        {
            "metavar": "DIR",
            "help": "record requests and answers into this folder, as HAR: secrets and people are made up",
        },
    ),
    (("--record-size",), {"metavar": "1GB", "help": "with --record: the most that is recorded (1GB)"}),
    (
        ("--scrub",),
        {
            "metavar": "NAME",
            "action": "append",
            "help": "with --record: make up this member too, such as nick or customer.iban; repeatable",
        },
    ),
    (("--allow-remote-refs",), {"action": "store_true", "default": None, "help": "follow $ref to other hosts"}),
    (
        ("--allow-refs-below",),
        {"metavar": "DIR", "action": "append", "help": "follow $ref to files below this folder too; repeatable"},
    ),
)
"""Each flag's names, and its settings for argparse."""
