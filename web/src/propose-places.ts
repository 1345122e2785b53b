interface Proposal {
  name: string;
  note: string;
  at: string;
  href: string;
}

/** So long nobody has typed, in milliseconds, before it is asked. */
const PAUSE = 250;

/**
 * Proposes addresses and things of the map while somebody types: a combobox with a list (ARIA Authoring Practices). The arrow keys go
 * through the list, Enter takes what is marked and otherwise sends the form as without a script, Escape closes the list.
 */
export function proposePlaces(root: ParentNode): void {
  for (const box of root.querySelectorAll<HTMLInputElement>("input[data-proposes]:not([role])")) propose(box);
}

function propose(box: HTMLInputElement): void {
  const form = box.form;
  const around = box.parentElement;
  if (!form || !around) return;
  const list = document.createElement("ul");
  list.id = `${box.id}-proposed`;
  list.className = "proposed";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector(`label[for="${CSS.escape(box.id)}"]`)?.textContent?.trim() ?? "");
  list.hidden = true;
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  around.classList.add("proposes");
  around.append(list, status);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", "false");
  box.setAttribute("aria-controls", list.id);
  box.autocomplete = "off";

  let proposals: Proposal[] = [];
  let marked = -1;
  let asked = 0;
  let timer = 0;

  const close = (): void => {
    list.hidden = true;
    marked = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const mark = (at: number): void => {
    marked = at;
    for (const [place, item] of [...list.children].entries()) {
      item.setAttribute("aria-selected", String(place === at));
      if (place === at) {
        box.setAttribute("aria-activedescendant", item.id);
        item.scrollIntoView({ block: "nearest" });
      }
    }
    if (at < 0) box.removeAttribute("aria-activedescendant");
  };
  const take = (proposal: Proposal): void => {
    close();
    asked += 1;
    const position = form.elements.namedItem(box.dataset["proposesFor"] ?? "");
    if (position instanceof HTMLInputElement) {
      box.value = proposal.name;
      position.value = proposal.at;
      for (const changed of [box, position]) changed.dispatchEvent(new Event("input", { bubbles: true }));
      status.textContent = `${proposal.name} ${proposal.at}`;
      return;
    }
    if (form.getAttribute("action") === "/map") {
      const target = new URL(proposal.href, location.href);
      if (!target.searchParams.has("layer")) {
        for (const layer of new URLSearchParams(location.search).getAll("layer")) target.searchParams.append("layer", layer);
      }
      location.assign(target);
      return;
    }
    box.value = proposal.at;
    form.requestSubmit();
  };
  const show = (found: { said: string; options: Proposal[] }): void => {
    proposals = found.options;
    list.replaceChildren(
      ...proposals.map((proposal, at) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${at}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const name = document.createElement("span");
        name.textContent = proposal.name;
        item.append(name);
        if (proposal.note !== proposal.name) {
          const note = document.createElement("span");
          note.className = "support";
          note.textContent = proposal.note;
          item.append(" ", note);
        }
        // Before the box loses the focus.
        item.addEventListener("pointerdown", (event) => event.preventDefault());
        item.addEventListener("click", () => take(proposal));
        return item;
      }),
    );
    marked = -1;
    box.removeAttribute("aria-activedescendant");
    list.hidden = proposals.length === 0;
    box.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = found.said;
  };
  const ask = async (): Promise<void> => {
    const words = box.value.trim();
    asked += 1;
    const mine = asked;
    if (words === "") {
      close();
      return;
    }
    const response = await fetch(box.dataset["proposes"] ?? "", { method: "POST", body: new URLSearchParams({ q: words }) });
    // An answer that comes late is about something else.
    if (mine !== asked || !response.ok) return;
    const found = (await response.json()) as { said: string; options: Proposal[] };
    if (mine === asked) show(found);
  };
  box.addEventListener("input", (event) => {
    if (!(event instanceof InputEvent)) return;
    window.clearTimeout(timer);
    // While kana become kanji the words are not there yet.
    if (event.isComposing) return;
    timer = window.setTimeout(() => void ask().catch(() => close()), PAUSE);
  });
  box.addEventListener("compositionend", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask().catch(() => close()), PAUSE);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const last = proposals.length - 1;
    const proposal = proposals[marked];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (last < 0) return;
      event.preventDefault();
      if (list.hidden) {
        list.hidden = false;
        box.setAttribute("aria-expanded", "true");
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(marked < 0 ? (step > 0 ? 0 : last) : (marked + step + last + 1) % (last + 1));
    } else if (event.key === "Enter" && !list.hidden && proposal) {
      event.preventDefault();
      take(proposal);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  box.addEventListener("blur", () => {
    asked += 1;
    close();
  });
}
