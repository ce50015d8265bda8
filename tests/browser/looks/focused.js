// Note what has the focus, and whether one can see that it has it.
(async () => {
  for (let frame = 0; frame < 60 && !document.hasFocus(); frame += 1) { await new Promise(requestAnimationFrame); }
  const one = document.activeElement;
  if (!one || one === document.body) { return false; }
  window.visited.add(one);
  const style = getComputedStyle(one);
  const seen = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none";
  const box = one.getBoundingClientRect();
  const inside = box.width > 0 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight;
  if (!seen || !inside) { window.dim.push(one.outerHTML.slice(0, 90)); }
  return true;
})()
