// The API address and the token: from the page's URL (`?api=…&token=…`), else from the last visit, else the mock's defaults.

const DEFAULTS = { api: "http://127.0.0.1:4010", token: "alice-token" };
const KEY = "devices-connection";

/** The API address and the access token. */
export function connection() {
  const query = new URLSearchParams(location.search);
  const saved = JSON.parse(localStorage.getItem(KEY) ?? "{}");
  return {
    api: query.get("api") ?? saved.api ?? DEFAULTS.api,
    token: query.get("token") ?? saved.token ?? DEFAULTS.token,
  };
}

/** Save the settings for the next visit and in the page's URL, so that a reload keeps them. */
export function save(settings) {
  localStorage.setItem(KEY, JSON.stringify(settings));
  history.replaceState(null, "", `?${new URLSearchParams(settings)}`);
  return settings;
}
