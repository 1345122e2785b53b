interface MapModule {
  show(block: HTMLElement): Promise<void>;
}

/**
 * Draws the maps of a page. The library is fetched only here, by pages with a map, when the map comes near the window or is asked for.
 * Where it cannot be drawn the page stays as it was: everything on a map stands in a list beside it.
 */
export function showMaps(root: ParentNode): void {
  for (const block of root.querySelectorAll<HTMLElement>("[data-map]:not([data-map-state])")) {
    if (!drawsMaps()) {
      block.dataset["mapState"] = "none";
      continue;
    }
    block.dataset["mapState"] = "waiting";
    block.hidden = false;
    const open = block.querySelector<HTMLButtonElement>("[data-map-open]");
    if (open) {
      open.hidden = false;
      open.addEventListener("click", () => void begin(block), { once: true });
    } else {
      whenNear(block, () => void begin(block));
    }
  }
}

let draws: boolean | undefined;

function drawsMaps(): boolean {
  draws ??= document.createElement("canvas").getContext("webgl2") !== null;
  return draws;
}

function whenNear(block: HTMLElement, then: () => void): void {
  const watcher = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      then();
    },
    { rootMargin: "300px" },
  );
  watcher.observe(block);
}

async function begin(block: HTMLElement): Promise<void> {
  try {
    const [module] = await Promise.all([
      import(block.dataset["script"] ?? "") as Promise<MapModule>,
      styles(block.dataset["styles"] ?? ""),
    ]);
    await module.show(block);
  } catch {
    block.dataset["mapState"] = "none";
    const frame = block.querySelector<HTMLElement>("[data-map-frame]");
    frame?.replaceChildren();
    frame?.setAttribute("hidden", "");
    const instead = block.querySelector<HTMLElement>("[data-map-instead]");
    if (instead) instead.hidden = false;
    else block.hidden = true;
  }
}

const loaded = new Map<string, Promise<void>>();

function styles(address: string): Promise<void> {
  const known = loaded.get(address);
  if (known) return known;
  const promise = new Promise<void>((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.addEventListener("load", () => resolve());
    link.addEventListener("error", () => reject(new Error("the styles of the map did not come")));
    document.head.append(link);
  });
  loaded.set(address, promise);
  return promise;
}
