// Count what one can use with the keyboard, and forget the focus.
(() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
  window.reachable = all.filter(one => one.tabIndex >= 0 && !one.disabled
    && one.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}));
  window.visited = new Set();
  window.dim = [];
  document.activeElement && document.activeElement.blur();
  return window.reachable.length;
})()
