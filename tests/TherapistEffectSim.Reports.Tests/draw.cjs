// Compiles Vega-Lite specifications and draws them without a screen. Reads {scripts: [text], specs: [specification]} as JSON from standard
// input; writes for each specification {warnings: [text], items: [{mark, x, y, x2, y2, width, height, fill, panel, datum, text}]}, where
// positions are relative to the panel.
"use strict";
const vm = require("node:vm");
const input = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const context = vm.createContext({ console, setTimeout, clearTimeout, structuredClone, URL, TextDecoder, performance });
context.self = context.window = context.globalThis = context;
context.addEventListener = context.removeEventListener = () => {}; // a chart as wide as its page listens to the page's size
for (const script of input.scripts) vm.runInContext(script, context);

function collect(mark, panel, items) {
  for (const item of mark.items ?? []) {
    if (mark.marktype === "group") {
      const own = item.datum && item.datum.panel !== undefined ? item.datum.panel : item.datum && item.datum.target !== undefined ? item.datum.target : panel;
      for (const child of item.items ?? []) collect(child, own, items);
    } else if (mark.role === "mark") {
      const { x, y, x2, y2, width, height, fill } = item;
      items.push({ mark: mark.marktype, x, y, x2, y2, width, height, fill, panel, datum: item.datum ?? null });
    } else if (mark.role === "axis-label") {
      items.push({ mark: mark.role, x: item.x, y: item.y, panel, text: String(item.text), datum: null });
    }
  }
}

(async () => {
  const drawn = [];
  for (const spec of input.specs) {
    const warnings = [];
    const note = (...texts) => { warnings.push(texts.join(" ")); return logger; };
    const logger = { warn: note, error: note, info: () => logger, debug: () => logger, level: () => logger };
    const compiled = context.vegaLite.compile(spec, { logger }).spec;
    const view = new context.vega.View(context.vega.parse(compiled), { renderer: "none", logger });
    await view.runAsync();
    const items = [];
    collect(view.scenegraph().root, "", items);
    drawn.push({ warnings, width: view.signal("width"), height: view.signal("height"), items });
  }
  process.stdout.write(JSON.stringify(drawn));
})().catch(error => { process.stderr.write(String(error && error.stack || error)); process.exit(1); });
