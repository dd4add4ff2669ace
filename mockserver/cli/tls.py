"""How the systems and programs of a developer's machine come to trust the local certificate authority."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Final

_SYSTEMS: Final = {
    "darwin": (
        ("macOS, for this user", "security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db {}"),
    ),
    "win32": (("Windows, for this user", "certutil -addstore -user Root {}"),),
    "linux": (
        (
            "Debian, Ubuntu",
            "sudo cp {} /usr/local/share/ca-certificates/mockserver.crt && sudo update-ca-certificates",
        ),
        ("Fedora, RHEL", "sudo cp {} /etc/pki/ca-trust/source/anchors/mockserver.pem && sudo update-ca-trust"),
        ("Chrome, Chromium", "certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n mockserver -i {}"),
    ),
}
_PROGRAMS: Final = (
    ("Firefox", "Settings, Privacy & Security, View Certificates, Authorities, Import"),
    ("Node.js", "export NODE_EXTRA_CA_CERTS={}"),
    ("Python", "export SSL_CERT_FILE={} REQUESTS_CA_BUNDLE={}"),
    ("Java", "keytool -importcert -cacerts -storepass changeit -noprompt -alias mockserver -file {}"),
    ("curl", "curl --cacert {} https://localhost:4010/"),
)


def trust(path: Path, platform: str = sys.platform) -> str:
    """What to do, for a system and for programs that don't ask their system."""
    quoted = shlex.quote(str(path)) if platform != "win32" else f'"{path}"'
    ways = [*_SYSTEMS.get(platform, ()), *_PROGRAMS]
    width = max(len(name) for name, _ in ways)
    lines = [f"  {name:{width}}  {command.replace('{}', quoted)}" for name, command in ways]
    return "\n".join([
        f"The certificate of your local CA is {path}",
        "",
        *lines,
        "",
        "Its key signs for any name, so programs that trust it trust everyone who can read that key: it stays in this",
        "folder, readable by you alone. To end it, remove the folder and take the certificate out again.",
    ])  # fmt: skip
