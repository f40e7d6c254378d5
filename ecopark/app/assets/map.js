/* The map: firms, plots, corridors and exchanges, drawn into a Cytoscape canvas.
 *
 * The server sends a scene (who stands where) and a network (every exchange with its years); everything that
 * follows the time slider is worked out here, so that moving it asks nothing of the server. Sizes are in pixels of
 * the screen whatever the zoom; places are in metres of the park.
 */
(function () {
  "use strict";

  const INK = "#222222", QUIET = "#595F65", PAPER = "#FFFFFF", ACCENT = "#0B5C8C";
  const STEP_M = 100, FAR_STEP_M = 1000;
  const LINE = { least: 1.6, most: 9 };
  const maps = {};
  let letterSize = 13;
  const ruler = document.createElement("canvas").getContext("2d");

  const textWidth = (text, size) => {
    ruler.font = `${size}px system-ui, "DejaVu Sans", sans-serif`;
    return ruler.measureText(text).width;
  };

  function find(id) {
    const element = document.getElementById(id);
    const cy = element && element._cyreg && element._cyreg.cy;
    if (!cy) return null;
    let map = maps[id];
    if (!map || map.cy !== cy) {
      map = maps[id] = { id, cy, scene: null, net: null, live: null, year: null, chosen: null, framed: false };
      listen(map);
    }
    return map;
  }

  /* A component appears some time after the page: try again until it is there. */
  function whenReady(id, act, tries = 100) {
    const map = find(id);
    if (map) return act(map);
    if (tries > 0) setTimeout(() => whenReady(id, act, tries - 1), 50);
    return null;
  }

  // ---------------------------------------------------------------- events
  function listen(map) {
    const cy = map.cy;
    cy.boxSelectionEnabled(false);
    cy.autounselectify(true);
    cy.minZoom(0.02);
    cy.maxZoom(60);
    let waiting = null;
    const soon = () => {
      if (waiting) return;
      waiting = requestAnimationFrame(() => { waiting = null; resize(map); });
    };
    cy.on("zoom pan", soon);
    cy.on("dragpan scrollzoom pinchzoom", () => { map.touched = true; });
    map.watch = new ResizeObserver(() => { cy.resize(); if (map.touched) soon(); else fit(map); });
    map.watch.observe(cy.container());
    cy.on("tap", "node.firm", (event) => pick(map, "firm", event.target.data("firm")));
    cy.on("tap", "edge.exchange", (event) => {
      if (event.target.data("synergy")) pick(map, "exchange", event.target.data("synergy"));
    });
    cy.on("tap", (event) => { if (event.target === cy) pick(map, "", ""); });
    cy.on("drag", "node.firm", (event) => { aim(map, event.target.position()); soon(); });
    cy.on("dragfree", "node.firm", (event) => { aim(map, null); tellMoved(map, event.target); });
    cy.on("mouseover", "node.firm, edge.exchange", (event) => hover(map, event.target, true));
    cy.on("mouseout", "node.firm, edge.exchange", (event) => hover(map, event.target, false));
    // A pointer that leaves the map is not told to what it pointed at.
    cy.container().addEventListener("mouseleave", () => { if (map.hovered) hover(map, cy.getElementById(map.hovered), false); });
  }

  // What is chosen is known at once, so that keys pressed before the server answers act on it.
  function pick(map, kind, name) {
    map.chosen = name ? `${kind}:${name}` : null;
    window.dash_clientside.set_props("picked", { data: { map: map.id, kind, name, at: Date.now() } });
  }

  function tellMoved(map, node) {
    const at = toMetres(map, node.position());
    window.dash_clientside.set_props("moved", {
      data: { map: map.id, firm: node.data("firm"), x_m: at[0], y_m: at[1], at: Date.now() },
    });
  }

  function hover(map, element, on) {
    map.hovered = on ? element.id() : null;
    const tip = document.getElementById(`${map.id}-tip`);
    if (tip) {
      const data = on ? element.data() : {};
      tip.textContent = on ? (data.firm ? data.tip : exchangeTip(map, data)) : "";
      tip.hidden = !on;
    }
    resize(map);
  }

  function exchangeTip(map, data) {
    const amount = data.amounts && data.amounts[map.year];
    const contracts = data.count > 1 ? `, ${data.count} contracts` : "";
    return `${data.from_name} \u2192 ${data.to_name}: ${data.plain}${amount ? `, ${amount}` : ""}${contracts}`;
  }

  const toMetres = (map, at) => [
    map.scene.frame.x + at.x * map.scene.frame.metres,
    map.scene.frame.y - at.y * map.scene.frame.metres,
  ];
  const toPlane = (map, x, y) => ({
    x: (x - map.scene.frame.x) / map.scene.frame.metres,
    y: -(y - map.scene.frame.y) / map.scene.frame.metres,
  });

  // ---------------------------------------------------------------- drawing
  function draw(map) {
    if (!map.scene) return;
    const cy = map.cy, scene = map.scene;
    cy.batch(() => {
      const wanted = new Map();
      const byId = (item) => wanted.set(item.data.id, item);
      scene.corridors.forEach((path, row) => corridor(map, path, row).forEach(byId));
      scene.plots.forEach((plot) => byId(plotItem(map, plot)));
      scene.firms.forEach((firm) => byId(firmItem(map, firm)));
      edgesNow(map).forEach(byId);
      cy.elements().forEach((element) => { if (!wanted.has(element.id())) element.remove(); });
      wanted.forEach((item, id) => place(cy, item, id));
    });
    if (!map.framed) { fit(map); map.framed = true; }
    resize(map);
    key(map);
  }

  function place(cy, item, id) {
    const old = cy.getElementById(id);
    if (!old.length) { cy.add(item); return; }
    old.data(item.data);
    old.classes(item.classes);
    if (item.position && !old.grabbed()) old.position(item.position);
  }

  function firmItem(map, firm) {
    const open = isOpen(firm, map.year);
    const classes = ["firm"];
    if (firm.off) classes.push("off");
    if (!open) classes.push("closed");
    if (firm.far_km) classes.push("far");
    if (firm.added) classes.push("added");
    if (map.chosen === `firm:${firm.id}`) classes.push("chosen");
    const label = firm.far_km ? `${firm.short} \u00b7 ${firm.far_km} km` : firm.short;
    return {
      group: "nodes", classes: classes.join(" "), grabbable: true,
      data: { id: `f:${firm.id}`, firm: firm.id, text: label, tip: tipOf(firm) },
      position: toPlane(map, firm.x, firm.y),
    };
  }

  const isOpen = (firm, year) =>
    year === null || ((firm.opens === null || firm.opens <= year) && (firm.closes === null || firm.closes >= year));

  function tipOf(firm) {
    const parts = [firm.name];
    if (firm.sector) parts.push(firm.sector);
    if (firm.off) parts.push("switched off");
    if (firm.opens) parts.push(`from ${firm.opens}`);
    if (firm.closes) parts.push(`until ${firm.closes}`);
    if (firm.far_km) parts.push(`${firm.far_km} km away, drawn at the border`);
    return parts.join(" \u00b7 ");
  }

  function plotItem(map, plot) {
    const corners = plot.corners.map(([x, y]) => toPlane(map, x, y));
    const xs = corners.map((c) => c.x), ys = corners.map((c) => c.y);
    const left = Math.min(...xs), right = Math.max(...xs), top = Math.min(...ys), bottom = Math.max(...ys);
    const width = Math.max(right - left, 1e-6), height = Math.max(bottom - top, 1e-6);
    const points = corners.map((c) =>
      `${(2 * (c.x - left)) / width - 1} ${(2 * (c.y - top)) / height - 1}`).join(" ");
    return {
      group: "nodes", classes: `plot${map.target === plot.id ? " target" : ""}`,
      selectable: false, grabbable: false, pannable: true,
      data: { id: `p:${plot.id}`, plot: plot.id, text: plot.label, width, height, points, tint: plot.tint },
      position: { x: (left + right) / 2, y: (top + bottom) / 2 },
    };
  }

  function corridor(map, path, row) {
    const items = path.map(([x, y], bend) => ({
      group: "nodes", classes: "bend", selectable: false, grabbable: false, pannable: true,
      data: { id: `c:${row}:${bend}` }, position: toPlane(map, x, y),
    }));
    for (let bend = 1; bend < path.length; bend += 1) {
      items.push({
        group: "edges", classes: "corridor", selectable: false, pannable: true,
        data: { id: `c:${row}:${bend}:way`, source: `c:${row}:${bend - 1}`, target: `c:${row}:${bend}` },
      });
    }
    return items;
  }

  function edgesNow(map) {
    const there = new Set(map.scene.firms.map((firm) => firm.id));
    const list = map.live ? map.live.edges : (map.net ? map.net.edges : []);
    return list
      .filter((edge) => there.has(edge.giver) && there.has(edge.taker))
      .filter((edge) => map.live || (edge.amounts && edge.amounts[map.year] !== undefined))
      .map((edge) => ({
        group: "edges",
        classes: `exchange${map.live ? " live" : ""}${isChosen(map, edge) ? " chosen" : ""}`,
        data: {
          id: `x:${edge.id}`, synergy: map.live ? "" : edge.largest[map.year], source: `f:${edge.giver}`, target: `f:${edge.taker}`,
          name: edge.name + (!map.live && edge.counts[map.year] > 1 ? ` \u00d7${edge.counts[map.year]}` : ""),
          count: map.live ? 1 : edge.counts[map.year], plain: edge.name, from_name: edge.from_name, to_name: edge.to_name, colour: edge.colour,
          ink: edge.ink, amounts: edge.amounts, kind: edge.kind,
          share: map.live ? 0.15 : edge.shares[map.year], resource: edge.resource,
        },
      }));
  }

  const isChosen = (map, edge) => !map.live && map.chosen && map.chosen.startsWith("exchange:") &&
    edge.members.includes(map.chosen.slice(9));

  // ---------------------------------------------------------------- sizes and names
  function resize(map) {
    if (!map.scene) return;
    const cy = map.cy, zoom = cy.zoom(), large = letterSize / 13;
    cy.batch(() => {
      cy.nodes(".firm").forEach((node) => {
        const size = (node.hasClass("chosen") ? 15 : 11) * large;
        node.style({ width: size / zoom, height: size / zoom, "border-width": (node.hasClass("chosen") ? 3.5 : 1.8) / zoom });
      });
      cy.nodes(".plot").style({ "border-width": 1 / zoom, "font-size": (letterSize - 2) / zoom });
      cy.edges(".corridor").style({ width: 5 / zoom });
      cy.edges(".exchange").forEach((edge) => {
        const marked = edge.hasClass("chosen") || map.hovered === edge.id();
        const width = (LINE.least + (LINE.most - LINE.least) * (edge.data("share") || 0)) * large + (marked ? 2 : 0);
        edge.style({
          width: width / zoom, "arrow-scale": Math.max(0.55, Math.min(1.1, 3.2 / width)) ,
          "control-point-step-size": 26 / zoom,
        });
      });
    });
    names(map);
    scale(map);
  }

  /* Names beside the marks: the first free of eight places, firms with exchanges before the others. */
  function names(map) {
    const cy = map.cy, zoom = cy.zoom(), size = letterSize, taken = [];
    const degree = new Map();
    cy.edges(".exchange").forEach((edge) => [edge.source().id(), edge.target().id()].forEach((id) =>
      degree.set(id, (degree.get(id) || 0) + 1)));
    const rank = (node) => (node.hasClass("chosen") || map.hovered === node.id() ? 1e6 : 0) +
      (degree.get(node.id()) || 0) - (node.hasClass("closed") || node.hasClass("off") ? 1e3 : 0);
    const nodes = cy.nodes(".firm").toArray().sort((a, b) => rank(b) - rank(a) || (a.id() < b.id() ? -1 : 1));
    nodes.forEach((node) => {
      const at = node.renderedPosition();
      taken.push({ x0: at.x - 7, y0: at.y - 7, x1: at.x + 7, y1: at.y + 7, of: node.id() });
    });
    const busy = cy.edges(".exchange").toArray().map((edge) => {
      const middle = edge.renderedMidpoint();
      return [edge.source().renderedPosition(), middle, edge.target().renderedPosition()];
    });
    const width = cy.width(), height = cy.height();
    const bar = document.getElementById(`${map.id}-scale`);
    if (bar) taken.push({ x0: 0, x1: bar.offsetLeft + bar.offsetWidth + 6, y0: height - 1.9 * size, y1: height, of: "" });
    cy.nodes(".plot").forEach((plot) => {
      const at = plot.renderedPosition(), low = at.y + plot.renderedHeight() / 2, wide = textWidth(plot.data("text"), size - 2);
      taken.push({ x0: at.x - wide / 2, x1: at.x + wide / 2, y0: low, y1: low + size, of: "" });
    });
    cy.batch(() => nodes.forEach((node) => {
      const spot = freeSpot(node, taken, busy, size, width, height, map);
      if (!spot) { node.style({ label: "" }); return; }
      taken.push(spot.box);
      node.style({
        label: node.data("text"), "font-size": size / zoom, "text-halign": spot.halign, "text-valign": spot.valign,
        "text-margin-x": spot.dx / zoom, "text-margin-y": spot.dy / zoom, "text-background-padding": 1.5 / zoom,
      });
    }));
    edgeNames(map, taken, size);
  }

  const PLACES = [
    ["right", "center", 1, 0], ["left", "center", -1, 0], ["center", "top", 0, -1], ["center", "bottom", 0, 1],
    ["right", "top", 1, -1], ["left", "top", -1, -1], ["right", "bottom", 1, 1], ["left", "bottom", -1, 1],
  ];

  function freeSpot(node, taken, busy, size, width, height, map) {
    const at = node.renderedPosition(), text = node.data("text");
    const wide = textWidth(text, size) + 4, high = size * 1.25, gap = 4, radius = node.renderedWidth() / 2;
    let best = null;
    PLACES.forEach(([halign, valign, right, down], row) => {
      const x0 = right === 1 ? at.x + radius + gap : right === -1 ? at.x - radius - gap - wide : at.x - wide / 2;
      const aslant = right !== 0 && down !== 0;
      // Aslant a name stands clear of the line on which a neighbour's name may be.
      const shift = aslant ? 0.55 : 1, lift = aslant ? gap : gap - 2;
      const y0 = down === 1 ? at.y + radius + lift : down === -1 ? at.y - radius - lift - high : at.y - high / 2;
      const box = {
        x0: at.x + (x0 - at.x) * (right ? shift : 1), y0, of: node.id(),
      };
      if (right === 1) box.x0 = at.x + (radius + gap) * shift;
      if (right === -1) box.x0 = at.x - (radius + gap) * shift - wide;
      box.x1 = box.x0 + wide; box.y1 = box.y0 + high;
      if (box.x0 < 0 || box.y0 < 0 || box.x1 > width || box.y1 > height) return;
      if (taken.some((other) => other.of !== node.id() && meets(box, other))) return;
      const crossed = busy.filter((line) => crosses(line, box)).length;
      const cost = crossed * 3 + row * 0.5;
      if (best && best.cost <= cost) return;
      const dx = right === 0 ? 0 : right * ((radius + gap) * shift - radius);
      best = { box, cost, halign, valign, dx, dy: down * lift };
    });
    if (!best && (node.hasClass("chosen") || map.hovered === node.id())) {
      return { box: { x0: at.x, y0: at.y, x1: at.x + wide, y1: at.y + high, of: node.id() }, halign: "right", valign: "center", dx: gap, dy: 0 };
    }
    return best;
  }

  const meets = (a, b) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;

  function crosses(line, box) {
    for (let part = 1; part < line.length; part += 1) {
      for (let step = 1; step < 8; step += 1) {
        const t = step / 8, x = line[part - 1].x * (1 - t) + line[part].x * t, y = line[part - 1].y * (1 - t) + line[part].y * t;
        if (x > box.x0 && x < box.x1 && y > box.y0 && y < box.y1) return true;
      }
    }
    return false;
  }

  /* What flows, written on the line where there is room; always on the one chosen or pointed at. */
  function edgeNames(map, taken, size) {
    const cy = map.cy, zoom = cy.zoom(), small = size - 2;
    const rank = (edge) => (edge.hasClass("chosen") || map.hovered === edge.id() ? 10 : 0) + (edge.data("share") || 0);
    const edges = cy.edges(".exchange").toArray().sort((a, b) => rank(b) - rank(a) || (a.id() < b.id() ? -1 : 1));
    cy.batch(() => edges.forEach((edge) => {
      const from = edge.source().renderedPosition(), to = edge.target().renderedPosition();
      const forced = edge.hasClass("chosen") || map.hovered === edge.id();
      const wide = textWidth(edge.data("name"), small) + 6, high = small * 1.3, middle = edge.renderedMidpoint();
      const box = { x0: middle.x - wide / 2, x1: middle.x + wide / 2, y0: middle.y - high / 2, y1: middle.y + high / 2 };
      const inside = box.x0 >= 0 && box.x1 <= cy.width() && box.y0 >= 0 && box.y1 <= cy.height();
      const room = inside && Math.hypot(from.x - to.x, from.y - to.y) > wide + 40;
      if (!forced && (!room || taken.some((other) => meets(box, other)))) { edge.style({ label: "" }); return; }
      taken.push(box);
      edge.style({ label: edge.data("name"), "font-size": small / zoom, "text-background-padding": 1.5 / zoom });
    }));
  }

  function scale(map) {
    const bar = document.getElementById(`${map.id}-scale`);
    if (!bar) return;
    const perPixel = map.scene.frame.metres / map.cy.zoom();
    const most = perPixel * 120;
    const power = 10 ** Math.floor(Math.log10(most));
    const length = [5, 2, 1].map((n) => n * power).find((n) => n <= most) || power;
    bar.style.width = `${length / perPixel}px`;
    bar.textContent = length >= 1000 ? `${length / 1000} km` : `${length} m`;
  }

  function key(map) {
    const list = document.getElementById(`${map.id}-key`);
    if (!list) return;
    const seen = new Map();
    edgesNow(map).forEach((edge) => seen.set(edge.data.plain, edge.data));
    const items = [...seen.values()].sort((a, b) => (a.kind + a.plain < b.kind + b.plain ? -1 : 1));
    list.replaceChildren(...items.map((data) => {
      const item = document.createElement("li");
      const swatch = document.createElement("span");
      swatch.className = "swatch";
      swatch.style.backgroundColor = data.colour;
      item.append(swatch, document.createTextNode(data.plain));
      return item;
    }));
  }

  function fit(map) {
    const cy = map.cy, frame = map.scene && map.scene.frame;
    if (!frame || !cy.width()) return;
    const zoom = Math.min(cy.width() / (frame.width / frame.metres), cy.height() / (frame.height / frame.metres));
    cy.zoom(zoom);
    cy.pan({ x: cy.width() / 2, y: cy.height() / 2 });
    map.touched = false;
    resize(map);
  }

  /* The plot under a firm that is being dragged. */
  function aim(map, at) {
    let target = null;
    if (at) {
      const [x, y] = toMetres(map, at);
      const plot = map.scene.plots.find((one) => inside(one.corners, x, y));
      target = plot ? plot.id : null;
    }
    if (target === map.target) return;
    map.target = target;
    map.cy.nodes(".plot").forEach((node) => { node.toggleClass("target", node.data("plot") === target); });
  }

  function inside(corners, x, y) {
    let within = false;
    for (let i = 0, j = corners.length - 1; i < corners.length; j = i, i += 1) {
      const [xi, yi] = corners[i], [xj, yj] = corners[j];
      if ((yi > y) !== (yj > y) && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
    }
    return within;
  }

  // ---------------------------------------------------------------- keys
  function nudge(map, firm, dx, dy) {
    const found = map.scene.firms.find((one) => one.id === firm);
    if (!found) return;
    found.x += dx;
    found.y += dy;
    map.cy.getElementById(`f:${firm}`).position(toPlane(map, found.x, found.y));
    resize(map);
    clearTimeout(map.nudging);
    map.nudging = setTimeout(() => tellMoved(map, map.cy.getElementById(`f:${firm}`)), 350);
  }

  function neighbour(map, step) {
    const firms = map.scene.firms;
    const at = firms.findIndex((firm) => map.chosen === `firm:${firm.id}`);
    pick(map, "firm", firms[(at + step + firms.length) % firms.length].id);
  }

  function onMapKey(event) {
    const box = event.target.closest(".map-box");
    const map = box && find(box.dataset.map);
    if (!map || !map.scene || event.target !== box || event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = map.chosen && map.chosen.startsWith("firm:") ? map.chosen.slice(5) : null;
    const step = event.shiftKey ? FAR_STEP_M : STEP_M;
    const ways = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (ways[event.key] && chosen) nudge(map, chosen, ...ways[event.key]);
    else if (event.key === "PageDown" || event.key === "n") neighbour(map, 1);
    else if (event.key === "PageUp" || event.key === "p") neighbour(map, -1);
    else if (event.key === "+" || event.key === "=") zoomBy(map, 1.25);
    else if (event.key === "-") zoomBy(map, 0.8);
    else if (event.key === "0") fit(map);
    else return;
    event.preventDefault();
  }

  function zoomBy(map, factor) {
    map.touched = true;
    map.cy.zoom({ level: map.cy.zoom() * factor, renderedPosition: { x: map.cy.width() / 2, y: map.cy.height() / 2 } });
  }

  document.addEventListener("keydown", onMapKey);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    const map = button && find(button.closest(".map-frame").querySelector(".map-box").dataset.map);
    if (!map) return;
    if (button.dataset.zoom === "fit") fit(map); else zoomBy(map, button.dataset.zoom === "in" ? 1.4 : 1 / 1.4);
  });

  // ---------------------------------------------------------------- what the page calls
  window.ecopark = Object.assign(window.ecopark || {}, {
    find,
    colours: { INK, QUIET, PAPER, ACCENT },
    show(id, given) {
      whenReady(id, (map) => {
        const before = map.scene && JSON.stringify(map.scene.frame);
        Object.assign(map, given);
        if (given.scene) {
          map.scene = JSON.parse(JSON.stringify(given.scene));
          if (before && before !== JSON.stringify(map.scene.frame)) map.framed = false;
        }
        draw(map);
      });
    },
    setLetters(size) {
      letterSize = size;
      Object.keys(maps).forEach((id) => whenReady(id, (map) => { map.cy.resize(); resize(map); }));
    },
  });
}());
