export const widgets = {
  close: "Close",
  down: (label: string) => `${label} down`,
  up: (label: string) => `${label} up`,
  writeLike: (example: string) => `Write it like ${example}`,
};
