/** Return a repeatable source of random numbers from 0 to 1, and its seed for a failure's message. */
export function seededRandom(seed: number = 1 + (Date.now() % 100_000)) {
  let state = seed;
  const random = () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return { seed, random };
}
