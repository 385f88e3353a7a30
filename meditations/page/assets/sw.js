/* The service worker: visited pages without a network, and kept sound with byte ranges. */
"use strict";

const SHELL = /* SHELL */ [];
const SOUND = /* SOUND */ [];
const SCOPE = new URL("./", self.location.href);
const PAGES = `meditations ${SCOPE.pathname} pages`;
const KEPT = `meditations ${SCOPE.pathname} kept`;
const WAIT_MS = 4000;

const full = (path) => new URL(path, SCOPE).href;

self.addEventListener("install", (event) => {
  const filled = caches.open(PAGES).then((pages) => pages.addAll(SHELL.map(full)));
  event.waitUntil(filled.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});

/* Assets and sound carry their digest in their names: what is not named any more is old. Pages
   that were visited need the assets of their time only until they are fetched anew, so those
   that are still cached are fetched again where there is a network. */
async function tidy() {
  const pages = await caches.open(PAGES);
  const kept = await caches.open(KEPT);
  const shell = new Set(SHELL.map(full));
  const sound = new Set(SOUND.map(full));
  let renewed = true;
  for (const request of await pages.keys()) {
    if (request.url.startsWith(full("assets/"))) continue;
    renewed = (await pages.add(request).then(() => true, () => false)) && renewed;
  }
  for (const request of renewed ? await pages.keys() : []) {
    if (request.url.startsWith(full("assets/")) && !shell.has(request.url)) await pages.delete(request);
  }
  for (const request of await kept.keys()) {
    if (!sound.has(request.url)) await kept.delete(request);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(SCOPE.href)) return;
  const path = new URL(request.url).pathname.slice(SCOPE.pathname.length);
  if (path.startsWith("media/") && path.endsWith(".mp3")) event.respondWith(sound(request));
  else if (path.startsWith("assets/")) event.respondWith(asset(request));
  else if (path === "" || path.endsWith(".html")) event.respondWith(page(request, path));
});

async function asset(request) {
  return (await caches.match(request)) || fetch(request);
}

/* The network first, since a page may have been mended; what is cached where it does not answer. */
async function page(request, path) {
  const pages = await caches.open(PAGES);
  const key = full(path || "index.html");
  const fresh = fetch(request).then(async (answer) => {
    if (answer.ok && !answer.redirected) await pages.put(key, answer.clone());
    return answer;
  });
  fresh.catch(() => {});
  const cached = await pages.match(key);
  if (!cached) return fresh;
  const late = new Promise((done) => setTimeout(() => done(cached), WAIT_MS));
  return Promise.race([fresh.catch(() => cached), late]);
}

async function sound(request) {
  const stored = await (await caches.open(KEPT)).match(request.url.split("#")[0]);
  return stored ? part(stored, request.headers.get("Range")) : fetch(request);
}

/* The part of a kept file that was asked for (RFC 9110, single ranges). */
async function part(stored, range) {
  const blob = await stored.blob();
  const headers = { "Content-Type": "audio/mpeg", "Accept-Ranges": "bytes" };
  const asked = /^bytes=(\d*)-(\d*)$/.exec(range || "");
  if (!asked || (!asked[1] && !asked[2])) {
    return new Response(blob, { headers: { ...headers, "Content-Length": String(blob.size) } });
  }
  const from = asked[1] ? Number(asked[1]) : Math.max(0, blob.size - Number(asked[2]));
  const last = asked[1] && asked[2] ? Math.min(Number(asked[2]), blob.size - 1) : blob.size - 1;
  if (from > last) {
    return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${blob.size}` } });
  }
  return new Response(blob.slice(from, last + 1), {
    status: 206,
    headers: {
      ...headers,
      "Content-Length": String(last - from + 1),
      "Content-Range": `bytes ${from}-${last}/${blob.size}`,
    },
  });
}
