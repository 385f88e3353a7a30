/* Words light up as they are spoken, where their times are known: in the sentence below the button
   and in the words to read along. A listener can have whole sentences instead; who has asked the
   system for less motion gets those, unless they choose otherwise. */
"use strict";

(() => {
  const { audio, cues, position, remembered, remember } = window.meditations;
  const choice = document.getElementById("by-word");
  if (!choice) return;
  const said = document.getElementById("said");
  let current = null;
  let text = "";
  let starts = [];
  let hosts = [];
  let timer = 0;

  /* Hundredths of a second between the beginnings of words, in base 36. */
  function startsOf({ element, at }) {
    let start = at;
    return (element.dataset.words ?? "").split(" ").map((more) => (start += parseInt(more, 36) / 100));
  }

  /* A word carries the blank behind it, so that the light has no holes. */
  function part(host) {
    const words = host.textContent.split(" ");
    if (words.length !== starts.length) return null;
    const spans = words.map((word, index) => {
      const span = document.createElement("span");
      span.textContent = index < words.length - 1 ? `${word} ` : word;
      return span;
    });
    const line = document.createElement("span");
    line.append(...spans);
    host.replaceChildren(line);
    host.classList.add("by-word");
    return { host, spans };
  }

  /* What somebody has marked to copy is left in peace. */
  const marked = (host) => !getSelection().isCollapsed && getSelection().containsNode(host, true);

  function join() {
    for (const { host } of hosts) {
      host.classList.remove("by-word");
      if (!marked(host)) host.textContent = host.textContent;
    }
    hosts = [];
  }

  function follow() {
    const element = choice.value === "word" ? document.querySelector(".current") : null;
    const whole = hosts.every(({ host, spans }) => host.contains(spans[0]));
    if (element === current && said.textContent === text && whole) return;
    join();
    current = element;
    text = said.textContent;
    const cue = cues.find((each) => each.element === element);
    starts = cue ? startsOf(cue) : [];
    if (!cue || Number.isNaN(starts[0])) return;
    hosts = [part(said), marked(element) ? null : part(element)].filter(Boolean);
  }

  function show() {
    clearTimeout(timer);
    follow();
    const at = position() + 0.05;
    for (const { spans } of hosts) {
      spans.forEach((span, index) => span.classList.toggle("later", starts[index] > at));
    }
    const next = starts.find((start) => start > at);
    if (!audio.paused && hosts.length && next) {
      timer = setTimeout(show, Math.max(20, (1000 * (next - at)) / audio.playbackRate));
    }
  }

  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  choice.value = remembered("by-word") ?? (calm ? "sentence" : "word");
  if (!choice.value) choice.value = "word";
  choice.addEventListener("change", () => {
    remember("by-word", choice.value);
    show();
  });
  for (const name of ["timeupdate", "seeked", "play", "pause", "ratechange"]) {
    audio.addEventListener(name, show);
  }
  show();
})();
