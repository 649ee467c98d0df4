import * as dials from "./dials.js";
import * as lesson from "./lesson.js";
import * as plot from "./plot.js";
import * as power from "./power.js";
import * as settings from "./setting.js";

const at = id => document.getElementById(id);
const root = document.documentElement;
const pause = 40; // milliseconds between two restarts while a slider moves

let setting = settings.read(location.search);
let world = null;     // what the server says of the setting
let frame = null;     // the latest rates
let work = null;      // aborts what is under way
let look = null;      // aborts what is under way for the picture
let answered = false; // whether the question of the step was answered
let explained = false; // and the answer was explained by rates
let waiting = null;

const isCovered = () => setting.step > 0 && !answered;

async function ask(path, signal) {
  const response = await fetch(path, { signal });
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.json();
}

function complain(error) {
  if (error.name === "AbortError") return;
  at("problem").textContent = error instanceof TypeError ? "The page has lost its program: start tes teach again." : error.message;
  at("problem").hidden = false;
}

function remember() {
  history.replaceState(null, "", settings.address(setting));
  at("save").href = `/study.yaml${settings.query(setting)}`;
  at("reset").disabled = Object.keys(setting.moved).length === 0;
}

// Starts everything anew for the setting as it is.
function restart() {
  work?.abort();
  work = new AbortController();
  const signal = work.signal;
  at("problem").hidden = true;
  root.dataset.state = "running";
  remember();
  frame = null;
  at("said").textContent = "";
  power.stream(settings.query(setting), signal, next => {
    if (signal.aborted) return;
    frame = next;
    power.show(frame, isCovered());
    if (setting.step > 0 && answered && !explained) explain();
    root.dataset.state = frame.isLast ? "done" : "running";
    if (frame.isLast) finish();
  }).catch(complain);
  showTrial(signal);
  ask(`/api/setting${settings.query(setting)}`, signal).then(told => { world = told; describe(); }).catch(complain);
}

function finish() {
  if (!isCovered()) at("said").textContent = frame.tests.map(t => `${power.titleOf(t.name)} ${power.percent(t.share, frame.trials)}.`).join(" ");
  if (setting.step > 0 && answered) explain();
}

function later() {
  root.dataset.state = "running";
  clearTimeout(waiting);
  waiting = setTimeout(restart, pause);
}

async function showTrial(signal) {
  look?.abort(); // of two trials asked for, the later is shown, whichever answer comes first
  look = new AbortController();
  try {
    const picture = await ask(`/api/trial${settings.query(setting, { trial: setting.trial })}`, AbortSignal.any([signal, look.signal]));
    plot.draw(at("plot"), picture);
    const count = `${picture.therapists.length} therapists, ${picture.patients} patients`;
    at("plot-caption").textContent = `Trial ${picture.trial}: ${count}. Each dot is a therapist, its size the number of patients. Bands: 95 %.`;
    at("plot-text").textContent = `Mean outcome of the patients of ${count} by their mean alliance, the true curve, and the fitted line and parabola. `
      + picture.decisions.map(d => `${power.titleOf(d.name)} ${d.isSignificant ? "significant" : "not significant"}, ${pText(d.pValue)}.`).join(" ");
    at("decisions").replaceChildren(...picture.decisions.map(d => {
      const item = dials.element("li", "", power.kindOf(d.name));
      item.append(`${power.titleOf(d.name)} `, dials.element(d.isSignificant ? "b" : "span", d.isSignificant ? "significant" : "not significant", d.isSignificant ? "" : "no"), `, ${pText(d.pValue)}`);
      return item;
    }));
    root.dataset.trial = picture.trial;
  } catch (error) {
    complain(error);
  }
}

function pText(p) {
  return p === null ? "no test" : p < 0.001 ? "p < .001" : `p = ${p.toFixed(3).slice(1)}`;
}

// What the server says of the setting, beside the sliders.
function describe() {
  at("question").textContent = world.question;
  at("world").querySelector("dl").replaceChildren(...world.world.flatMap(line => [dials.element("dt", line.name), dials.element("dd", line.value)]));
}

// Makes the sliders anew: after a change of story, of the step, or at the start.
async function load() {
  try {
    world = await ask(`/api/setting${settings.query(setting)}`);
  } catch (error) {
    complain(error);
    if (setting.story === "inverted-u" && Object.keys(setting.moved).length === 0) return;
    setting = { ...setting, story: "inverted-u", seed: "2009", moved: {} }; // a link that cannot be: the page's own story, and the reason above it
    world = await ask("/api/setting");
  }
  if (at("story").childElementCount === 0) {
    at("story").append(...world.stories.map(story => Object.assign(dials.element("option", story.title), { value: story.name })));
  }
  at("story").value = setting.story;
  dials.build(at("dials"), world.dials, (dial, value) => {
    if (Math.abs(value - dial.own) < 1e-9) delete setting.moved[dial.key];
    else setting.moved[dial.key] = String(value);
    later();
  });
  describe();
}

