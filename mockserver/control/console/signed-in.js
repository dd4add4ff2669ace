// Where the provider sends the window back that Swagger UI has opened: it hands over what came, and closes itself.

const waiting = window.opener?.swaggerUIRedirectOauth2;
const came = new URLSearchParams(location.search || location.hash.slice(1));

function handOver({ auth, callback, errCb, redirectUrl, state }) {
  if (came.has("error")) {
    const message = `[${came.get("error")}]: ${came.get("error_description") ?? "the sign-in failed"}`;
    errCb({ authId: auth.name, source: "auth", level: "error", message });
  } else if (came.has("code")) {
    auth.code = came.get("code"); // in the object that is there: one of this window's own would close with it
    callback({ auth, redirectUrl });
  } else {
    callback({ auth, token: Object.fromEntries(came), isValid: came.get("state") === state, redirectUrl });
  }
}

if (waiting) {
  if (came.get("state") === waiting.state) handOver(waiting);
  else waiting.errCb({ authId: waiting.auth.name, source: "auth", level: "error", message: "this sign-in was not asked for" });
  window.close();
}
