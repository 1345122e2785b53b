/**
 * An element marked `data-live="ADDRESS"` is loaded anew from its own page when that address sends an event, or every 20 seconds
 * where events cannot be had. A page that changes by itself must not take the focus away: what is focused in it stays.
 */
export function keepFresh(): void {
  const first = document.querySelector<HTMLElement>("[data-live]");
  const address = first?.dataset["live"];
  if (!first || !address) return;
  const id = first.id;
  let running = false;
  let again = false;

  async function load(): Promise<void> {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(id);
      const old = document.getElementById(id);
      if (answer.ok && fresh && old && fresh.innerHTML !== old.innerHTML) {
        const focused = document.activeElement;
        const held = focused instanceof HTMLElement && old.contains(focused) ? focused.id : "";
        if (fresh.dataset["sound"] && fresh.dataset["sound"] !== old.dataset["sound"]) ring();
        old.replaceWith(document.adoptNode(fresh));
        if (held) document.getElementById(held)?.focus();
      }
    } catch {
      // The net is away for a moment: the next event or look will do.
    }
    running = false;
    if (again) {
      again = false;
      await load();
    }
  }

  // Everybody hears of a change at once; they do not all ask at once.
  const spread = Number(first.dataset["spread"] ?? "0");
  const soon = () => window.setTimeout(() => void load(), Math.random() * spread);
  let seen: string | undefined;
  let timer = window.setInterval(() => void load(), 20000);
  if ("EventSource" in window) {
    const events = new EventSource(address);
    events.addEventListener("open", () => {
      window.clearInterval(timer);
      // Estimates change with time alone.
      timer = window.setInterval(() => void load(), 60000);
    });
    events.addEventListener("error", () => {
      window.clearInterval(timer);
      timer = window.setInterval(() => void load(), 20000);
    });
    events.addEventListener("message", (event) => {
      if (seen !== undefined && event.data !== seen) soon();
      seen = event.data;
    });
  }

  let audio: AudioContext | undefined;
  const button = document.querySelector<HTMLButtonElement>("[data-sound-on]");
  if (button && "AudioContext" in window) {
    button.hidden = false;
    // Browsers make no sound before somebody has pressed something.
    button.addEventListener("click", () => {
      audio = audio ?? new AudioContext();
      button.setAttribute("aria-pressed", "true");
      ring();
    });
  }

  function ring(): void {
    if (!audio) return;
    for (const [pitch, delay] of [
      [880, 0],
      [660, 0.35],
    ] as const) {
      const tone = audio.createOscillator();
      const loudness = audio.createGain();
      const begin = audio.currentTime + delay;
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0.3, begin);
      loudness.gain.exponentialRampToValueAtTime(0.001, begin + 0.6);
      tone.connect(loudness).connect(audio.destination);
      tone.start(begin);
      tone.stop(begin + 0.6);
    }
  }
}
