/** A small button that a script adds to a page. */
export function smallButton(text: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button";
  made.dataset["type"] = "outline";
  made.dataset["size"] = "small";
  made.textContent = text;
  return made;
}
