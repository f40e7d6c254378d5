/* The page around the map: type size, dialogs, undo by keys, playing through the years.
 *
 * What is not here: the map (map.js), anything about a park (the server).
 */
(function () {
  "use strict";

  const page = window.ecopark = window.ecopark || {};
  const LETTERS = { usual: 13, large: 17 };
  let playing = null;

  const typing = (element) => element && (element.tagName === "TEXTAREA" || element.isContentEditable ||
    (element.tagName === "INPUT" && !["checkbox", "radio", "range", "button"].includes(element.type)));

  function setType(large) {
    document.documentElement.classList.toggle("large", large);
    sessionStorage.setItem("ecopark-large", large ? "yes" : "");
    const button = document.getElementById("larger");
    if (button) button.setAttribute("aria-pressed", String(large));
    page.setLetters(large ? LETTERS.large : LETTERS.usual);
    window.dash_clientside.set_props("letters", { data: large ? LETTERS.large : LETTERS.usual });
    window.dispatchEvent(new Event("resize"));
  }

  // ---------------------------------------------------------------- dialogs
  let opener = null;

  function openDialog(id) {
    const dialog = document.getElementById(id);
    if (!dialog) return;
    opener = document.activeElement;
    dialog.hidden = false;
    const first = dialog.querySelector("input:not([type=hidden]), select, button:not(.close)");
    (first || dialog).focus();
  }

  function closeDialog(dialog) {
    dialog.hidden = true;
    if (opener && document.contains(opener)) opener.focus();
    opener = null;
  }

  const shown = () => [...document.querySelectorAll(".dialog")].find((dialog) => !dialog.hidden);

  function keepInside(event, dialog) {
    const stops = [...dialog.querySelectorAll("button, input, select, a[href], [tabindex='0']")]
      .filter((one) => !one.disabled && one.offsetParent !== null);
    if (!stops.length) return;
    const first = stops[0], last = stops[stops.length - 1];
    if (event.shiftKey && document.activeElement === first) { last.focus(); event.preventDefault(); }
    else if (!event.shiftKey && document.activeElement === last) { first.focus(); event.preventDefault(); }
  }

  document.addEventListener("click", (event) => {
    const open = event.target.closest("[data-opens]");
    if (open) { openDialog(open.dataset.opens); return; }
    const close = event.target.closest("[data-closes]");
    if (close) { closeDialog(close.closest(".dialog")); return; }
    if (event.target.classList && event.target.classList.contains("dialog")) closeDialog(event.target);
    if (event.target.closest("#larger")) setType(!document.documentElement.classList.contains("large"));
    if (event.target.closest("#wider")) widen();
    if (event.target.closest("#play")) play();
  });

  // ---------------------------------------------------------------- the room of the results
  // What a visitor asked for with the button; null leaves it to what the figure needs (its least width).
  let asked = null, tabThen = null;

  const tabNow = () => [...document.querySelectorAll("#tab input")].findIndex((one) => one.checked);

  function arrange() {
    const main = document.getElementById("main"), sheet = document.getElementById("sheet");
    if (!main || !sheet) return;
    const tab = tabNow();
    if (tab !== tabThen) { if (asked === false) asked = null; tabThen = tab; }
    const graph = sheet.querySelector(".dash-graph"), side = main.querySelector(".side");
    const room = main.clientWidth - side.offsetWidth, padding = 34;
    const column = (main.classList.contains("two") ? room : room / 2.1) - padding;
    const needed = graph ? parseFloat(graph.style.minWidth) || 0 : 0;
    const wide = asked === null ? needed > column && column < room - padding : asked;
    if (wide === main.hasAttribute("data-wide")) return;
    main.toggleAttribute("data-wide", wide);
    const button = document.getElementById("wider");
    button.textContent = wide ? "Map" : "Wide";
    button.title = wide ? "Show the map beside the results" : "Give the results the room of the map";
    setTimeout(() => window.dispatchEvent(new Event("resize")), 50);
  }

  function widen() {
    asked = !document.getElementById("main").hasAttribute("data-wide");
    arrange();
  }

  /* Results come and go, and a figure says by its least width how much room it needs. */
  function watchResults() {
    const sheet = document.getElementById("sheet");
    if (!sheet || page.watching === sheet) return;
    page.watching = sheet;
    new MutationObserver(arrange).observe(sheet, { childList: true, subtree: true });
    new MutationObserver(arrange).observe(document.getElementById("main"), { attributeFilter: ["class"] });
    window.addEventListener("resize", arrange);
  }

  // ---------------------------------------------------------------- groups and explanations of levers
  // What was opened or closed by hand stays so when the server makes the levers anew, as after undo.
  const folded = new Map();
  const foldName = (details) => {
    const summary = details.querySelector("summary"), named = summary.querySelector("[id]");
    return named ? named.id : summary.textContent;
  };

  document.addEventListener("toggle", (event) => {
    if (event.target.closest("#levers")) folded.set(foldName(event.target), event.target.open);
  }, true);

  function watchLevers() {
    const levers = document.getElementById("levers");
    if (!levers || page.folding === levers) return;
    page.folding = levers;
    const restore = () => levers.querySelectorAll("details").forEach((details) => {
      const was = folded.get(foldName(details));
      if (was !== undefined && was !== details.open) details.open = was;
    });
    new MutationObserver(restore).observe(levers, { childList: true });
  }

  document.addEventListener("keydown", (event) => {
    const dialog = shown();
    if (dialog && event.key === "Tab") keepInside(event, dialog);
    if (event.key === "Escape") {
      if (dialog) closeDialog(dialog);
      else { const close = document.getElementById("card-close"); if (close) close.click(); }
      return;
    }
    const undo = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "z";
    if (undo && !typing(document.activeElement)) {
      const button = document.getElementById(event.shiftKey ? "redo" : "undo");
      if (button && !button.disabled) button.click();
      event.preventDefault();
    }
  });

  // ---------------------------------------------------------------- years
  function play() {
    const button = document.getElementById("play");
    if (playing) { clearInterval(playing); playing = null; button.textContent = "Play"; return; }
    const span = page.span;
    if (!span) return;
    let year = page.year >= span[1] ? span[0] : page.year;
    button.textContent = "Stop";
    playing = setInterval(() => {
      year += 1;
      if (year > span[1]) { play(); return; }
      window.dash_clientside.set_props("year", { value: year });
    }, 350);
  }

  // ---------------------------------------------------------------- what the server's callbacks call here
  const nothing = () => window.dash_clientside.no_update;
  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    page: {
      recall() {
        if (sessionStorage.getItem("ecopark-large")) setTimeout(() => setType(true), 0);
        return sessionStorage.getItem("ecopark-visitor") || "";
      },
      remember(visitor) {
        if (visitor) sessionStorage.setItem("ecopark-visitor", visitor);
        return nothing();
      },
      scene(id, scene, net, live, picked, year) {
        if (!scene) return "";
        page.year = year;
        watchResults();
        watchLevers();
        if (net) page.span = [net.first, net.last];
        const chosen = picked && picked.name ? `${picked.kind}:${picked.name}` : null;
        page.show(id, { scene, net: net || null, live: live || null, chosen, year: live ? live.year : (net ? year : null) });
        return live ? `${live.year}, running` : (net ? String(year) : "");
      },
      left(scene, net, live, picked, year) { return window.dash_clientside.page.scene("map-left", scene, net, live, picked, year); },
      right(scene, net, live, picked, year) { return window.dash_clientside.page.scene("map-right", scene, net, live, picked, year); },
      /* What a handle of a lever stands at, while it is moved. */
      amount(value, dragged, look) {
        const asked = window.dash_clientside.callback_context.triggered.map((one) => one.prop_id).join();
        const shown = asked.includes("drag_value") ? dragged : value;
        if (typeof shown !== "number") return "";
        return shown.toLocaleString("en", { maximumSignificantDigits: 4, useGrouping: !look.includes("date") });
      },
      /* Why a lever does nothing in the park as it is; empty where it does something. */
      idle(reasons, id) {
        const why = (reasons || {})[id.name] || "";
        return why && why.charAt(0).toUpperCase() + why.slice(1);
      },
      /* The server hears of a year once the slider rests on it. */
      settle(year) {
        clearTimeout(page.settling);
        page.settling = setTimeout(() => {
          if (page.settled === year) return;
          page.settled = year;
          window.dash_clientside.set_props("settled", { data: year });
        }, 200);
        return nothing();
      },
      /* A card that opens takes the focus, so that a keyboard or a screen reader is where the news is. */
      focus(children, picked) {
        if (picked && picked.name && picked.focus !== false) {
          setTimeout(() => {
            const title = document.getElementById("card-title");
            const inMap = document.activeElement && document.activeElement.classList.contains("map-box");
            if (title && !inMap) title.focus({ preventScroll: true });
          }, 60);
        }
        return nothing();
      },
    },
  });
}());
