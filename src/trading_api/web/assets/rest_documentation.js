// Starts Swagger UI on its page.

const darkMode = matchMedia("(prefers-color-scheme: dark)");
const applyDarkMode = () =>
  document.documentElement.classList.toggle("dark-mode", darkMode.matches);
darkMode.addEventListener("change", applyDarkMode);
applyDarkMode();

SwaggerUIBundle({
  url: document.querySelector("#swagger-ui").dataset.document,
  dom_id: "#swagger-ui",
  layout: "BaseLayout",
  deepLinking: true,
  showExtensions: true,
  showCommonExtensions: true,
  presets: [SwaggerUIBundle.presets.apis],
  // The page has a header of its own.
  plugins: [() => ({ wrapComponents: { InfoContainer: () => () => null } })],
});
