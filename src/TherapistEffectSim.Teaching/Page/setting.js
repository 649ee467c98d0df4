// The setting: a story, the dials that were moved, the seed, the trial that is shown, and the step of the lesson. It lives in the address.

const usual = { story: "inverted-u", seed: "2009" };

export function read(search) {
  const parameters = new URLSearchParams(search);
  const setting = { story: parameters.get("story") ?? usual.story, seed: parameters.get("seed") ?? usual.seed, trial: Number(parameters.get("trial") ?? 1), step: Number(parameters.get("step") ?? 0), moved: {} };
  for (const [key, value] of parameters) {
    if (!["story", "seed", "trial", "step"].includes(key)) setting.moved[key] = value;
  }
  if (!Number.isInteger(setting.step) || setting.step < 0) setting.step = 0;
  return setting;
}

// What the server needs to know.
export function query(setting, more = {}) {
  const parameters = new URLSearchParams();
  if (setting.story !== usual.story) parameters.set("story", setting.story);
  if (setting.seed !== usual.seed) parameters.set("seed", setting.seed);
  for (const [key, value] of Object.entries(setting.moved)) parameters.set(key, value);
  for (const [key, value] of Object.entries(more)) parameters.set(key, value);
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

export function address(setting) {
  const more = {};
  if (setting.trial !== 1) more.trial = setting.trial;
  if (setting.step > 0) more.step = setting.step;
  return location.pathname + query(setting, more);
}
