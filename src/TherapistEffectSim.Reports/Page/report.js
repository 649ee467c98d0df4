"use strict";
(() => {
  const themes = JSON.parse(document.getElementById("themes").textContent);
  const systemDark = matchMedia("(prefers-color-scheme: dark)");
  const toggle = document.getElementById("theme");
  const charts = new Map();
  let chosen = null; // null: as the system has it

  const isDark = () => chosen === null ? systemDark.matches : chosen === "dark";

  async function draw(element) {
    const id = element.dataset.chart;
    const target = document.querySelector(`#chart-${CSS.escape(id)} .plot`);
    const options = {
      actions: false, ast: true, defaultStyle: false, renderer: "svg", config: themes[isDark() ? "dark" : "light"],
      tooltip: { theme: isDark() ? "dark" : "light" },
    };
    const spec = JSON.parse(element.textContent);
    charts.get(id)?.finalize();
    let chart = await vegaEmbed(target, spec, options);
    // Fewer panels side by side where the page is narrow or their labels are long.
    while (spec.columns > 1 && target.scrollWidth > target.clientWidth) {
      spec.columns--;
      chart.finalize();
      chart = await vegaEmbed(target, spec, options);
    }
    charts.set(id, chart);
  }

  async function drawAll() {
    document.documentElement.dataset.drawn = "no";
    for (const element of document.querySelectorAll("script.spec")) await draw(element);
    document.documentElement.dataset.drawn = "yes";
  }

  function showTheme() {
    if (chosen === null) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    toggle.textContent = isDark() ? "Light" : "Dark";
    toggle.setAttribute("aria-label", isDark() ? "Show in light colours" : "Show in dark colours");
  }

  function download(name, address) {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  }

  // A picture that stands alone says what it is to those who do not see it.
  function titled(svg, title, text) {
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
    const root = parsed.documentElement;
    root.setAttribute("role", "img");
    for (const [name, content] of [["desc", text], ["title", title]]) {
      const element = parsed.createElementNS("http://www.w3.org/2000/svg", name);
      element.textContent = content;
      root.prepend(element);
    }
    return new XMLSerializer().serializeToString(parsed);
  }

  async function save(button) {
    const id = button.dataset.chart;
    const figure = document.getElementById(`chart-${id}`);
    const view = charts.get(id).view;
    if (button.dataset.save === "svg") {
      const svg = titled(await view.toSVG(), figure.querySelector("h3").textContent, figure.querySelector("figcaption").textContent);
      const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
      download(`${id}.svg`, address);
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    } else {
      const page = getComputedStyle(document.body).backgroundColor;
      const canvas = await view.background(page).toCanvas(2);
      download(`${id}.png`, canvas.toDataURL("image/png"));
      await view.background("transparent").runAsync();
    }
  }

  toggle.addEventListener("click", () => { chosen = isDark() ? "light" : "dark"; showTheme(); drawAll(); });
  systemDark.addEventListener("change", () => { if (chosen === null) { showTheme(); drawAll(); } });
  for (const button of document.querySelectorAll("button[data-save]")) button.addEventListener("click", () => save(button));
  showTheme();
  drawAll();
})();
