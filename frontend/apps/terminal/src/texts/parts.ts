export const parts = {
  title: "A part is missing",
  missing: "This part could not be loaded.",
  reloadToLoad: "A part of this page could not be loaded. Reload the page to load it.",
  reload: "Reload",
  loading: "Loading",
  wait: "This is being loaded.",
};
