import { expect, test } from "vitest";
import { SharedFrames } from "../src/shared-frames.ts";

/** Frames that a test runs, and what they updated: a letter for each chart, `*` for each text. */
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

  /** Update a chart at each frame in which it has its turn. */
  followChart(chart: string): void {
    const update = () => {
      this.updated += chart;
      this.frames.requestChart(update);
    };
    this.frames.requestChart(update);
  }

  /** Change a text in each turn of the texts. */
  followText(): void {
    const update = () => {
      this.updated += "*";
      this.frames.requestTexts("figures", update);
    };
    this.frames.requestTexts("figures", update);
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

test("all texts change in one turn, after the frame in which the engine draws the last chart", () => {
  const page = new Page();
  for (const chart of ["a", "b"]) page.followChart(chart);
  for (let text = 0; text < 3; text += 1) page.followText();
  expect(page.run(9)).toBe("a b - *** a b - *** a");
});

test("the legends have a turn of their own", () => {
  const page = new Page();
  page.followChart("a");
  const show = (text: string) => () => {
    page.updated += text;
  };
  page.frames.requestTexts("legends", show("a"));
  page.frames.requestTexts("figures", show("c"));
  page.frames.requestTexts("legends", show("b"));
  expect(page.run(5)).toBe("a - ab c a");
});

test("texts alone change at each frame", () => {
  const page = new Page();
  page.followText();
  expect(page.run(3)).toBe("* * *");
});

test("an update that is requested again before its turn has one turn", () => {
  const page = new Page();
  const chart = () => {
    page.updated += "a";
  };
  const text = () => {
    page.updated += "*";
  };
  // A hidden page has no frames, however long it is hidden.
  for (let request = 0; request < 1_000; request += 1) {
    page.frames.requestTexts("figures", text);
    page.frames.requestChart(chart);
  }
  expect(page.run(4)).toBe("* a - -");
});

test("no frame is requested while nothing waits", () => {
  const page = new Page();
  expect(page.isFrameRequested).toBe(false);
  page.frames.requestChart(() => {});
  page.frames.requestTexts("figures", () => {});
  expect(page.isFrameRequested).toBe(true);
  page.run(2);
  expect(page.isFrameRequested).toBe(true);
  page.run(1);
  expect(page.isFrameRequested).toBe(false);
});

test("an update that fails does not keep the others from theirs", () => {
  const page = new Page();
  const fail = () => {
    throw new Error("broken");
  };
  page.frames.requestTexts("figures", fail);
  page.followText();
  page.frames.requestChart(fail);
  page.followChart("b");
  expect(() => page.run(1)).toThrow("broken");
  expect(page.updated).toBe("*");
  expect(() => page.run(1)).toThrow("broken");
  expect(page.run(1)).toBe("b");
});
