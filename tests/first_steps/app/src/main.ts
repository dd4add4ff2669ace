const query = new URLSearchParams(location.search);
const api = (path: string, init: RequestInit = {}) =>
  fetch(query.get("api") + path, { ...init, headers: { Authorization: `Bearer ${query.get("token")}`, "Content-Type": "application/json" } });
async function show(): Promise<void> {
  const { devices } = (await (await api("/devices")).json()) as { devices: { deviceName: string; isTrusted: boolean }[] };
  document.querySelector("#devices")!.replaceChildren(...devices.map(({ deviceName, isTrusted }) => {
    const item = document.createElement("li");
    item.textContent = `${deviceName}: ${isTrusted ? "trusted" : "not trusted"}`;
    return item;
  }));
}
document.querySelector("button")!.onclick = async () => {
  await api("/devices/trust", { method: "POST", body: JSON.stringify({ fingerprint: "fp-alice-ipad" }) });
  await show();
};
await show();
export {};
