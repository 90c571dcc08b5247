import { expect, test, vi } from "vitest";
import { SharedFrames, type Texts } from "../src/shared-frames.ts";

/** Frames that a test runs, and what they updated: a letter for each update. */
class Page {
  updated = "";
  readonly frames: SharedFrames;
  #callback: (() => void) | null = null;

  constructor() {
    this.frames = new SharedFrames((callback) => {
      expect(this.#callback).toBeNull();
      this.#callback = callback;
    });
  }

  get isFrameRequested(): boolean {
    return this.#callback !== null;
  }

  updateOf(letter: string): () => void {
    return () => {
      this.updated += letter;
    };
  }

  /** Update a chart at each frame in which it has its turn. */
  followChart(chart: string): void {
    const update = () => {
      this.updated += chart;
      this.frames.requestChart(update);
    };
    this.frames.requestChart(update);
  }

  /** Change a text in each turn of these texts. */
  followTexts(texts: Texts, letter: string): void {
    const update = () => {
      this.updated += letter;
      this.frames.requestTexts(texts, update);
    };
    this.frames.requestTexts(texts, update);
  }

  /** Run frames. Return what each of them updated, with spaces between. */
  run(frames: number): string {
    const updated: string[] = [];
    for (let frame = 0; frame < frames; frame += 1) {
      this.updated = "";
      const callback = this.#callback;
      this.#callback = null;
      callback?.();
      updated.push(this.updated || "-");
    }
    return updated.join(" ");
  }
}

test("a frame updates one chart, and each chart has its turn", () => {
  const page = new Page();
  for (const chart of ["a", "b", "c", "d"]) page.followChart(chart);
  expect(page.run(10)).toBe("a b c d a b c d a b");
});

test("one chart is updated at each frame", () => {
  const page = new Page();
  page.followChart("a");
  expect(page.run(5)).toBe("a a a a a");
});

test("texts change together, after the frame in which the engine draws the last chart", () => {
  const page = new Page();
  for (const chart of ["a", "b"]) page.followChart(chart);
  for (let text = 0; text < 3; text += 1) page.followTexts("panels", "*");
  expect(page.run(9)).toBe("*** a b - *** a b - ***");
});

test("the legends change in one frame, and the panels in the next one", () => {
  const page = new Page();
  for (const chart of ["a", "b"]) page.followChart(chart);
  for (let text = 0; text < 2; text += 1) page.followTexts("panels", "p");
  for (let text = 0; text < 2; text += 1) page.followTexts("legends", "l");
  expect(page.run(12)).toBe("ll pp a b - ll pp a b - ll pp");
});

test("what arrives at any time keeps the order of the turns", () => {
  const page = new Page();
  const updates = ["a", "b", "c", "d"].map((chart) => page.updateOf(chart));
  const [legend, panel] = [page.updateOf("l"), page.updateOf("p")];
  const arrive = () => {
    for (const update of updates) page.frames.requestChart(update);
    page.frames.requestTexts("panels", panel);
    page.frames.requestTexts("legends", legend);
  };
  let shown = "";
  for (let frame = 0; frame < 70; frame += 1) {
    arrive();
    shown += page.run(1);
  }
  expect(shown).toBe(`lp${"abcd-lp".repeat(9)}abcd-`);
});

test("the texts do not wait for one chart", () => {
  const page = new Page();
  page.followChart("a");
  page.followTexts("panels", "*");
  expect(page.run(5)).toBe("* a * a *");
});

test("texts alone change at each frame", () => {
  const page = new Page();
  page.followTexts("panels", "*");
  expect(page.run(3)).toBe("* * *");
});

test("after a pause the texts are before the charts", () => {
  const page = new Page();
  const [chart, text] = [page.updateOf("a"), page.updateOf("*")];
  for (let burst = 0; burst < 3; burst += 1) {
    page.frames.requestChart(chart);
    page.frames.requestTexts("panels", text);
    expect(page.run(3)).toBe("* a -");
    expect(page.isFrameRequested).toBe(false);
  }
});

test("an update that is requested again before its turn has one turn", () => {
  const page = new Page();
  const [chart, text] = [page.updateOf("a"), page.updateOf("*")];
  // A hidden page has no frames, however long it is hidden.
  for (let request = 0; request < 1_000; request += 1) {
    page.frames.requestTexts("panels", text);
    page.frames.requestChart(chart);
  }
  expect(page.run(4)).toBe("* a - -");
});

test("an update that another one requests in the same turn is called once", () => {
  const page = new Page();
  const second = page.updateOf("b");
  page.frames.requestTexts("panels", () => {
    page.updateOf("a")();
    page.frames.requestTexts("panels", second);
  });
  page.frames.requestTexts("panels", second);
  expect(page.run(3)).toBe("ab - -");
});

test("a text that is requested between the legends and the panels has no turn of its own", () => {
  const page = new Page();
  const [chart, panel, late] = ["a", "p", "q"].map((letter) => page.updateOf(letter));
  if (!chart || !panel || !late) throw new Error("unreachable");
  page.frames.requestTexts("legends", page.updateOf("l"));
  page.frames.requestTexts("panels", panel);
  expect(page.run(1)).toBe("l");
  page.frames.requestTexts("panels", late);
  page.frames.requestChart(chart);
  expect(page.run(3)).toBe("pq a -");
});

test("no frame is requested while nothing waits", () => {
  const page = new Page();
  expect(page.isFrameRequested).toBe(false);
  page.frames.requestTexts("panels", () => {});
  expect(page.isFrameRequested).toBe(true);
  page.run(1);
  expect(page.isFrameRequested).toBe(false);
});

test("an update that fails is reported, and does not keep the others from theirs", () => {
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const page = new Page();
  const fail = () => {
    throw new Error("broken");
  };
  page.frames.requestTexts("panels", fail);
  page.frames.requestTexts("panels", page.updateOf("*"));
  page.frames.requestChart(fail);
  page.frames.requestChart(page.updateOf("b"));
  expect(page.run(1)).toBe("*");
  expect(reported).toHaveBeenCalledOnce();
  expect(() => page.run(1)).toThrow("broken");
  expect(page.run(1)).toBe("b");
});
