// Reports that are kept on this device until they were sent: for pages and for the worker that goes on without one.

/** A report that is kept on this device until it was sent. */
export interface Kept {
  /** Names it for the server, which takes it once however often it arrives. */
  key: string;
  action: string;
  at: number;
  fields: [string, string | File][];
  /** Why the server did not take it; it is not sent again by itself. */
  refused?: string[];
}

/** What became of an attempt. */
export type Outcome = { number: string; href: string } | { refused: string[] } | "later";

/** One sends at a time, page or worker; also the name under which the browser wakes the worker when the network is back. */
export const TURN = "yakuba-report-queue";
/** Where the worker tells open pages what became of a report. */
export const NEWS = "yakuba-report-news";
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

export const allKept = (): Promise<Kept[]> => within("readonly", (kept) => kept.getAll() as IDBRequest<Kept[]>);

export async function keep(report: Kept): Promise<void> {
  await within("readwrite", (kept) => kept.put(report));
}

export async function forget(key: string): Promise<void> {
  await within("readwrite", (kept) => kept.delete(key));
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

/**
 * Sends what waits, one after another, on one page or worker at a time.
 * @param told what became of each
 * @param also the key of one that was refused before and is tried again
 */
export async function sendKept(told: (report: Kept, outcome: Outcome) => void, also?: string): Promise<void> {
  const send = async (): Promise<void> => {
    for (const report of await allKept()) {
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
  if ("locks" in navigator) await navigator.locks.request(TURN, send);
  else await send();
}
