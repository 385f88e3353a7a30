/* Offline: pages that were visited are there without a network; sound only where it was asked
   for, since it costs mobile data. Nothing of this exists for a page opened from a file. */
"use strict";

(() => {
  const { dataset } = document.currentScript;
  const root = new URL(dataset.root || "./", location.href);
  const button = document.getElementById("keep");
  if (!/^https?:$/.test(location.protocol) || !navigator.serviceWorker || !window.caches) return;

  const { word } = window.meditations;
  const PAGES = `meditations ${root.pathname} pages`;
  const KEPT = `meditations ${root.pathname} kept`;

  const manifest = document.createElement("link");
  manifest.rel = "manifest";
  manifest.href = new URL(dataset.manifest, root).href;
  document.head.append(manifest);

  async function settle() {
    const worker = new URL("sw.js", root);
    await navigator.serviceWorker.register(worker, { scope: root.pathname });
    await navigator.serviceWorker.ready;
    const pages = await caches.open(PAGES);
    /* This first visit was before the worker came. */
    if (!(await pages.match(location.pathname))) await pages.add(location.pathname);
    document.documentElement.dataset.offline = "ready";
  }
  addEventListener("load", () => settle().catch(() => {}));

  /* In the list: which meditations are here already. */
  async function mark() {
    const kept = await caches.open(KEPT);
    for (const item of document.querySelectorAll("[data-sound]")) {
      if (!(await kept.match(new URL(item.dataset.sound, root)))) continue;
      item.querySelector(".meta").append(` · ${word("here")}`);
    }
  }
  mark().catch(() => {});

  if (!button) return;
  const { audio, say } = window.meditations;
  const { size } = button.dataset;
  let busy = null;

  async function show() {
    const here = await (await caches.open(KEPT)).match(audio.src);
    button.dataset.kept = here ? "yes" : "no";
    button.textContent = here ? word("remove") : word("keep", { size });
    button.hidden = false;
  }

  async function keep() {
    busy = new AbortController();
    const answer = await fetch(audio.src, { signal: busy.signal });
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    const whole = Number(answer.headers.get("Content-Length"));
    const parts = [];
    let got = 0;
    for (const reader = answer.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      got += value.length;
      button.textContent = word("stop", { n: whole ? Math.floor((100 * got) / whole) : 0 });
    }
    /* Whole or not at all. */
    if (whole && got !== whole) throw new Error("cut short");
    const type = answer.headers.get("Content-Type") || "audio/mpeg";
    const headers = { "Content-Type": type, "Content-Length": String(got) };
    const kept = await caches.open(KEPT);
    await kept.put(audio.src, new Response(new Blob(parts, { type }), { headers }));
    /* Else a browser that runs short of room may drop it. */
    await navigator.storage?.persist?.().catch(() => false);
    say(word("kept"));
  }

  button.addEventListener("click", async () => {
    if (busy) {
      busy.abort();
      return;
    }
    try {
      if (button.dataset.kept === "yes") {
        await (await caches.open(KEPT)).delete(audio.src);
        say(word("removed"));
      } else {
        await keep();
      }
    } catch (error) {
      const full = error.name === "QuotaExceededError";
      if (error.name !== "AbortError") {
        say(word(full ? "full" : "broke"));
      }
    } finally {
      busy = null;
      await show();
    }
  });
  show().catch(() => {});
})();
