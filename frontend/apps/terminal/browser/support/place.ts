import type { Locator } from "playwright-core";

/** Return the middle of an element once it stays where it is for some frames. */
export async function placeAtRest(element: Locator): Promise<[number, number]> {
  await element.waitFor();
  let place = await middlePlace(element);
  while (true) {
    await element.evaluate(async () => {
      for (let frame = 0; frame < 5; frame += 1) await new Promise(requestAnimationFrame);
    });
    const next = await middlePlace(element);
    if (next[0] === place[0] && next[1] === place[1]) return next;
    place = next;
  }
}

/** Return the middle of an element. */
export async function middlePlace(element: Locator): Promise<[number, number]> {
  const box = await element.boundingBox();
  if (box === null) throw new Error("not visible");
  return [box.x + box.width / 2, box.y + box.height / 2];
}
