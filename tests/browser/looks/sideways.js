// What reaches out of the window on the right.
(() => {
  const wide = document.documentElement.clientWidth, out = [];
  for (const one of document.body.querySelectorAll("*")) {
    if (one.closest(".scroll, .skip, svg") || !one.checkVisibility()) { continue; }
    const box = one.getBoundingClientRect();
    if (box.width > 0 && box.right > wide + 0.5) { out.push(`${one.tagName}.${one.className} ${Math.round(box.right)}`); }
  }
  return {wide, scroll: document.documentElement.scrollWidth, out: out.slice(0, 8)};
})()
