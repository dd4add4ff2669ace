"""Half of the bundled contract as a FastAPI app, with three defects: what a backend under construction looks like.

It has devices and the list of sessions; trust and the writes on sessions don't exist yet. The defects are marked.
Run it with `uvicorn app:app --port 8000`.
"""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse

app = FastAPI()

DEVICES: dict[str, dict[str, Any]] = {
    "laptop": {
        "deviceName": "Work laptop",
        "deviceType": "DESKTOP",
        "os": "Fedora 41",
        "browser": "Firefox 132.0",
        "ipAddress": "203.0.113.7",
        "isTrusted": True,
        "trustLevel": "HIGH",
        "lastSeen": "2026-01-15T08:30:00Z",
        "createdAt": "2025-06-01T12:00:00Z",
        "trustExpiresAt": "2099-01-01T00:00:00Z",
    },
    "phone": {
        "deviceName": "Phone",
        "deviceType": "MOBILE",
        "os": "Android 15",
        "browser": "Chrome 131.0",
        "isTrusted": False,
        "trustLevel": "NONE",  # defect: the contract has HIGH, MEDIUM, LOW and UNKNOWN
        "lastSeen": "2026-01-14T19:00:00Z",
        "createdAt": "2025-09-01T12:00:00Z",
    },
}
FINGERPRINTS = {"laptop": "fp-laptop", "phone": "fp-phone"}


def signed_in(authorization: Annotated[str, Header()] = "") -> None:
    """Any bearer token will do here."""
    if not authorization.startswith("Bearer "):
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})


@app.exception_handler(401)
async def unauthorized(_: Any, error: HTTPException) -> JSONResponse:
    """The contract's error."""
    return JSONResponse({"success": False, "error": "Unauthorized"}, 401, error.headers)


@app.get("/devices", dependencies=[Depends(signed_in)])
def list_devices() -> dict[str, Any]:
    """All devices."""
    return {"success": True, "devices": [{"id": key, **device} for key, device in DEVICES.items()]}


@app.get("/devices/{key}", dependencies=[Depends(signed_in)])
def get_device(key: str) -> dict[str, Any]:
    """One device, with its fingerprint."""
    if key not in DEVICES:
        raise HTTPException(404, f"There is no device {key}")  # defect: the contract has success and error
    device = {"id": key, **DEVICES[key], "trustLevel": "UNKNOWN", "deviceFingerprint": FINGERPRINTS[key]}
    device["lastSeen"] = 1768464600  # defect: the contract has a date and time as text
    return {"success": True, "device": {**device, "sessions": []}}


@app.get("/sessions", dependencies=[Depends(signed_in)])
def list_sessions() -> dict[str, Any]:
    """No session is active."""
    return {"success": True, "sessions": []}
