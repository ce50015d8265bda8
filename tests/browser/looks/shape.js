// The bones of a page: language, title, headings, names of what can be used or seen.
(() => {
  const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(one => Number(one.tagName[1]));
  const named = one => one.labels && one.labels.length || one.getAttribute("aria-label") || one.getAttribute("aria-labelledby");
  const ids = [...document.querySelectorAll("[id]")].map(one => one.id);
  return {
    lang: document.documentElement.lang,
    title: document.title,
    ones: levels.filter(level => level === 1).length,
    jumps: levels.filter((level, place) => place > 0 && level > levels[place - 1] + 1).length,
    mute: [...document.querySelectorAll("img")].filter(one => !one.hasAttribute("alt")).length
      + [...document.querySelectorAll("svg")].filter(one => one.getAttribute("aria-hidden") !== "true"
        && !(one.getAttribute("role") === "img" && (one.getAttribute("aria-label") || one.getAttribute("aria-labelledby")
        || one.querySelector("title")))).length,
    unnamed: [...document.querySelectorAll("input, select, textarea")].filter(one => !named(one)).length,
    twice: ids.filter((id, place) => ids.indexOf(id) !== place),
    dead: [...document.querySelectorAll('a[href^="#"]')].map(one => one.getAttribute("href").slice(1))
      .filter(id => id && !document.getElementById(decodeURIComponent(id))),
    headless: [...document.querySelectorAll("table:not([role=presentation])")].filter(one => !one.querySelector("th")).length,
  };
})()
