import { sendLater } from "./keep-copies";
import { type Kept, NEWS, type Outcome, allKept, forget, keep, sendKept } from "./kept-reports";
import { smallButton } from "./small-button";

type Words = Record<"kept" | "waiting" | "sent" | "refused" | "delete" | "send" | "see" | "full", string>;

/** Says on every page, without opening the database, whether something waits. */
const FLAG = "yakuba-report-queue";

/** What waits; when nothing does, no page looks any more. */
async function waiting(): Promise<Kept[]> {
  const kept = await allKept();
  if (kept.length === 0) localStorage.removeItem(FLAG);
  return kept;
}

/** 256 random bits, as the server makes them. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
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
    const kept = await waiting();
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
  const tell = (outcome: Outcome): void => {
    if (outcome === "later") say(words.kept);
    else if ("number" in outcome) say(`${words.sent} ${outcome.number}`, outcome.href);
    else say([words.refused, ...outcome.refused].join(" "));
  };
  const send = async (also?: string): Promise<void> => {
    await sendKept((_, outcome) => tell(outcome), also);
    await show();
  };
  const begin = async (): Promise<void> => {
    const key = form.elements.namedItem("key");
    if (!(key instanceof HTMLInputElement)) return;
    const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string" || value.name !== "");
    const report: Kept = { key: key.value, action: form.action, at: Date.now(), fields };
    try {
      await keep(report);
      localStorage.setItem(FLAG, "1");
    } catch {
      // No room, or a private window: the usual way, as without a script.
      say(words.full);
      form.submit();
      return;
    }
    let outcome: Outcome = "later";
    await sendKept((sent, became) => {
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
      // The worker may have been quicker, and says so itself.
      if (became !== "later" || (await allKept()).some((one) => one.key === report.key)) tell(became);
      if (became === "later") void sendLater();
    }
    await show();
    said.focus();
  };
  // A page shown from a copy, or again, brings the name of a report that was sent.
  const named = form.elements.namedItem("key");
  if (named instanceof HTMLInputElement) named.value = newKey();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const pressed = form.querySelector<HTMLButtonElement>("button[type=submit]");
    if (pressed) pressed.disabled = true;
    void begin().finally(() => {
      if (pressed) pressed.disabled = false;
    });
  });
  window.addEventListener("online", () => void send());
  if ("BroadcastChannel" in window) {
    new BroadcastChannel(NEWS).addEventListener("message", (event: MessageEvent<Outcome>) => {
      tell(event.data);
      void show();
    });
  }
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
  const quietly = (): void => void sendKept(() => undefined).then(waiting);
  if (!form) window.addEventListener("online", quietly);
  if (navigator.onLine && !form) quietly();
  if (navigator.onLine && form) window.dispatchEvent(new Event("online"));
}
