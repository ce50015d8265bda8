// What never had the focus, and what did not show it.
({missed: window.reachable.filter(one => !window.visited.has(one)).map(one => one.outerHTML.slice(0, 90)), dim: window.dim})
