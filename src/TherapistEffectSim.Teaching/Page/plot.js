// The picture of one trial: an SVG drawing in the units of the page.

const width = 660, height = 410, left = 58, right = 12, top = 34, bottom = 50;
const space = "http://www.w3.org/2000/svg";

export function draw(svg, picture) {
  const scales = scalesOf(picture);
  const layer = svg.querySelector("g");
  layer.replaceChildren();
  axes(layer, scales);
  band(layer, "linear", picture.line, scales);
  band(layer, "curve", picture.parabola, scales);
  const largest = Math.max(...picture.therapists.map(t => t.patients));
  for (const therapist of picture.therapists) {
    add(layer, "circle", { class: "therapist", cx: scales.x(therapist.alliance), cy: scales.y(therapist.outcome), r: 3 + 4 * Math.sqrt(therapist.patients / largest) });
  }
  path(layer, "truth", picture.truth, scales);
  path(layer, "fit linear", picture.line, scales);
  path(layer, "fit curve", picture.parabola, scales);
  key(layer);
}

export function scalesOf(picture) {
  const farthest = picture.truth[picture.truth.length - 1].x;
  const outcomes = picture.therapists.map(t => t.outcome);
  const lowest = Math.min(...outcomes, -0.5), highest = Math.max(...outcomes, 0.5);
  const beyond = 0.3 * (highest - lowest); // how far the truth may reach beyond the therapists: steeper parts are cut off
  const truth = picture.truth.map(p => Math.min(highest + beyond, Math.max(lowest - beyond, p.y)));
  const low = Math.min(lowest, ...truth), high = Math.max(highest, ...truth);
  const pad = 0.06 * (high - low);
  const x = value => left + (value + farthest) / (2 * farthest) * (width - left - right);
  const y = value => height - bottom - (value - low + pad) / (high - low + 2 * pad) * (height - top - bottom);
  return { x, y, xs: ticks(-farthest, farthest), ys: ticks(low - pad, high + pad) };
}

function ticks(low, high) {
  const rough = (high - low) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(m => m * power).find(s => s >= rough);
  const made = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) made.push(Number((k * step).toPrecision(6)));
  return made;
}

function axes(layer, { x, y, xs, ys }) {
  for (const value of ys) {
    add(layer, "line", { class: value === 0 ? "axis" : "zero", x1: left, x2: width - right, y1: y(value), y2: y(value) });
    label(layer, signed(value), { x: left - 8, y: y(value) + 4, "text-anchor": "end" });
  }
  for (const value of xs) {
    add(layer, "line", { class: "axis", x1: x(value), x2: x(value), y1: height - bottom, y2: height - bottom + 5 });
    label(layer, signed(value), { x: x(value), y: height - bottom + 20, "text-anchor": "middle" });
  }
  label(layer, "Therapist\u2019s alliance: mean of the own patients (SDs)", { x: (left + width - right) / 2, y: height - 8, "text-anchor": "middle" });
  label(layer, "Mean outcome (SDs)", { transform: `translate(15 ${(top + height - bottom) / 2}) rotate(-90)`, "text-anchor": "middle" });
}

function key(layer) {
  const entries = [["therapist", "a therapist"], ["truth", "the truth"], ["fit linear", "fitted line"], ["fit curve", "fitted curve"]];
  let at = left;
  for (const [kind, words] of entries) {
    if (kind === "therapist") add(layer, "circle", { class: kind, cx: at + 10, cy: 14, r: 5 });
    else add(layer, "line", { class: kind, x1: at, x2: at + 24, y1: 14, y2: 14 });
    label(layer, words, { class: "key", x: at + (kind === "therapist" ? 20 : 30), y: 18 });
    at += (kind === "therapist" ? 44 : 56) + 7 * words.length;
  }
}

function band(layer, kind, points, { x, y }) {
  if (points.length < 2) return;
  const upper = points.map(p => `${x(p.x).toFixed(1)},${clip(y(p.high))}`);
  const lower = points.map(p => `${x(p.x).toFixed(1)},${clip(y(p.low))}`).reverse();
  add(layer, "polygon", { class: `band ${kind}`, points: [...upper, ...lower].join(" ") });
}

function path(layer, kind, points, { x, y }) {
  const inside = points.filter(p => y(p.y) >= top && y(p.y) <= height - bottom);
  if (inside.length > 1) add(layer, "path", { class: kind, d: inside.map((p, i) => `${i ? "L" : "M"}${x(p.x).toFixed(1)} ${y(p.y).toFixed(1)}`).join("") });
}

function clip(value) { return Math.min(height - bottom, Math.max(top, value)).toFixed(1); }

function signed(value) { return String(value).replace("-", "\u2212"); }

function add(layer, name, attributes) {
  const made = document.createElementNS(space, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  layer.append(made);
  return made;
}

function label(layer, words, attributes) { add(layer, "text", attributes).textContent = words; }
