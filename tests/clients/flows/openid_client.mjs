// /// client
// name = "openid-client"
// packages = ["openid-client@6.8.9"]
// document = "clone:examples/sign-in/notes.yaml"
// mock = ["--fixtures", "examples/sign-in/users.yaml"]
// ///
import * as client from "openid-client";
import { URL as MOCK, same, step, thrown } from "./steps.mjs";

const CALLBACK = "http://localhost:3000/callback";
const issuer = new URL(`${MOCK}/__mock__/auth`);
const options = { execute: [client.allowInsecureRequests] };

const config = await step("discover", async () => {
  const found = await client.discovery(issuer, "app", undefined, client.None(), options);
  same(found.serverMetadata().supportsPKCE(), true);
  return found;
});

/** Sign a user in with PKCE, as a browser would that is led to the page and back. */
async function signIn(user, scope) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK, scope, state, nonce, login_hint: user,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
  });
  const back = await fetch(address, { redirect: "manual" });
  return client.authorizationCodeGrant(config, new URL(back.headers.get("location")), {
    pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce,
  });
}

const call = (tokens, method = "GET", body) =>
  client.fetchProtectedResource(config, tokens.access_token, new URL(`${MOCK}/notes`), method,
    body && JSON.stringify(body), new Headers(body && { "content-type": "application/json" }));

const advance = (by) =>
  fetch(`${MOCK}/__mock__/worlds/main/clock/advance`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ by }),
  });

const tokens = await step("sign in", async () => {
  const got = await signIn("alice", "openid email notes.read notes.write");
  same([got.claims().sub, got.claims().email, got.expires_in], ["alice", "alice@example.com", 3600]);
  return got;
});

await step("create", async () => {
  const made = await call(tokens, "POST", { text: "hello" });
  same([made.status, (await made.json()).text], [201, "hello"]);
});

await step("list", async () => same((await (await call(tokens)).json()).map((one) => one.text), ["hello"]));

await step("userinfo", async () => {
  const said = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  same([said.email, said.role], ["alice@example.com", "admin"]);
});

await step("introspect", async () => {
  const said = await client.tokenIntrospection(config, tokens.access_token);
  same([said.active, said.username], [true, "alice"]);
});

await step("underscoped", async () => {
  const reading = await signIn("bob", "openid notes.read notes.write");
  same(reading.scope, "openid notes.read");
  const refused = await thrown(() => call(reading, "POST", { text: "no" }));
  same([refused.status, refused.cause[0].parameters.error, refused.cause[0].parameters.scope],
    [403, "insufficient_scope", "notes.write"]);
});

await step("expired", async () => {
  await advance("PT1H");
  const refused = await thrown(() => call(tokens));
  same([refused.status, refused.cause[0].parameters.error], [401, "invalid_token"]);
});

const fresh = await step("refresh", async () => {
  const got = await client.refreshTokenGrant(config, tokens.refresh_token);
  same((await call(got)).status, 200);
  same((await thrown(() => client.refreshTokenGrant(config, tokens.refresh_token))).error, "invalid_grant");
  return got;
});

await step("copy", async () => {
  same((await thrown(() => client.refreshTokenGrant(config, fresh.refresh_token))).error, "invalid_grant");
  same((await thrown(() => call(fresh))).status, 401);
});

await step("client credentials", async () => {
  const service = await client.discovery(issuer, "service", "secret", client.ClientSecretPost("secret"), options);
  const got = await client.clientCredentialsGrant(service, { scope: "notes.read" });
  same((await call(got)).status, 200);
});

await step("device", async () => {
  const asked = await client.initiateDeviceAuthorization(config, { scope: "notes.read" });
  await fetch(`${asked.verification_uri_complete}&login_hint=bob`);
  const got = await client.pollDeviceAuthorizationGrant(config, asked);
  same((await call(got)).status, 200);
});

await step("revoke", async () => {
  const got = await signIn("alice", "openid notes.read");
  await client.tokenRevocation(config, got.refresh_token);
  same((await thrown(() => call(got))).status, 401);
});

await step("sign out", async () => {
  const got = await signIn("alice", "openid notes.read");
  const address = client.buildEndSessionUrl(config, { id_token_hint: got.id_token, post_logout_redirect_uri: CALLBACK });
  same((await fetch(address, { redirect: "manual" })).headers.get("location"), CALLBACK);
  same((await thrown(() => client.refreshTokenGrant(config, got.refresh_token))).error, "invalid_grant");
});
