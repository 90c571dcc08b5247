import { latestBefore, SessionHours, type SessionTexts } from "./view/session-hours.ts";

export const AROUND_THE_CLOCK: SessionTexts = { session: "24x7", timezone: "Etc/UTC" };
const DAY_MS = 86_400_000;
/** The number of days within which a market opens again. */
const CLOSED_DAYS_MAX = 14;

/** The trading days of a market, and the times of its next bars. */
export class SessionClock {
  readonly #hours: SessionHours;

  constructor(texts: SessionTexts) {
    this.#hours = new SessionHours(texts);
  }

  /** Return the number of the trading day of a time in ms UTC. After the close it is the last one. */
  dayOf(ms: number): number {
    if (this.#hours.isAlways) return Math.floor(this.#hours.zone.wall(ms) / DAY_MS);
    const session = latestBefore(this.#hours.sessions(ms, ms), ms);
    return Math.floor((session?.day ?? ms) / DAY_MS);
  }

  /** Return the time of the bar after one at `ms`, if bars last `periodMs`. It is in a session. */
  nextBar(ms: number, periodMs: number): number {
    const next = ms + periodMs;
    if (this.#hours.isAlways || periodMs >= 7 * DAY_MS) return next;
    const sessions = this.#hours.sessions(next, next + CLOSED_DAYS_MAX * DAY_MS);
    // Bars of days are at 00:00 UTC of their trading day.
    if (periodMs >= DAY_MS) return sessions.find(({ day }) => day >= next)?.day ?? next;
    const session = sessions.find(({ end }) => end > next);
    return session === undefined ? next : Math.max(next, session.start);
  }
}
