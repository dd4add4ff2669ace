// Swagger UI for the contract that the running mock serves. Calls go to the mock, as its first user, in the world of `?world=`.

import { call } from "./api.js";

const MANY = 60; // operations: of more, the tags are collapsed at first

const asked = new URLSearchParams(location.search);
const world = asked.get("world") ?? "main";

async function start() {
  document.getElementById("world").textContent = world;
  if (world !== "main") document.getElementById("console").search = `?world=${encodeURIComponent(world)}`;
  const { users, apis } = await call("GET", "about");
  const api = apis.find(({ name }) => name === asked.get("api")) ?? apis[0];
  const spec = await call("GET", api ? `openapi.json?api=${encodeURIComponent(api.name)}` : "openapi.json");
  if (api) offer(apis, api);
  const ui = window.SwaggerUIBundle({
    spec,
    dom_id: "#swagger-ui",
    deepLinking: true,
    filter: true,
    docExpansion: countOf(spec) > MANY ? "none" : "list",
    defaultModelsExpandDepth: countOf(spec) > MANY ? -1 : 1,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    oauth2RedirectUrl: new URL("../console/signed-in.html", location).href,
    validatorUrl: null, // the validator badge would call a server on the internet
    presets: [window.SwaggerUIBundle.presets.apis],
    requestInterceptor: (request) => {
      if (world !== "main") request.headers["Mock-World"] = world;
      return request;
    },
    onComplete: () => {
      const clientId = world === "main" ? "docs" : `docs~${world}`;
      ui.initOAuth({ clientId, usePkceWithAuthorizationCodeGrant: true });
      for (const scheme of bearerSchemes(spec)) if (users[0]) ui.preauthorizeApiKey(scheme, users[0].token);
    },
  });
}

// Of several APIs one is shown at a time: the address names it.
function offer(apis, shown) {
  const label = document.getElementById("apis");
  const select = label.querySelector("select");
  select.replaceChildren(...apis.map(({ name, title, path }) => new Option(path ? `${title} (${path})` : title, name, false, name === shown.name)));
  select.addEventListener("change", () => {
    asked.set("api", select.value);
    location.search = asked;
  });
  label.hidden = false;
}

function countOf({ paths }) {
  return Object.values(paths ?? {}).reduce((sum, path) => sum + Object.keys(path).length, 0);
}

function bearerSchemes(spec) {
  const schemes = Object.entries(spec.components?.securitySchemes ?? {});
  return schemes.filter(([, { type, scheme }]) => type === "http" && scheme?.toLowerCase() === "bearer").map(([name]) => name);
}

start().catch((error) => document.getElementById("swagger-ui").replaceChildren(error.message));
