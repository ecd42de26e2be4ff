/**
 * Keeps the page for when there is no network. The build writes two lines before this: VERSION, a hash of all files, and FILES,
 * their paths from the page.
 *
 * What the server says comes first: who is online always gets the page that the server has now. Files whose names hold a hash
 * never change, and come from the cache. A new version is fetched whole, and replaces the old one when no page uses that any more.
 */

/* global FILES, VERSION */

const CACHE = `atif ${VERSION}`;
const home = new URL("./", self.location.href).href;
const files = new Set(FILES.map((path) => new URL(path, home).href));

self.addEventListener("install", (event) => {
  // Past the browser's own cache, which may hold another version of what has no hash in its name.
  const requests = ["./", ...FILES].map((path) => new Request(new URL(path, home), { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys())
        // Other pages of this host have caches of their own.
        if (name.startsWith("atif ") && name !== CACHE && (await isOfThisPage(name)))
          await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const { href, origin, pathname } = new URL(request.url);
  const address = `${origin}${pathname}`;
  if (request.mode === "navigate") {
    if (address === home || address === `${home}index.html`) event.respondWith(newest(request));
  } else if (href === address && files.has(address)) event.respondWith(kept(request, address));
});

/** From the server, and from the cache if that cannot be reached. */
async function newest(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const page = await (await caches.open(CACHE)).match(home);
    if (page === undefined) throw error;
    return page;
  }
}

async function kept(request, address) {
  return (await (await caches.open(CACHE)).match(address)) ?? fetch(request);
}

async function isOfThisPage(name) {
  return (await (await caches.open(name)).match(home)) !== undefined;
}
