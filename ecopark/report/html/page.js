"use strict";
(function () {
  const held = JSON.parse(document.getElementById("data").textContent);
  const instant = { mode: "immediate", frame: { duration: 0, redraw: true }, transition: { duration: 0 } };
  const plots = Array.from(document.querySelectorAll(".plot"));
  const drawn = new Map();

  function draw(plot) {
    if (!drawn.has(plot)) {
      const spec = held.figures[plot.dataset.figure];
      const made = Plotly.newPlot(plot, spec.data, spec.layout, held.config).then(function () {
        return spec.frames ? Plotly.addFrames(plot, spec.frames) : null;
      });
      drawn.set(plot, made);
    }
    return drawn.get(plot);
  }

  // Near the window first, the rest when there is time: the page can be read at once.
  const near = new IntersectionObserver(function (seen) {
    seen.forEach(function (one) { if (one.isIntersecting) { draw(one.target); near.unobserve(one.target); } });
  }, { rootMargin: "600px" });
  plots.forEach(function (plot) { near.observe(plot); });
  window.addEventListener("beforeprint", function () {
    plots.forEach(draw);
    document.querySelectorAll("details").forEach(function (one) { one.open = true; });
  });

  // One year for all figures that have one.
  const sliders = Array.from(document.querySelectorAll(".years input"));
  function show(year) {
    sliders.forEach(function (slider) {
      const own = Math.min(Math.max(year, Number(slider.min)), Number(slider.max));
      slider.value = String(own);
      slider.parentElement.querySelector("output").textContent = String(own);
      const plot = document.getElementById("p-" + slider.dataset.figure);
      plot.dataset.year = String(own);
      settle(plot);
    });
  }
  // Only a figure near the window is drawn anew; one far away takes up the year when it comes near.
  const close = new Set();
  function settle(plot) {
    if (!drawn.has(plot) || !close.has(plot) || plot.dataset.year === plot.dataset.shows) { return; }
    plot.dataset.shows = plot.dataset.year;
    drawn.get(plot).then(function () { return Plotly.animate(plot, [plot.dataset.shows], instant); }).catch(function () {});
  }
  const awake = new IntersectionObserver(function (seen) {
    seen.forEach(function (one) {
      if (one.isIntersecting) { close.add(one.target); } else { close.delete(one.target); }
      if (one.isIntersecting && one.target.dataset.year) { draw(one.target); settle(one.target); }
    });
  }, { rootMargin: "300px" });
  sliders.forEach(function (slider) {
    const bar = slider.parentElement;
    slider.addEventListener("input", function () { stop(); show(Number(slider.value)); });
    bar.querySelectorAll(".step").forEach(function (button) {
      button.addEventListener("click", function () { stop(); show(Number(slider.value) + Number(button.dataset.step)); });
    });
    bar.querySelector(".play").addEventListener("click", function () { playing ? stop() : play(slider); });
    awake.observe(document.getElementById("p-" + slider.dataset.figure));
  });

  let playing = 0;
  function press(on) {
    document.querySelectorAll(".play").forEach(function (button) {
      button.textContent = on ? "Stop" : "Play";
      button.setAttribute("aria-pressed", String(on));
    });
  }
  function stop() { window.clearInterval(playing); playing = 0; press(false); }
  function play(slider) {
    if (Number(slider.value) >= Number(slider.max)) { show(Number(slider.min)); }
    press(true);
    playing = window.setInterval(function () {
      if (Number(slider.value) >= Number(slider.max)) { stop(); return; }
      show(Number(slider.value) + 1);
    }, 600);
  }

  // Which section is read.
  const links = new Map(Array.from(document.querySelectorAll("nav a")).map(function (link) {
    return [link.getAttribute("href").slice(1), link];
  }));
  const reader = new IntersectionObserver(function (seen) {
    seen.forEach(function (one) {
      if (!one.isIntersecting) { return; }
      links.forEach(function (link) { link.classList.remove("here"); link.removeAttribute("aria-current"); });
      const link = links.get(one.target.id);
      link.classList.add("here");
      link.setAttribute("aria-current", "true");
    });
  }, { rootMargin: "-20% 0px -70% 0px" });
  document.querySelectorAll("section").forEach(function (section) { reader.observe(section); });
})();
