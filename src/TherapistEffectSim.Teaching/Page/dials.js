// The sliders, made from what the server says of them.

const minus = "\u2212";

export function text(dial, value) {
  if (dial.isShare) return `${Math.round(value * 1000) / 10} %`;
  const decimals = dial.step < 0.1 ? 2 : dial.step < 1 ? 1 : Number.isInteger(value) ? 0 : 1;
  return Number(value).toFixed(decimals).replace("-", minus);
}

export function build(form, dials, onMove) {
  form.replaceChildren();
  let group = null, fieldset = null;
  for (const dial of dials) {
    if (dial.group !== group) {
      group = dial.group;
      fieldset = document.createElement("fieldset");
      fieldset.append(element("legend", group));
      form.append(fieldset);
    }
    fieldset.append(dial.isSwitch ? toggle(dial, onMove) : slider(dial, onMove));
  }
}

function slider(dial, onMove) {
  const box = element("div", "", "dial");
  const top = element("div", "", "top");
  const label = element("label", dial.label);
  label.htmlFor = `dial-${dial.key}`;
  const output = element("output", "");
  output.htmlFor = label.htmlFor;
  top.append(label, output);
  const input = document.createElement("input");
  Object.assign(input, { type: "range", id: label.htmlFor, min: dial.min, max: dial.max, step: dial.step });
  input.setAttribute("aria-describedby", `help-${dial.key}`);
  const help = element("p", dial.help, "help");
  help.id = `help-${dial.key}`;
  const show = value => {
    output.replaceChildren(text(dial, value), " ", element("small", dial.unit));
    input.setAttribute("aria-valuetext", `${text(dial, value)} ${dial.unit}`);
    box.classList.toggle("moved", Math.abs(value - dial.own) > 1e-9);
  };
  // A story's own value may lie between two steps: the slider stands beside it, the number is exact.
  input.step = "any";
  input.value = dial.value;
  input.step = dial.step;
  show(dial.value);
  input.addEventListener("input", () => { show(Number(input.value)); onMove(dial, Number(input.value)); });
  box.append(top, input, help);
  return box;
}

function toggle(dial, onMove) {
  const box = element("div", "", "dial switch");
  const input = document.createElement("input");
  Object.assign(input, { type: "checkbox", id: `dial-${dial.key}`, checked: dial.value === 1 });
  input.setAttribute("aria-describedby", `help-${dial.key}`);
  const label = element("label", dial.label);
  label.htmlFor = input.id;
  const help = element("p", dial.help, "help");
  help.id = `help-${dial.key}`;
  input.addEventListener("input", () => onMove(dial, input.checked ? 1 : 0));
  box.append(input, label, help);
  return box;
}

export function element(name, text, kind) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}
