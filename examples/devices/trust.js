// How the page shows trust. This module uses no DOM, so a unit test can import it.

/** The trust of a device: its state, a label and a detail. */
export function trustOf(device) {
  if (device.isTrusted) {
    return { state: "trusted", label: "Trusted", detail: device.trustExpiresAt ? `until ${day(device.trustExpiresAt)}` : "" };
  }
  // The server keeps the end date of expired trust, so this browser's clock doesn't matter.
  if (device.trustExpiresAt) {
    return { state: "expired", label: "Trust expired", detail: `on ${day(device.trustExpiresAt)}` };
  }
  return { state: "untrusted", label: "Not trusted", detail: "" };
}

/** The number of trusted devices, as a sentence. */
export function summaryOf(devices) {
  const trusted = devices.filter((device) => device.isTrusted).length;
  return `${trusted} of ${devices.length} ${devices.length === 1 ? "device is" : "devices are"} trusted`;
}

/** The place where a device was last seen. */
export function placeOf(device) {
  return [device.city, device.country].filter(Boolean).join(", ") || "Unknown place";
}

/** A time as a date in UTC, the same in every time zone. */
export function day(instant) {
  return new Date(instant).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
}
