// Swagger UI for the contract that the running mock serves. Calls go to the mock, as its first user, in the world of `?world=`.

import { call } from "./api.js";

const MANY = 60; // operations: of more, the tags are collapsed at first

const world = new URLSearchParams(location.search).get("world") ?? "main";

async function start() {
  document.getElementById("world").textContent = world;
  if (world !== "main") document.getElementById("console").search = `?world=${encodeURIComponent(world)}`;
  const [spec, { users }] = await Promise.all([call("GET", "openapi.json"), call("GET", "about")]);
  const ui = window.SwaggerUIBundle({
    spec,
    dom_id: "#swagger-ui",
    deepLinking: true,
    filter: true,
    docExpansion: countOf(spec) > MANY ? "none" : "list",
    defaultModelsExpandDepth: countOf(spec) > MANY ? -1 : 1,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    validatorUrl: null, // the validator badge would call a server on the internet
    presets: [window.SwaggerUIBundle.presets.apis],
    requestInterceptor: (request) => {
      if (world !== "main") request.headers["Mock-World"] = world;
      return request;
    },
    onComplete: () => {
      for (const scheme of bearerSchemes(spec)) if (users[0]) ui.preauthorizeApiKey(scheme, users[0].token);
    },
  });
}

function countOf({ paths }) {
  return Object.values(paths ?? {}).reduce((sum, path) => sum + Object.keys(path).length, 0);
}

function bearerSchemes(spec) {
  const schemes = Object.entries(spec.components?.securitySchemes ?? {});
  return schemes.filter(([, { type, scheme }]) => type === "http" && scheme?.toLowerCase() === "bearer").map(([name]) => name);
}

start().catch((error) => document.getElementById("swagger-ui").replaceChildren(error.message));
