/* The sleep timer. It counts while the sound plays, fades out, and puts the place back to where
   the fade began. Where a page may not set the volume (iOS keeps it at 1), nothing is cut off in
   the middle of a sentence: the sound ends in the next pause that the track itself has. */
"use strict";

(() => {
  const { audio, cues, chapters, clock, say, seek, word } = window.meditations;
  const select = document.getElementById("sleep");
  const FADE_MS = 20_000;
  const PAUSE_S = 1.5;
  const MARGIN_S = 0.3;

  let left = null; /* milliseconds until silence; null is off */
  let fadeMs = FADE_MS;
  let until = null; /* or: the place in the track where it ends */
  let began = null; /* where the fade began */
  let ticked = 0;
  let ticking = 0;

  /* Asked each time, since a page can be moved to another output. */
  function volumeIsFixed() {
    const probe = document.createElement("audio");
    probe.volume = 0.5;
    return probe.volume === 1;
  }

  function off() {
    clearInterval(ticking);
    left = until = began = null;
    audio.volume = 1;
    select.value = "";
  }

  function start(ms, fade = FADE_MS) {
    off();
    left = ms;
    fadeMs = Math.min(fade, ms);
    begin();
  }

  function begin() {
    ticked = performance.now();
    ticking = setInterval(tick, 200);
  }

  function choose() {
    const value = select.value;
    if (value === "") {
      off();
      say("");
      return;
    }
    if (value === "chapter") {
      off();
      const next = chapters.find((chapter) => chapter.at > audio.currentTime + 1);
      until = next ? next.at : Number(audio.dataset.length);
      left = Infinity;
      fadeMs = FADE_MS / 2;
      begin();
      say(word("sleep_chapter"));
    } else {
      start(Number(value) * 60_000);
      say(word("sleep", { n: value }));
    }
    select.value = value;
  }

  /* Timers are slowed down behind a locked screen; the sound's own events still come. */
  function tick() {
    const now = performance.now();
    const passed = now - ticked;
    ticked = now;
    if (left === null) return;
    if (audio.paused) {
      audio.volume = 1;
      began = null;
      return;
    }
    left = until === null ? left - passed : (1000 * (until - audio.currentTime)) / audio.playbackRate;
    if (volumeIsFixed()) {
      if (left <= 0 && inPause(audio.currentTime)) end(null);
    } else if (left <= 0) {
      end(began);
    } else if (left <= fadeMs) {
      began ??= audio.currentTime;
      audio.volume = (left / fadeMs) ** 2;
    } else {
      began = null;
      audio.volume = 1;
    }
  }

  function inPause(at) {
    const next = cues.find((cue) => cue.at > at);
    const before = cues.findLast((cue) => cue.at <= at);
    const from = (before ? before.to : 0) + MARGIN_S;
    const to = (next ? next.at : Infinity) - MARGIN_S;
    return to - from >= PAUSE_S - 2 * MARGIN_S && at >= from && at <= to;
  }

  function end(place) {
    audio.pause();
    if (place !== null) seek(place);
    off();
    say(word("slept", { at: clock(place ?? audio.currentTime) }));
  }

  select.addEventListener("change", choose);
  audio.addEventListener("timeupdate", tick);
  audio.addEventListener("ended", off);
  audio.addEventListener("play", () => (ticked = performance.now()));
  window.meditations.sleep = { start, off, inPause };
})();
