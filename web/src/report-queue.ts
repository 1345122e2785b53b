import { smallButton } from "./small-button";

/** A report that is kept on this device until it was sent. */
interface Kept {
  /** Names it for the server, which takes it once however often it arrives. */
  key: string;
  action: string;
  at: number;
  fields: [string, string | File][];
  /** Why the server did not take it; it is not sent again by itself. */
  refused?: string[];
}

/** What became of an attempt. */
type Outcome = { number: string; href: string } | { refused: string[] } | "later";

type Words = Record<"kept" | "waiting" | "sent" | "refused" | "delete" | "send" | "see" | "full", string>;

/** Says on every page, without opening the database, whether something waits. */
const FLAG = "yakuba-report-queue";
/** Longer than this no answer is waited for; the same is sent again later. */
const PATIENCE = 30_000;

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("yakuba-reports", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("kept", { keyPath: "key" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error("blocked"));
  });
}

async function within<T>(mode: IDBTransactionMode, work: (kept: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opened = await database();
  try {
    return await new Promise<T>((resolve, reject) => {
      const doing = opened.transaction("kept", mode);
      const request = work(doing.objectStore("kept"));
      // Kept means written, not only asked for.
      doing.oncomplete = () => resolve(request.result);
      doing.onabort = () => reject(doing.error);
      doing.onerror = () => reject(doing.error);
    });
  } finally {
    opened.close();
  }
}

const all = (): Promise<Kept[]> => within("readonly", (kept) => kept.getAll() as IDBRequest<Kept[]>);

async function keep(report: Kept): Promise<void> {
  await within("readwrite", (kept) => kept.put(report));
  localStorage.setItem(FLAG, "1");
}

async function forget(key: string): Promise<void> {
  await within("readwrite", (kept) => kept.delete(key));
  if ((await all()).length === 0) localStorage.removeItem(FLAG);
}

/** 256 random bits, as the server makes them. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function attempt(report: Kept): Promise<Outcome> {
  const body = new FormData();
  for (const [name, value] of report.fields) body.append(name, value);
  try {
    const answer = await fetch(report.action, {
      method: "POST",
      body,
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.ok) return (await answer.json()) as { number: string; href: string };
    if (answer.status === 422) return { refused: ((await answer.json()) as { errors?: string[] }).errors ?? [] };
    // Too many, too busy, out of order: later. What is wrong for good is said.
    return answer.status === 400 || answer.status === 413 ? { refused: [] } : "later";
  } catch {
    return "later";
  }
}

/** Sends what waits, one after another, in one window at a time. */
async function sendAll(told: (report: Kept, outcome: Outcome) => void, also?: string): Promise<void> {
  const send = async (): Promise<void> => {
    for (const report of await all()) {
      if (report.refused && report.key !== also) continue;
      const outcome = await attempt(report);
      if (outcome !== "later") {
        if ("number" in outcome) await forget(report.key);
        else await keep({ ...report, refused: outcome.refused });
      }
      told(report, outcome);
      if (outcome === "later") return;
    }
  };
  if ("locks" in navigator) await navigator.locks.request(FLAG, send);
  else await send();
}

function element<K extends keyof HTMLElementTagNameMap>(name: K, text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function button(text: string, pressed: () => void): HTMLButtonElement {
  const made = smallButton(text);
  made.addEventListener("click", pressed);
  return made;
}

/** The page with the form: what is sent is kept on the device first, so that nothing is lost when the network goes. */
function onThePage(form: HTMLFormElement): void {
  const section = document.querySelector<HTMLElement>("[data-queue-list]");
  const list = section?.querySelector("ul");
  const said = document.querySelector<HTMLElement>("[data-queue-said]");
  if (!section || !list || !said) return;
  const words = JSON.parse(form.dataset["queueWords"] ?? "{}") as Words;
  const say = (text: string, href?: string): void => {
    said.replaceChildren(text);
    if (href) {
      const link = element("a", words.see);
      link.href = href;
      said.append(" ", link);
    }
  };
  const show = async (): Promise<void> => {
    const kept = await all();
    section.hidden = kept.length === 0;
    list.replaceChildren(
      ...kept.map((report) => {
        const field = (name: string): string => {
          const found = report.fields.find(([one]) => one === name)?.[1];
          return typeof found === "string" ? found : "";
        };
        const item = element("li");
        const state = report.refused ? [words.refused, ...report.refused].join(" ") : words.waiting;
        const what = element("p", `${new Date(report.at).toLocaleTimeString()} ${field("place.description")} ${field("text").slice(0, 60)}`);
        const row = element("div");
        row.className = "button-row";
        row.append(
          button(words.send, () => void send(report.key)),
          button(words.delete, () => void forget(report.key).then(show)),
        );
        item.append(element("strong", state), what, row);
        return item;
      }),
    );
  };
  const send = async (also?: string): Promise<void> => {
    await sendAll((_, outcome) => {
      if (outcome === "later") say(words.kept);
      else if ("number" in outcome) say(`${words.sent} ${outcome.number}`, outcome.href);
      else say([words.refused, ...outcome.refused].join(" "));
    }, also);
    await show();
  };
  const begin = async (): Promise<void> => {
    const key = form.elements.namedItem("key");
    if (!(key instanceof HTMLInputElement)) return;
    const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string" || value.name !== "");
    const report: Kept = { key: key.value, action: form.action, at: Date.now(), fields };
    try {
      await keep(report);
    } catch {
      // No room, or a private window: the usual way, as without a script.
      say(words.full);
      form.submit();
      return;
    }
    let outcome: Outcome = "later";
    await sendAll((sent, became) => {
      if (sent.key === report.key) outcome = became;
    });
    const became = outcome as Outcome;
    if (became !== "later" && "refused" in became) {
      // What is wrong stands in the form, to be mended and sent under the same name.
      await forget(report.key);
      say([words.refused, ...became.refused].join(" "));
    } else {
      form.reset();
      key.value = newKey();
      if (became === "later") say(words.kept);
      else say(`${words.sent} ${became.number}`, became.href);
    }
    await show();
    said.focus();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const pressed = form.querySelector<HTMLButtonElement>("button[type=submit]");
    if (pressed) pressed.disabled = true;
    void begin().finally(() => {
      if (pressed) pressed.disabled = false;
    });
  });
  window.addEventListener("online", () => void send());
  void show();
}

/** Keeps reports of a disaster that could not be sent on this device, and sends them when the network is back, from whatever page. */
export function reportQueue(): void {
  if (!("indexedDB" in window)) return;
  const form = document.querySelector<HTMLFormElement>("form[data-queue]");
  if (form) onThePage(form);
  let waits = false;
  try {
    waits = localStorage.getItem(FLAG) !== null;
  } catch {
    return;
  }
  if (!waits) return;
  const quietly = (): void => void sendAll(() => undefined);
  if (!form) window.addEventListener("online", quietly);
  if (navigator.onLine && !form) quietly();
  if (navigator.onLine && form) window.dispatchEvent(new Event("online"));
}
