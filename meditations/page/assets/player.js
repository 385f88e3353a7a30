/* The player: a native <audio> with controls of its own. It never uses Web Audio, which falls
   silent on a locked phone, and fetches nothing but the sound itself. */
"use strict";

(() => {
  const { remembered, remember, clock, word } = window.meditations;
  const $ = (id) => document.getElementById(id);
  const audio = document.querySelector("audio");
  const length = Number(audio.dataset.length);
  const key = `at ${audio.dataset.guid}`;
  const STEP_S = 15;

  const cues = [...document.querySelectorAll("[data-at]")].map((element) => ({
    element,
    at: parseFloat(element.dataset.at),
    to: Number(element.dataset.at.split(" ")[1]),
  }));
  const chapters = [...document.querySelectorAll("[data-from]")].map((element) => ({
    element,
    at: Number(element.dataset.from),
    title: element.firstElementChild.textContent,
  }));
  const place = $("place");
  const words = document.querySelector(".scroll");
  const ring = document.querySelector("#play .done");
  /* Where to begin, as long as nothing is loaded: seeking then is not to be relied on. */
  let wanted = null;
  let dragged = false;
  let touched = 0;
  let shown = null;

  const position = () => wanted ?? audio.currentTime;
  const lastBefore = (list, seconds) => list.findLastIndex((each) => each.at <= seconds + 0.05);
  const say = (text) => {
    $("told").textContent = text;
  };

  function seek(seconds) {
    const to = Math.min(Math.max(0, seconds), length - 0.5);
    if (audio.readyState > 0) audio.currentTime = to;
    else wanted = to;
    show();
  }

  function play() {
    say("");
    audio.play().catch((error) => {
      if (error.name !== "AbortError") unheard();
    });
  }

  function unheard() {
    const offline = navigator.onLine === false;
    say(word(offline ? "offline" : "unheard"));
  }

  const toggle = () => (audio.paused ? play() : audio.pause());

  function show() {
    const at = position();
    if (!dragged) {
      place.value = String(Math.floor(at));
      place.style.setProperty("--done", `${(100 * at) / length}%`);
    }
    place.setAttribute("aria-valuetext", word("place", { at: clock(at), length: clock(length) }));
    $("gone").textContent = clock(at);
    $("left").textContent = `−${clock(length - at)}`;
    ring.style.strokeDasharray = `${(100 * at) / length} 100`;
    const part = lastBefore(chapters, at);
    $("chapter").textContent = part < 0 ? "" : chapters[part].title;
    chapters.forEach(({ element }, index) => {
      if (index === part) element.setAttribute("aria-current", "true");
      else element.removeAttribute("aria-current");
    });
    showWords(at);
  }

  function showWords(at) {
    const index = lastBefore(cues, at);
    const cue = index < 0 ? null : cues[index];
    /* A sentence stays for a while in the silence after it, and then makes room. */
    const current = cue && (at < cue.to + 4 || cues[index + 1]?.at - cue.to < 6) ? cue : null;
    const text = current && (!audio.paused || at > 0) ? current.element.textContent : "";
    if ($("said").textContent !== text) $("said").textContent = text;
    for (const each of document.querySelectorAll(".current")) {
      if (each !== current?.element) each.classList.remove("current");
    }
    current?.element.classList.add("current");
    /* Only the box of the words scrolls, never the page, and not while somebody reads in it. */
    if (current && current !== shown && $("words").open && !audio.paused && Date.now() - touched > 5000) {
      shown = current;
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const top = current.element.offsetTop - words.clientHeight / 3;
      words.scrollTo({ top, behavior: calm ? "instant" : "smooth" });
    }
  }

  /* -- resume ---------------------------------------------------------------------------- */

  function keepPlace() {
    const at = position();
    remember(key, at > STEP_S && at < length - 20 ? at.toFixed(1) : null);
  }
  let kept = 0;
  audio.addEventListener("timeupdate", () => {
    show();
    if (Math.abs(audio.currentTime - kept) >= 5) {
      kept = audio.currentTime;
      keepPlace();
    }
  });
  const before = Number(remembered(key));
  if (before > STEP_S && before < length - 20) {
    wanted = before;
    say(word("resume", { at: clock(before) }));
  }

  /* -- the sound itself ------------------------------------------------------------------ */

  audio.controls = false;
  audio.addEventListener("loadedmetadata", () => {
    if (wanted !== null) audio.currentTime = wanted;
    wanted = null;
    audio.playbackRate = Number($("speed").value);
  });
  const showState = () => {
    $("play").setAttribute("aria-label", word(audio.paused ? "play" : "pause"));
    document.body.classList.toggle("playing", !audio.paused);
    if (navigator.mediaSession) navigator.mediaSession.playbackState = audio.paused ? "paused" : "playing";
  };
  for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, showState);
  for (const name of ["pause", "seeked"]) audio.addEventListener(name, keepPlace);
  addEventListener("pagehide", keepPlace);
  audio.addEventListener("ended", () => {
    remember(key, null);
    say(word("end"));
  });
  audio.addEventListener("error", unheard);

  $("play").addEventListener("click", toggle);
  $("back").addEventListener("click", () => seek(position() - STEP_S));
  $("on").addEventListener("click", () => seek(position() + STEP_S));
  place.addEventListener("input", () => {
    dragged = true;
    $("gone").textContent = clock(place.value);
    place.style.setProperty("--done", `${(100 * place.value) / length}%`);
  });
  place.addEventListener("change", () => {
    dragged = false;
    seek(Number(place.value));
  });

  const speed = $("speed");
  const before_speed = remembered("speed");
  if ([...speed.options].some((option) => option.value === before_speed)) speed.value = before_speed;
  speed.addEventListener("change", () => {
    audio.playbackRate = Number(speed.value);
    remember("speed", speed.value === "1" ? null : speed.value);
  });

  /* -- chapters and words ---------------------------------------------------------------- */

  for (const { element, at } of chapters) {
    element.addEventListener("click", (event) => {
      event.preventDefault();
      seek(at);
      play();
    });
  }
  words.addEventListener("click", (event) => {
    const cue = event.target.closest("[data-at]");
    if (!cue || String(getSelection())) return;
    seek(parseFloat(cue.dataset.at));
    play();
  });
  /* With the keyboard: the arrows scroll the box, Enter plays from the first line in view. */
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const box = words.getBoundingClientRect();
    const first = cues.find(({ element }) => element.getBoundingClientRect().top >= box.top);
    if (!first) return;
    seek(first.at);
    play();
  });
  for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    words.addEventListener(name, () => (touched = Date.now()), { passive: true });
  }
  $("words").open = remembered("words") === "open";
  $("words").addEventListener("toggle", () => remember("words", $("words").open ? "open" : null));

  /* -- pause and look around ------------------------------------------------------------- */

  const look = $("look-around");
  function lookAround() {
    audio.pause();
    if (!look.open) look.showModal();
  }
  $("steady")?.addEventListener("click", (event) => {
    event.preventDefault();
    lookAround();
  });
  $("go-on").addEventListener("click", () => {
    look.close();
    /* From the beginning of the sentence that was broken off. */
    const index = lastBefore(cues, position());
    if (index >= 0 && position() < cues[index].to) seek(cues[index].at);
    play();
  });
  for (const id of ["stop", "to-help"]) $(id).addEventListener("click", () => look.close());

  /* -- keys, and the lock screen --------------------------------------------------------- */

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || look.open) return;
    if (event.target.closest("input, select, textarea, button, summary, a, .scroll")) {
      if (event.key !== "Escape" || event.target.closest("select")) return;
    }
    const does = {
      " ": toggle,
      ArrowLeft: () => seek(position() - STEP_S),
      ArrowRight: () => seek(position() + STEP_S),
      Escape: lookAround,
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });

  const chapterBy = (steps) => {
    const to = chapters[lastBefore(chapters, position()) + steps];
    if (to) seek(to.at);
  };
  if (navigator.mediaSession) {
    const { title, artist, album, image, imageType } = audio.dataset;
    const src = new URL(image, location.href).href;
    const local = location.protocol === "file:";
    const artwork = local ? [] : [{ src, sizes: "1400x1400", type: imageType }];
    navigator.mediaSession.metadata = new MediaMetadata({ title, artist, album, artwork });
    const handlers = {
      play,
      pause: () => audio.pause(),
      seekbackward: (event) => seek(position() - (event.seekOffset || STEP_S)),
      seekforward: (event) => seek(position() + (event.seekOffset || STEP_S)),
      seekto: (event) => seek(event.seekTime),
      previoustrack: () => chapterBy(-1),
      nexttrack: () => chapterBy(1),
    };
    for (const [name, does] of Object.entries(handlers)) {
      try {
        navigator.mediaSession.setActionHandler(name, does);
      } catch {
        /* an older browser, which does not know this button */
      }
    }
    for (const name of ["loadedmetadata", "seeked", "ratechange", "play"]) {
      audio.addEventListener(name, () => {
        const at = Math.min(audio.currentTime, length);
        navigator.mediaSession.setPositionState?.({ duration: length, playbackRate: audio.playbackRate, position: at });
      });
    }
  }

  Object.assign(window.meditations, { audio, cues, chapters, position, say, seek });
  show();
})();
