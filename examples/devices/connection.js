// Where the API is and who asks: from the page's own address (`?api=…&token=…`), else remembered, else the mock's defaults.

const DEFAULTS = { api: "http://127.0.0.1:4010", token: "alice-token" };
const KEY = "devices-connection";

/** The API address and the access token. */
export function connection() {
  const asked = new URLSearchParams(location.search);
  const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
  return {
    api: asked.get("api") ?? kept.api ?? DEFAULTS.api,
    token: asked.get("token") ?? kept.token ?? DEFAULTS.token,
  };
}

/** Keep them for the next visit, and in the page's address, so that a reload asks the same. */
export function remember(settings) {
  localStorage.setItem(KEY, JSON.stringify(settings));
  history.replaceState(null, "", `?${new URLSearchParams(settings)}`);
  return settings;
}
