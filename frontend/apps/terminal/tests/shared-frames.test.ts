import { expect, test } from "vitest";
import { SharedFrames } from "../src/shared-frames.ts";

/** Frames that a test runs. */
class Page {
  readonly updated: string[] = [];
  #callback: (() => void) | null = null;
  readonly #frames = new SharedFrames((callback) => {
    expect(this.#callback).toBeNull();
    this.#callback = callback;
  });

  get isFrameRequested(): boolean {
    return this.#callback !== null;
  }

  /** Update a chart once, or at each frame in which it has its turn. */
  update(chart: string, isRepeated = false): void {
    this.#frames.request(() => {
      this.updated.push(chart);
      if (isRepeated) this.update(chart, true);
    });
  }

  frame(): void {
    const callback = this.#callback;
    this.#callback = null;
    callback?.();
  }
}

test("a frame updates one chart, and each chart has its turn", () => {
  const page = new Page();
  for (const chart of ["a", "b", "c", "d"]) page.update(chart, true);
  for (let frame = 0; frame < 10; frame += 1) page.frame();
  expect(page.updated.join("")).toBe("abcdabcdab");
});

test("one chart is updated at each frame", () => {
  const page = new Page();
  page.update("a", true);
  for (let frame = 0; frame < 5; frame += 1) page.frame();
  expect(page.updated.length).toBe(5);
});

test("no frame is requested while nothing waits", () => {
  const page = new Page();
  expect(page.isFrameRequested).toBe(false);
  page.update("a");
  page.update("b");
  page.frame();
  expect(page.isFrameRequested).toBe(true);
  page.frame();
  expect(page.isFrameRequested).toBe(false);
  page.update("c");
  page.frame();
  expect(page.updated).toEqual(["a", "b", "c"]);
});

test("an update that fails does not keep the others from theirs", () => {
  const frames: (() => void)[] = [];
  const shared = new SharedFrames((callback) => frames.push(callback));
  const updated: string[] = [];
  shared.request(() => {
    throw new Error("broken");
  });
  shared.request(() => updated.push("b"));
  expect(frames.shift()).toThrow("broken");
  frames.shift()?.();
  expect(updated).toEqual(["b"]);
});
