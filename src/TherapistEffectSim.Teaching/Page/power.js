// The rates: read from the server line by line, and shown.

import { element } from "./dials.js";

const titles = { "therapist-variance": "Do therapists differ?", linear: "Is there a straight line?", curve: "Is there a curve?" };
const kinds = { "therapist-variance": "own-variance", linear: "own-linear", curve: "own-curve" };
const tags = { power: "power: it is there", "type-I": "error: nothing is there", "false-positive": "false alarm" };

const nouns = { "therapist-variance": "therapists", linear: "line", curve: "curve" };
const space = "\u00a0"; // a number and its unit stay on one line

export function kindOf(name) { return kinds[name] ?? "own-variance"; }

export function titleOf(name) { return titles[name] ?? name; }

// Calls back with each frame; ends when the signal aborts.
export async function stream(query, signal, onFrame) {
  const response = await fetch(`/api/power${query}`, { signal });
  if (!response.ok) throw new Error((await response.text()).trim());
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) onFrame(JSON.parse(line));
  }
}

export function percent(share, trials) {
  const error = 100 * Math.sqrt(Math.max(share * (1 - share), 1 / trials) / trials);
  return share > 0 && share < 0.0005 ? `< 0.1${space}%` : `${(100 * share).toFixed(error < 0.6 ? 1 : 0)}${space}%`;
}

// What a rate means, in a sentence. All numbers are those of the frame.
export function meaning(test, frame) {
  const level = levelText(frame);
  if (test.means === "power") return "What is tested is really there: this is the chance to see it.";
  if (test.means === "type-I") return `Nothing is there. About ${level} of the trials say so all the same: chance.`;
  if (test.means !== "false-positive") return "";
  const over = test.share - frame.alpha;
  return over > 2 * Math.sqrt(test.share * (1 - test.share) / frame.trials)
    ? `There is no such effect. ${level} would be chance; the other ${(100 * over).toFixed(1)} points are false alarms too, made by the ${test.mechanisms}. None is a detection.`
    : `There is no such effect: what is significant here is a false alarm. (Something in this world, the ${test.mechanisms}, could make more of them.)`;
}

function levelText(frame) { return `${Math.round(1000 * frame.alpha) / 10}${space}%`; }

export function show(frame, covered) {
  const cards = document.getElementById("cards");
  if (cards.childElementCount !== frame.tests.length) cards.replaceChildren(...frame.tests.map(card));
  frame.tests.forEach((test, i) => fill(cards.children[i], test, frame, covered));
  document.getElementById("bar").value = frame.trials / frame.of;
  document.getElementById("progress").textContent =
    `${frame.trials.toLocaleString("en")} of ${frame.of.toLocaleString("en")} trials, ${rounded(frame.perSecond).toLocaleString("en")} a second`;
  const patterns = document.getElementById("patterns");
  patterns.replaceChildren(...frame.patterns.map(pattern => {
    const item = element("li", "");
    item.append(element("b", percent(pattern.share, frame.trials)), element("span", words(pattern)));
    return item;
  }));
  document.getElementById("puzzle").textContent =
    `Therapists do not differ significantly, yet the curve is significant: ${percent(puzzle(frame), frame.trials)} of the trials.`;
}

export function share(frame, name) { return frame.tests.find(test => test.name === name).share; }

// What is significant in a pattern such as therapist-variance=1;linear=0;curve=1.
function words(pattern) {
  const significant = pattern.pattern.split(";").filter(p => p.endsWith("=1")).map(p => nouns[p.slice(0, -2)] ?? p.slice(0, -2));
  if (significant.length === 0) return "nothing is significant";
  return significant.length === 1 ? `only: ${significant[0]}` : `${significant.slice(0, -1).join(", ")} and ${significant.at(-1)}`;
}

// Therapists not significant, curve significant.
export function puzzle(frame) {
  return frame.patterns.filter(p => p.pattern.includes("therapist-variance=0") && p.pattern.includes("curve=1")).reduce((sum, p) => sum + p.share, 0);
}

function rounded(number) {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(number)) - 1);
  return Math.round(number / unit) * unit;
}

function card(test) {
  const box = element("article", "", `card ${kindOf(test.name)}`);
  box.dataset.test = test.name;
  box.innerHTML = `<h3></h3><p class="test"></p><p class="big"></p>
    <div class="meter" aria-hidden="true"><svg viewBox="0 0 100 8" preserveAspectRatio="none"><rect class="fill" x="0" y="0" height="8" width="0"/><line class="tick" y1="0" y2="8" x1="80" x2="80" vector-effect="non-scaling-stroke"/><line class="tick level" y1="0" y2="8" vector-effect="non-scaling-stroke"/></svg></div>
    <div class="marks" aria-hidden="true"><span class="level-mark"></span><span class="power-mark">80 %</span></div>
    <span class="tag"></span><p class="says"></p>`;
  box.querySelector("h3").textContent = titleOf(test.name);
  box.querySelector(".test").textContent = test.explanation;
  box.querySelector(".power-mark").style.left = "80%";
  return box;
}

function fill(box, test, frame, covered) {
  const big = box.querySelector(".big");
  if (covered) {
    big.textContent = "?";
  } else {
    const half = 50 * (test.high - test.low);
    big.replaceChildren(percent(test.share, frame.trials), " ", element("small", `± ${half.toFixed(half < 1 ? 1 : 0)}`));
  }
  box.querySelector(".fill").setAttribute("width", covered ? 0 : 100 * test.share);
  const level = box.querySelector(".level");
  level.setAttribute("x1", 100 * frame.alpha);
  level.setAttribute("x2", 100 * frame.alpha);
  const mark = box.querySelector(".level-mark");
  mark.textContent = levelText(frame);
  mark.style.left = `${100 * frame.alpha}%`;
  const tag = box.querySelector(".tag");
  tag.className = `tag ${test.means}`;
  tag.textContent = tags[test.means] ?? "unknown";
  box.querySelector(".says").textContent = meaning(test, frame);
}
