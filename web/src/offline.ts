// The worker behind the few pages that are needed when there is no network. The server writes `COPIES` in front of it: the files of every
// page. It goes to the network first, and keeps what the server marks as the same for everybody; it never sees another page.
import { NEWS, TURN, allKept, sendKept } from "./kept-reports";

interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends WorkerEvent {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  registration: { scope: string; unregister(): Promise<boolean> };
  clients: { claim(): Promise<void> };
  location: Location;
  skipWaiting(): Promise<void>;
  addEventListener(name: "install" | "activate", heard: (event: WorkerEvent) => void): void;
  addEventListener(name: "fetch", heard: (event: FetchEvent) => void): void;
  addEventListener(name: "message", heard: (event: WorkerEvent & { data: unknown }) => void): void;
  addEventListener(name: "sync", heard: (event: WorkerEvent & { tag: string }) => void): void;
}
declare const self: Worker;
/** The addresses of the styles, the script and the icon of every page; with a version of the program they change. */
declare const COPIES: string[];

/** A page whose answer has this header is the same for everybody, and may be kept. */
const MARK = "x-keeps-copy";
/** Without an answer in this time the copy is shown; the answer is still waited for, and kept. */
const PATIENCE = 4_000;
/** So often at most the worker asks whether the server still has it. */
const HOUR = 3_600_000;

const scope = new URL(self.registration.scope).pathname;
const beginning = `yakuba-copies ${scope} `;
const name = beginning + COPIES.join(" ");

/** A copy of a page, with the time at which it was made. */
async function keepCopy(address: string, answer: Response): Promise<void> {
  const url = new URL(address);
  const copies = await caches.open(name);
  // What was asked for (a place, words) is nobody else's business.
  url.searchParams.delete("lang");
  if (url.search !== "" || !url.pathname.startsWith(scope)) return;
  if (answer.ok && answer.headers.get(MARK) === "1" && !answer.redirected) {
    const headers = new Headers(answer.headers);
    headers.set("date", new Date().toUTCString());
    headers.delete("content-encoding");
    headers.delete("content-length");
    await copies.put(url.pathname, new Response(await answer.text(), { headers }));
  } else if (answer.type === "opaqueredirect" || answer.redirected || answer.status === 404 || answer.status === 410) {
    // There is no such page any more.
    await copies.delete(url.pathname);
  }
}

/** The copy of a page, which says that it is one and of when. */
async function copyOf(address: string): Promise<Response | undefined> {
  const copies = await caches.open(name);
  const copy = await copies.match(new URL(address).pathname, { ignoreVary: true });
  if (!copy) return undefined;
  const html = await copy.text();
  const at = new Date(copy.headers.get("date") ?? "");
  const language = /<html lang="([^"]+)"/.exec(html)?.[1] ?? "ja";
  const said = at.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  const shown = html
    .replace(" hidden data-copy-notice=", " data-copy-notice=")
    .replace("<time data-copied-at></time>", `<time datetime="${at.toISOString()}">${said}</time>`);
  return new Response(shown, { headers: copy.headers });
}

/** Whether a gateway answered for a server that it did not reach. */
const isOut = (answer: Response): boolean => answer.status === 502 || answer.status === 504;

async function page(event: FetchEvent): Promise<Response> {
  const address = event.request.url;
  const asked = fetch(event.request).then((answer) => {
    if (isOut(answer)) return answer;
    event.waitUntil(keepCopy(address, answer.clone()).then(endWhenGone));
    return answer;
  });
  event.waitUntil(asked.catch(() => undefined));
  const late = new Promise<"late">((resolve) => setTimeout(() => resolve("late"), PATIENCE));
  const first = await Promise.race([asked.catch(() => "none" as const), late]);
  if (first instanceof Response && !isOut(first)) return first;
  return (await copyOf(address)) ?? (await asked);
}

let lookedAt = 0;

/** A server that no longer has this worker does not want it: it goes, with everything it kept. */
async function endWhenGone(): Promise<void> {
  if (Date.now() - lookedAt < HOUR) return;
  lookedAt = Date.now();
  try {
    const answer = await fetch(self.location.pathname, { method: "HEAD", cache: "no-store" });
    if (answer.status !== 404 && answer.status !== 410) return;
  } catch {
    return;
  }
  await drop(() => true);
  await self.registration.unregister();
}

/** Drops the copies of this scope whose names are such. */
async function drop(isSuch: (name: string) => boolean): Promise<void> {
  const names = (await caches.keys()).filter((one) => one.startsWith(beginning) && isSuch(one));
  await Promise.all(names.map((one) => caches.delete(one)));
}

async function fetchCopy(address: string): Promise<void> {
  try {
    await keepCopy(address, await fetch(address, { cache: "no-cache" }));
  } catch {
    // It is kept when it is opened the next time.
  }
}

async function install(): Promise<void> {
  const copies = await caches.open(name);
  await copies.addAll(COPIES);
  await fetchCopy(self.registration.scope);
  await self.skipWaiting();
}

async function activate(): Promise<void> {
  await drop((one) => one !== name);
  await self.clients.claim();
}

/** Sends what was written without a network; the browser tries again while something is left. */
async function sendAll(): Promise<void> {
  const news = new BroadcastChannel(NEWS);
  let isLeft = false;
  await sendKept((_, outcome) => {
    if (outcome === "later") isLeft = true;
    else news.postMessage(outcome);
  });
  news.close();
  if (isLeft) throw new Error("the network is not back");
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const address = new URL(url);
  if (method !== "GET" || address.origin !== self.location.origin) return;
  if (mode === "navigate") event.respondWith(page(event));
  else if (COPIES.includes(address.pathname)) event.respondWith(caches.match(url).then((copy) => copy ?? fetch(event.request)));
});
self.addEventListener("message", (event) => {
  // The page that was open before there was a worker.
  if (typeof event.data === "string" && event.data.startsWith(`${self.location.origin}/`)) event.waitUntil(fetchCopy(event.data));
});
self.addEventListener("sync", (event) => {
  if (event.tag === TURN) event.waitUntil(allKept().then((kept) => (kept.length > 0 ? sendAll() : undefined)));
});
