/** The frames that a page drew, and its longest frame and task in ms. */
export interface Frames {
  frames: number;
  longestFrame: number;
  longestTask: number;
}

export const rate = ({ frames, longestFrame, longestTask }: Frames, ms: number): string =>
  `${((frames / ms) * 1_000).toFixed(1)} a second, the longest ${longestFrame.toFixed(0)} ms, ` +
  `the longest task ${longestTask === 0 ? "below 50" : longestTask.toFixed(0)} ms`;

/** Count the frames of a page. A task is counted from 50 ms on. */
export function countFrames(ms: number): Promise<Frames> {
  let longestTask = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration);
  });
  observer.observe({ type: "longtask" });
  return new Promise((resolve) => {
    const began = performance.now();
    let [frames, longestFrame, last] = [0, 0, began];
    const count = (now: number) => {
      frames += 1;
      longestFrame = Math.max(longestFrame, now - last);
      last = now;
      if (now - began < ms) {
        requestAnimationFrame(count);
        return;
      }
      observer.disconnect();
      resolve({ frames, longestFrame, longestTask });
    };
    requestAnimationFrame(count);
  });
}
