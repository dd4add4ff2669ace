// Long lists and tables: only the rows in view, and a few around them, are in the page.

const OVERSCAN = 8; // rows outside of the view on each side, so that arrow keys and scrolling find the next one

/** Show rows of equal height inside `viewport`, which scrolls. `sizer` is the element that contains them; its padding stands for
 *  the rows that are left out. `render(from, to)` puts these rows into the page and returns the first one. */
export function virtualRows({ viewport, sizer, render, height = 48 }) {
  let count = 0;
  let shown = [0, 0];
  viewport.addEventListener("scroll", () => show(), { passive: true });
  const observer = new ResizeObserver(() => (viewport.isConnected ? show() : observer.disconnect())); // a viewport that was replaced shows nothing more
  observer.observe(viewport);

  function range() {
    const start = Math.floor(viewport.scrollTop / height);
    const fitting = Math.ceil(viewport.clientHeight / height);
    return [Math.max(0, start - OVERSCAN), Math.min(count, start + fitting + OVERSCAN)];
  }

  function show(force = false) {
    const [from, to] = range();
    if (!force && from === shown[0] && to === shown[1]) return;
    shown = [from, to];
    const row = render(from, to);
    const measured = row?.getBoundingClientRect().height;
    if (measured && Math.abs(measured - height) > 0.5) {
      height = measured;
      show(true);
      return;
    }
    sizer.style.paddingTop = `${from * height}px`;
    sizer.style.paddingBottom = `${(count - to) * height}px`;
  }

  return {
    /** Show the rows again; there are `number` of them now. */
    update(number) {
      count = number;
      show(true);
    },
    /** Scroll so far that a row is in view. */
    reveal(index) {
      const top = index * height;
      if (top < viewport.scrollTop) viewport.scrollTop = top;
      else if (top + height > viewport.scrollTop + viewport.clientHeight) viewport.scrollTop = top + height - viewport.clientHeight;
      show();
    },
  };
}

/** Make `elements` the children of `parent`. Those that are in it already are not moved, so they keep the focus. */
export function placeChildren(parent, elements) {
  const wanted = new Set(elements);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  elements.forEach((element, index) => {
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  });
}
