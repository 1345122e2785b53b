import { smallButton } from "./small-button";

interface Area {
  prefecture: string;
  city: string;
  town: string;
  line: string;
}

/** Fills in the address of a postal code on the spot. When that does not work, the button sends the page as it does without script. */
export function lookUpAddresses(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-look-up]") : null;
    if (!(button instanceof HTMLButtonElement) || !button.form) return;
    event.preventDefault();
    const { form } = button;
    lookUp(button, form).catch(() => form.requestSubmit(button));
  });
}

async function lookUp(button: HTMLButtonElement, form: HTMLFormElement): Promise<void> {
  const path = button.dataset["lookUp"] ?? "";
  const block = button.closest(".look-up");
  const said = block?.querySelector(".look-up__said");
  const list = block?.querySelector(".look-up__areas");
  if (!said || !list) throw new Error("the page has no place for the answer");
  const response = await fetch("/postal-codes", {
    method: "POST",
    body: new URLSearchParams({ code: control(form, path, "postal_code")?.value ?? "" }),
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const found = (await response.json()) as { said: string; areas: Area[] };
  list.replaceChildren();
  // A screen reader tells a sentence that is the same as before only when it was away.
  said.textContent = "";
  window.setTimeout(() => {
    said.textContent = found.said;
  }, 50);
  const [only] = found.areas;
  if (found.areas.length === 1 && only) {
    fill(form, path, only);
    return;
  }
  for (const area of found.areas) {
    const choose = smallButton(area.line);
    choose.addEventListener("click", () => {
      list.replaceChildren();
      said.textContent = "";
      fill(form, path, area);
    });
    const item = document.createElement("li");
    item.append(choose);
    list.append(item);
  }
}

function control(form: HTMLFormElement, path: string, part: string): HTMLInputElement | HTMLSelectElement | null {
  const found = form.elements.namedItem(`${path}.${part}`);
  return found instanceof HTMLInputElement || found instanceof HTMLSelectElement ? found : null;
}

/** Number and building stay as they are; so does the town where the code stands for a whole city. The next to be typed gets the focus. */
function fill(form: HTMLFormElement, path: string, area: Area): void {
  for (const part of ["prefecture", "city", "town"] as const) {
    const box = control(form, path, part);
    if (!box || area[part] === "") continue;
    box.value = area[part];
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  control(form, path, area.town === "" ? "town" : "block")?.focus();
}
