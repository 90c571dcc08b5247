export const accountMessages = {
  retrying: "Trying again.",
  correct: "Correct it, and place the order again.",
  seePositions: "See positions",
};
