// Comfort only: every page works without this file.
import htmx from "htmx.org";
import { coverPicture } from "./cover-picture";
import { filterTables } from "./filter-tables";
import { keepCopies } from "./keep-copies";
import { keepFresh } from "./keep-fresh";
import { lookUpAddresses } from "./look-up-address";
import { passkeys } from "./passkey";
import { printPage } from "./print-page";
import { proposePlaces } from "./propose-places";
import { reportQueue } from "./report-queue";
import { showMaps } from "./show-maps";
import { toggleMenus } from "./toggle-menus";
import { usePosition } from "./use-position";
import { warnBeforeLeaving } from "./warn-before-leaving";

// The content security policy forbids inline styles and eval.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.selfRequestsOnly = true;

document.documentElement.classList.add("js");
toggleMenus();
passkeys();
lookUpAddresses();
filterTables(document);
usePosition(document);
warnBeforeLeaving();
keepFresh();
printPage();
coverPicture();
reportQueue();
keepCopies();
proposePlaces(document);
showMaps(document);
document.querySelector<HTMLElement>("[data-focus-first]")?.focus();
document.addEventListener("htmx:load", (event) => {
  if (!(event.target instanceof Element)) return;
  filterTables(event.target);
  usePosition(event.target);
  proposePlaces(event.target);
  showMaps(event.target);
});
