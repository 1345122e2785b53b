// Days that tests look at: always ahead of the day they run on, so that the tests mean the same whenever they run.

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const DAY = 86_400_000;

/** Today in Japan, as a time in UTC. */
function today() {
  // Japan has been nine hours ahead of UTC since 1951.
  const now = new Date(Date.now() + 9 * 3_600_000);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
}

/** @param {number} time @returns {string} such as 2026-11-28 */
const written = (time) => new Date(time).toISOString().slice(0, 10);

/**
 * The first such weekday that is at least some days ahead and not at the turn of the year, when halls are closed.
 * @param {string} weekday  such as `saturday`
 * @param {number} [ahead]  days
 * @returns {string} such as 2026-11-28
 */
export function dayAhead(weekday, ahead = 6) {
  const wanted = WEEKDAYS.indexOf(weekday);
  if (wanted < 0) throw new Error(`${weekday} is no day of the week.`);
  let day = today() + ahead * DAY;
  for (;;) {
    const date = written(day).slice(5);
    const turn = date >= '12-28' || date <= '01-04';
    if (new Date(day).getUTCDay() === wanted && !turn) return written(day);
    day += DAY;
  }
}

/**
 * The days after today.
 * @param {number} count
 * @returns {string[]}
 */
export const daysAfterToday = (count) => Array.from({ length: count }, (_, index) => written(today() + (index + 1) * DAY));

/** Puts the days in the place of words such as `{saturday}`. @param {string} path */
export const withDays = (path) => path.replace(/\{(\w+day)\}/g, (_, weekday) => dayAhead(weekday));
