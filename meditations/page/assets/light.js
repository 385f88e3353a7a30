/* Before anything is drawn: whether scripts run, and whether the page is dimmed for the night.
   Also what the other scripts share. Nothing here fetches, so it works from a file as well. */
"use strict";

window.meditations = (() => {
  const root = document.documentElement;

  /* Storage may be switched off, full, or missing from a file: then nothing is remembered. */
  const remembered = (key) => {
    try {
      return localStorage.getItem(`meditations ${key}`);
    } catch {
      return null;
    }
  };
  const remember = (key, value) => {
    try {
      if (value === null) localStorage.removeItem(`meditations ${key}`);
      else localStorage.setItem(`meditations ${key}`, String(value));
    } catch {
      /* forgotten, then */
    }
  };

  const clock = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    const two = (n) => String(n).padStart(2, "0");
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  };

  /* What is said to listeners comes with the page, in its language. */
  const words = JSON.parse(document.getElementById("wording").textContent);
  const word = (key, filled = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => filled[name]);

  root.classList.add("js");
  root.classList.toggle("night", remembered("night") === "yes");

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("night");
    const show = () => button.setAttribute("aria-pressed", root.classList.contains("night"));
    button.addEventListener("click", () => {
      remember("night", root.classList.toggle("night") ? "yes" : null);
      show();
    });
    show();
  });

  return { remembered, remember, clock, word };
})();
