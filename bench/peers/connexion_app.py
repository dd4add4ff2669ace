"""connexion's mock of every operation, on uvicorn without reloader and access log. It runs in its own venv.

Usage: python connexion_app.py CONTRACT PORT
"""

import sys
from pathlib import Path

import connexion
import uvicorn
from connexion.mock import MockResolver


def accept(token):
    """Accept every bearer token; without such a function connexion rejects all requests."""
    return {"sub": token}


if __name__ == "__main__":
    contract, port = sys.argv[1:]
    app = connexion.AsyncApp(__name__, specification_dir=Path(contract).parent)
    app.add_api(Path(contract).name, resolver=MockResolver(mock_all=True))
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")
