// What a device's trust looks like to its owner. No DOM in here, so that a unit test can import it.

/** The three things a device can be: its state, a word for it, and a sentence. */
export function trustOf(device) {
  if (device.isTrusted) {
    return { state: "trusted", word: "Trusted", sentence: device.trustExpiresAt ? `until ${day(device.trustExpiresAt)}` : "" };
  }
  // The server keeps the end of a trust that ran out: no need for this browser's clock to agree with the server's.
  if (device.trustExpiresAt) {
    return { state: "expired", word: "Trust expired", sentence: `on ${day(device.trustExpiresAt)}` };
  }
  return { state: "untrusted", word: "Not trusted", sentence: "" };
}

/** How many devices are trusted, as a sentence. */
export function summaryOf(devices) {
  const trusted = devices.filter((device) => device.isTrusted).length;
  return `${trusted} of ${devices.length} ${devices.length === 1 ? "device is" : "devices are"} trusted`;
}

/** Where a device was seen last, as far as it is known. */
export function placeOf(device) {
  return [device.city, device.country].filter(Boolean).join(", ") || "Unknown place";
}

/** An instant as a day, the same for every reader of a screenshot. */
export function day(instant) {
  return new Date(instant).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
}
