/** On narrow screens the menu button opens and closes the menus; without script they are open. */
export function toggleMenus(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-menu-toggle]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(open));
      document.documentElement.classList.toggle("menu-open", open);
    });
  }

  // The person's menu closes with Escape and when one clicks elsewhere.
  const menus = () => document.querySelectorAll<HTMLDetailsElement>("details[data-closes-outside][open]");
  document.addEventListener("click", (event) => {
    for (const menu of menus()) {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}
