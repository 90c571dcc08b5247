// Search, contents and live examples. The page can be read without them.
import { startConsole } from "./message_console.js";

const PHONE = matchMedia("(max-width: 60rem)");
const OPENED_MATCHES_MAX = 3;

const root = document.documentElement;
const contents = document.querySelector(".contents");
const search = document.querySelector("#search");
const found = document.querySelector("#found");
const entries = [...document.querySelectorAll("details.operation, details.schema")].map(
  (element) => ({ element, text: `${element.id} ${element.textContent}`.toLowerCase() }),
);
const links = new Map(
  [...contents.querySelectorAll("li li a")].map((link) => [link.hash.slice(1), link]),
);

const url = new URL("../ws", location.href);
url.protocol = url.protocol.replace("http", "ws");
document.querySelector("#url").textContent = url.href;
for (const element of document.querySelectorAll(".search, .try")) element.hidden = false;
root.classList.add("scripted");

foldContents();
followScrolling();
document.addEventListener("click", ({ target }) => {
  const link = target.closest?.('a[href^="#"]');
  if (link) reveal(link.hash);
});
addEventListener("hashchange", () => reveal(location.hash));
reveal(location.hash);
startSearch();
startConsole(url);

/** Open what a link leads to, and show it if the search hides it. */
function reveal(hash) {
  const target = document.getElementById(decodeURIComponent(hash.slice(1)));
  if (target === null) return;
  if (PHONE.matches) contents.open = false;
  if (target.closest("[hidden]") !== null) {
    search.value = "";
    applySearch();
  }
  if (target instanceof HTMLDetailsElement) target.open = true;
  target.scrollIntoView();
}

function foldContents() {
  const fold = () => {
    contents.open = !PHONE.matches;
  };
  PHONE.addEventListener("change", fold);
  fold();
  contents.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !PHONE.matches) return;
    contents.open = false;
    contents.querySelector("summary").focus();
  });
}

/** Mark the section that is read in the contents. */
function followScrolling() {
  const observer = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) {
        const item = contents.querySelector(`[data-section="${CSS.escape(target.id)}"]`);
        item.classList.toggle("current", isIntersecting);
        const link = item.querySelector("a");
        if (isIntersecting) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
        if (isIntersecting) showEntry(item);
      }
    },
    { rootMargin: "-20% 0px -79% 0px" },
  );
  for (const section of document.querySelectorAll("main > section")) observer.observe(section);
}

/** Scroll the contents, and nothing else, to an entry of theirs. */
function showEntry(item) {
  const list = contents.querySelector("nav");
  const top = item.offsetTop;
  if (top < list.scrollTop || top + item.offsetHeight > list.scrollTop + list.clientHeight) {
    list.scrollTop = top - list.clientHeight / 4;
  }
}

function startSearch() {
  search.addEventListener("input", applySearch);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      search.value = "";
      applySearch();
    } else if (event.key === "Enter") {
      const first = entries.find(({ element }) => !element.hidden)?.element;
      if (first === undefined || search.value === "") return;
      // Otherwise the key would close the message that gets the focus.
      event.preventDefault();
      first.open = true;
      first.scrollIntoView();
      first.querySelector("summary").focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input, textarea")) return;
    event.preventDefault();
    search.focus();
  });
}

/** Show what contains every word of the search. */
function applySearch() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = [];
  for (const { element, text } of entries) {
    const isMatch = words.every((word) => text.includes(word));
    element.hidden = !isMatch;
    links.get(element.id).parentElement.hidden = !isMatch;
    if (isMatch) matches.push(element);
  }
  if (words.length > 0 && matches.length <= OPENED_MATCHES_MAX) {
    for (const element of matches) element.open = true;
  }
  root.classList.toggle("searching", words.length > 0);
  hideWhatIsEmpty(words.length > 0);
  const schemas = matches.filter((element) => element.classList.contains("schema")).length;
  const counts = [count(matches.length - schemas, "message"), count(schemas, "schema")];
  found.textContent = words.length === 0 ? "" : counts.join(", ");
}

function hideWhatIsEmpty(isSearching) {
  const isEmpty = (element, selector) =>
    isSearching && element.querySelector(`${selector}:not([hidden])`) === null;
  for (const section of document.querySelectorAll("main > section")) {
    section.hidden = isEmpty(section, "details");
  }
  for (const item of contents.querySelectorAll("[data-section]")) {
    item.hidden = isEmpty(item, "li");
  }
  for (const heading of contents.querySelectorAll("h2")) {
    heading.hidden = isEmpty(heading.nextElementSibling, "[data-section]");
  }
}

function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