async function reload() {
  await load();
  const problem = at("problem").hidden ? null : at("problem").textContent;
  restart();
  if (problem !== null) { at("problem").textContent = problem; at("problem").hidden = false; }
}

// The lesson.

function dialText(key) {
  const dial = world.dials.find(d => d.key === key);
  return dials.text(dial, dial.value);
}

async function enter(number, keepsWorld) {
  setting.step = number;
  answered = false;
  const step = lesson.steps[number - 1];
  if (!keepsWorld) setting = { ...setting, story: step.set.story ?? "inverted-u", moved: Object.fromEntries(Object.entries(step.set.moved).map(([key, value]) => [key, String(value)])), trial: 1 };
  root.dataset.covered = "yes";
  await reload();
  at("lesson").hidden = false;
  at("lesson-step").textContent = `Step ${number} of ${lesson.steps.length}`;
  at("lesson-title").textContent = step.title;
  at("lesson-text").textContent = step.text(dialText);
  at("lesson-question").textContent = step.question;
  at("lesson-options").replaceChildren(...step.answers.map((answer, i) => {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "answer", value: String(i), required: true });
    label.append(input, answer.words);
    return label;
  }));
  at("lesson-answer").replaceChildren();
  at("lesson-check").hidden = false;
  at("covered-note").hidden = false;
  at("lesson-back").disabled = number === 1;
  at("lesson-next").hidden = number === lesson.steps.length;
  at("lesson-next").classList.remove("strong");
  at("lesson-title").focus();
  at("start-lesson").hidden = true;
}

function explain() {
  explained = true;
  const step = lesson.steps[setting.step - 1];
  const chosen = Number(new FormData(at("lesson-form")).get("answer"));
  const right = step.answers.findIndex(answer => answer.holds(frame));
  const box = at("lesson-answer");
  box.classList.toggle("wrong", chosen !== right);
  const words = [dials.element("p", ""), dials.element("p", step.explain(frame))];
  words[0].append(dials.element("b", chosen === right ? "Yes." : `No: ${lower(step.answers[right].words)}.`));
  box.replaceChildren(...words);
  [...at("lesson-options").children].forEach((label, i) => label.classList.toggle("right", i === right));
}

function lower(words) { return words[0].toLowerCase() + words.slice(1); }

function leave() {
  setting.step = 0;
  at("lesson").hidden = true;
  at("covered-note").hidden = true;
  at("start-lesson").hidden = false;
  root.dataset.covered = "no";
  remember();
  if (frame) power.show(frame, false);
  at("start-lesson").focus();
}

at("lesson-form").addEventListener("submit", event => {
  event.preventDefault();
  answered = true;
  explained = false;
  root.dataset.covered = "no";
  at("covered-note").hidden = true;
  at("lesson-check").hidden = true;
  for (const input of at("lesson-options").querySelectorAll("input")) input.disabled = false;
  if (frame) {
    power.show(frame, false);
    explain();
  } else {
    at("lesson-answer").textContent = "The first trials are being simulated."; // their frame explains
  }
  const next = at("lesson-next");
  next.classList.add("strong");
  (next.hidden ? at("lesson-leave") : next).focus();
});
at("lesson-back").addEventListener("click", () => enter(setting.step - 1));
at("lesson-next").addEventListener("click", () => enter(setting.step + 1));
at("lesson-leave").addEventListener("click", leave);
at("start-lesson").addEventListener("click", () => enter(1));

// The rest of the page.

at("dials").addEventListener("submit", event => event.preventDefault());
at("story").addEventListener("change", () => { setting = { ...setting, story: at("story").value, moved: {}, trial: 1 }; at("problem").hidden = true; reload(); });
at("reset").addEventListener("click", () => { setting = { ...setting, moved: {} }; at("problem").hidden = true; reload(); });
at("new-trial").addEventListener("click", () => { setting.trial = setting.trial % world.mostTrial + 1; remember(); showTrial(work.signal); });
at("copy-link").addEventListener("click", async () => {
  const button = at("copy-link");
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = "Copied";
    at("said").textContent = "The link is copied.";
  } catch {
    button.textContent = "Copy it from the address bar";
  }
  setTimeout(() => { button.textContent = "Copy link"; }, 2500);
});

const systemDark = matchMedia("(prefers-color-scheme: dark)");
let chosen = null;
function showTheme() {
  const isDark = chosen === null ? systemDark.matches : chosen === "dark";
  if (chosen !== null) root.dataset.theme = chosen;
  at("theme").textContent = isDark ? "Light" : "Dark";
  at("theme").setAttribute("aria-label", isDark ? "Show in light colours" : "Show in dark colours");
}
at("theme").addEventListener("click", () => { chosen = at("theme").textContent.toLowerCase(); showTheme(); });
systemDark.addEventListener("change", showTheme);
showTheme();

if (setting.step > lesson.steps.length) setting.step = 0;
if (setting.step > 0) enter(setting.step, true);
else reload();
