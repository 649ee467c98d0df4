// The guided lesson. Each step sets the world, asks, and explains by the numbers that the trials then give: no rate is written here.

import { percent, puzzle, share } from "./power.js";

const rate = name => frame => share(frame, name);
const say = (frame, name) => percent(share(frame, name), frame.trials);

// Answers that split the rates from 0 to 1: each holds up to its own end.
const answers = (value, ...ends) => ends.map(([end, words], i) => ({
  words,
  holds: frame => value(frame) < end && (i === 0 || value(frame) >= ends[i - 1][0]),
}));

const anywhere = 1.01;

export const steps = [
  {
    title: "What a therapist effect is",
    set: { moved: { curvature: 0, "outcome-icc": 0.05 } },
    text: world => `Patients of some therapists do better than patients of others. Here ${world("outcome-icc")} of the differences in outcome lie between the ${world("therapists")} therapists, ${world("patients")} patients each. In the picture each dot is a therapist: most of the scatter is chance, not skill.`,
    question: "How often does such a trial find that its therapists differ?",
    answers: answers(rate("therapist-variance"), [0.2, "Hardly ever: in less than one trial in five"], [0.65, "In about half of the trials"], [anywhere, "In most trials"]),
    explain: frame => `The test is significant in ${say(frame, "therapist-variance")} of the trials. That is its power: the differences are there in every one of them. The alliance does nothing in this world, so that line and curve come out about as often as chance lets them: ${say(frame, "linear")} and ${say(frame, "curve")}.`,
  },
  {
    title: "A straight line through an inverted U",
    set: { moved: {} },
    text: () => "Now patients of average relationship builders do best; those of the poorest and of the very best do worse. The truth is the dashed curve. Look at the fitted line: it runs flat through the hill.",
    question: "The line is flat: its true slope is 0. How often is it significant all the same?",
    answers: answers(rate("linear"), [0.07, "As chance has it, in about one trial in twenty"], [0.3, "More often than chance, though there is no slope"], [anywhere, "In most trials: the line feels the curve"]),
    explain: frame => `The line is significant in ${say(frame, "linear")} of the trials, and not one of these is a detection. The level allows ${percent(frame.alpha, frame.trials)}; the rest too is false alarm, because a line is the wrong model: the curve makes therapists far from the middle pull it up or down by chance. The right model sees the curve in ${say(frame, "curve")}.`,
  },
  {
    title: "Few patients per therapist",
    set: { moved: { patients: 3, "alliance-icc": 0.2 } },
    text: world => `The same hill. But each therapist has ${world("patients")} patients, and only ${world("alliance-icc")} of the alliance lies between therapists. The mean of so few patients says little about a therapist: the dots lie far to the left and right of where they belong.`,
    question: "How often is the curve found now?",
    answers: answers(rate("curve"), [0.25, "In less than one trial in four"], [0.6, "In about half of the trials"], [anywhere, "In most trials, as before"]),
    explain: frame => `The curve is found in ${say(frame, "curve")} of the trials. Unreliable means flatten a slope once and a curve twice. There are ${Math.round(frame.patients)} patients in the trial; more therapists, or more patients each, bring the curve back. Move the sliders and see which helps more.`,
  },
  {
    title: "Selected therapists",
    set: { moved: { keep: 0.5 } },
    text: world => `Trials like good therapists. This one keeps the ${world("keep")} of the candidates who build the best relationships: the left half of the hill is gone.`,
    question: "Which does the trial find more often now?",
    answers: [
      { words: "The curve, as before", holds: frame => share(frame, "curve") >= share(frame, "linear") },
      { words: "A straight line, falling", holds: frame => share(frame, "curve") < share(frame, "linear") },
    ],
    explain: frame => `The line is significant in ${say(frame, "linear")} of the trials, the curve in ${say(frame, "curve")}. Among the selected, more alliance goes with less outcome. Somebody who does not know of the selection would conclude that a good alliance harms.`,
  },
  {
    title: "Who drops out",
    set: { moved: { attrition: 0.44, "loss-by-outcome": 1 } },
    text: world => `${world("attrition")} of the patients are not in the analysis, and more of those who did badly. They are missing above all with the therapists at both ends, where the hill is low.`,
    question: "How often is the curve still found?",
    answers: answers(rate("curve"), [0.35, "In less than a third of the trials"], [0.75, "In about half of the trials"], [anywhere, "Almost as often as before"]),
    explain: frame => `The curve is found in ${say(frame, "curve")}, differences between therapists in ${say(frame, "therapist-variance")} of the trials. Fewer patients are one reason. The other: those who are left are more alike, so that the hill that is left is flatter than the true one. Switch \u201cThose who do badly are lost\u201d off to tell the two apart.`,
  },
  {
    title: "The published puzzle",
    set: { story: "met-cau-2009", moved: {} },
    text: world => `A trial of ${world("therapists")} counsellors published this: patients of counsellors with average alliance did best, and yet counsellors did not differ significantly. This world has a curve of the published size, the caseloads, the loss and one rating of the alliance per patient.`,
    question: "How often would such a trial find just that: the curve, but no differences between therapists?",
    answers: answers(puzzle, [0.1, "In less than one trial in ten"], [0.5, "In one trial out of two to ten"], [anywhere, "In most trials"]),
    explain: frame => `In ${percent(puzzle(frame), frame.trials)} of the trials. A curve makes therapists differ, and the test for differences sees all of it (${say(frame, "therapist-variance")}), while the curve is seen through unreliable means (${say(frame, "curve")}). The published pattern can be chance; it cannot show that therapists are all alike.`,
  },
];
