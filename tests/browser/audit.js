// Checks the accessibility of a page. Returns a list of problems, empty if there are none.
() => {
  const problems = [];
  const isVisible = (each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && each.getClientRects().length > 0;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(isVisible);
  const name = (each) => `<${each.tagName.toLowerCase()}${each.id ? ` id=${each.id}` : ""}> "${each.textContent.trim().slice(0, 40)}"`;

  if (!document.documentElement.lang) problems.push("the page has no language");
  if (!document.title) problems.push("the page has no title");
  for (const landmark of ["main", "h1"]) {
    if (all(landmark).length !== 1) problems.push(`${all(landmark).length} <${landmark}> instead of one`);
  }

  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  for (const id of new Set(ids.filter((each, place) => ids.indexOf(each) !== place))) problems.push(`the id ${id} is used twice`);
  for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls", "for"]) {
    for (const each of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of each.getAttribute(attribute).split(/\s+/)) {
        if (!document.getElementById(id)) problems.push(`${name(each)} ${attribute} points to ${id}, which does not exist`);
      }
    }
  }

  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) problems.push(`${name(heading)} skips a level`);
    level = next;
  }

  for (const each of all("img")) if (!each.hasAttribute("alt")) problems.push(`${name(each)} has no alt`);
  for (const each of all("[tabindex]")) if (each.tabIndex > 0) problems.push(`${name(each)} has a positive tabindex`);
  for (const each of all("th")) if (!each.scope) problems.push(`${name(each)} has no scope`);
  for (const each of all("button, a, input, select, textarea, summary")) {
    const { width, height } = each.getBoundingClientRect();
    const inText = each.matches("a") && getComputedStyle(each).display === "inline";
    if (!inText && (width < 24 || height < 24) && !each.matches("input[type=checkbox]")) {
      problems.push(`${name(each)} is ${Math.round(width)} by ${Math.round(height)} pixels`);
    }
  }
  const focusable = "a[href], button:not([tabindex='-1']), input, select, textarea, [tabindex='0']"; // the focus scrolls what it is in
  for (const each of all("main *")) {
    const scrolls = /auto|scroll/.test(getComputedStyle(each).overflowX) && each.scrollWidth > each.clientWidth + 1;
    if (scrolls && each.tabIndex < 0 && !each.matches("textarea, input, select") && !each.querySelector(focusable)) problems.push(`${name(each)} scrolls, but can't be scrolled by keyboard`);
  }

  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).map((each) => {
      const part = each / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const opaque = (colour) => (channels(colour)[3] ?? 1) === 1;
  const background = (each) => {
    for (let at = each; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (opaque(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  for (const each of all("body *")) {
    const own = [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!own || each.closest(".visually-hidden, option, [aria-hidden=true]")) continue;
    const style = getComputedStyle(each);
    const [one, other] = [luminance(style.color), luminance(background(each))].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (other + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (large ? 3 : 4.5)) problems.push(`${name(each)} has a contrast of only ${contrast.toFixed(2)}`);
  }

  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) problems.push(`the page is ${scrollWidth} pixels wide in a window of ${clientWidth}`);
  return problems;
}
