/** Lets staff frame with the pointer what has to be painted over in a picture. The boxes below do the same by number. */
export function coverPicture(): void {
  const picture = document.querySelector<HTMLElement>("[data-cover-picture]");
  const drawing = picture?.querySelector("svg");
  if (!picture || !drawing) return;
  const rows = [...document.querySelectorAll<HTMLElement>("[data-cover-row]")].map((row) => [...row.querySelectorAll("input")]);
  document.querySelector<HTMLElement>("[data-cover-hint]")?.removeAttribute("hidden");

  const numberOf = (text: string): number => Number.parseFloat(text.normalize("NFKC"));
  const draw = (): void => {
    for (const old of drawing.querySelectorAll("rect")) old.remove();
    for (const row of rows) {
      const sides = row.map((input) => numberOf(input.value));
      if (sides.some((side) => !Number.isFinite(side))) continue;
      const rectangle = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      ["x", "y", "width", "height"].forEach((name, place) => rectangle.setAttribute(name, String(sides[place])));
      drawing.append(rectangle);
    }
  };
  for (const input of rows.flat()) input.addEventListener("input", draw);

  const place = (event: PointerEvent): [number, number] => {
    const box = picture.getBoundingClientRect();
    const share = (value: number, begin: number, length: number): number =>
      Math.min(100, Math.max(0, ((value - begin) / length) * 100));
    return [share(event.clientX, box.left, box.width), share(event.clientY, box.top, box.height)];
  };
  let from: [number, number] | undefined;
  let row: HTMLInputElement[] | undefined;
  const frame = (to: [number, number]): void => {
    if (!from || !row) return;
    const left = Math.min(from[0], to[0]);
    const top = Math.min(from[1], to[1]);
    const sides = [left, top, Math.max(from[0], to[0]) - left, Math.max(from[1], to[1]) - top];
    row.forEach((input, side) => {
      input.value = (Math.round((sides[side] ?? 0) * 10) / 10).toString();
    });
    draw();
  };
  picture.addEventListener("pointerdown", (event) => {
    row = rows.find((inputs) => inputs.every((input) => input.value.trim() === ""));
    if (!row || !event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    picture.setPointerCapture(event.pointerId);
    from = place(event);
  });
  picture.addEventListener("pointermove", (event) => frame(place(event)));
  const end = (event: PointerEvent): void => {
    frame(place(event));
    // A press without a frame means nothing.
    if (from && row && (numberOf(row[2]?.value ?? "") < 0.5 || numberOf(row[3]?.value ?? "") < 0.5)) {
      for (const input of row) input.value = "";
    }
    row?.[0]?.dispatchEvent(new Event("input", { bubbles: true }));
    from = undefined;
    row = undefined;
    draw();
  };
  picture.addEventListener("pointerup", end);
  picture.addEventListener("pointercancel", end);
}
