/** Letters that differ only in width, case or kana are the same to somebody who searches. */
function folded(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[ァ-ヶ]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x60))
    .replace(/\s+/g, "");
}

/** Shows the line above a table that filters its rows as one types. */
export function filterTables(root: ParentNode): void {
  for (const block of root.querySelectorAll<HTMLElement>("[data-table-filter][hidden]")) {
    const table = document.getElementById(block.dataset["tableFilter"] ?? "");
    const input = block.querySelector("input");
    const output = block.querySelector("output");
    if (!(table instanceof HTMLTableElement) || !input || !output) continue;
    block.hidden = false;
    input.addEventListener("input", () => {
      const wanted = folded(input.value);
      let shown = 0;
      for (const row of table.tBodies[0]?.rows ?? []) {
        row.hidden = !folded(row.textContent ?? "").includes(wanted);
        if (!row.hidden) shown += 1;
      }
      output.textContent = wanted === "" ? "" : (block.dataset["result"] ?? "#").replace("#", String(shown));
    });
  }
}
