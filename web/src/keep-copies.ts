import { TURN } from "./kept-reports";

/** Where the worker is. It can only have pages below the addresses that a page names. */
const WORKER = "/offline.js";

/** Has a page that the server marks, and what else it names, kept on this device for when there is no network. */
export function keepCopies(): void {
  const scopes = document.querySelector<HTMLElement>("[data-copy-notice]")?.dataset["copyNotice"];
  if (!scopes || !("serviceWorker" in navigator)) return;
  const keepThem = async (): Promise<void> => {
    for (const scope of scopes.split(" ")) {
      const registration = await navigator.serviceWorker.register(WORKER, { scope });
      if (!location.pathname.startsWith(scope) || navigator.serviceWorker.controller) continue;
      // Opened before there was a worker that could have kept it.
      const ready = await navigator.serviceWorker.ready;
      if (registration.scope === ready.scope && location.pathname !== scope) ready.active?.postMessage(location.href);
    }
  };
  // A private window may have no workers; what is on the page comes first.
  window.addEventListener("load", () => void keepThem().catch(() => undefined));
}

/** Has the browser send what waits when the network is back, with this page or without it; where it can. */
export async function sendLater(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    const registration = (await navigator.serviceWorker.getRegistration()) as { sync?: { register(tag: string): Promise<void> } } | undefined;
    await registration?.sync?.register(TURN);
  } catch {
    // Then it is sent when a page is opened the next time.
  }
}
