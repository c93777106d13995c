// What the pages share: elements without markup strings, the language and the theme.

/** An element: attributes beginning with "on" are listeners, children are nodes or text. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((c) => c != null));
  return element;
}

/** Text in which `backticks` mark code. */
export function prose(text) {
  return (text ?? "").split("`").map((part, i) => (i % 2 ? h("code", {}, part) : part));
}

const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private mode */ } };

export let language = kept("crm-language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");
let theme = kept("crm-theme") ?? "";

function isDark() {
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function show() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  if (theme) document.documentElement.dataset.theme = theme;
}

/** Wire the two switches; redraw is called after each change of language. */
export function switches(redraw) {
  const languageButton = document.getElementById("language");
  const themeButton = document.getElementById("theme");
  const label = () => {
    languageButton.textContent = language === "zh" ? "EN" : "中文";
    themeButton.textContent = isDark() ? "☀" : "☾";
    themeButton.setAttribute("aria-label", language === "zh" ? "切换明暗" : "Switch light and dark");
  };
  languageButton.addEventListener("click", () => {
    language = language === "zh" ? "en" : "zh";
    keep("crm-language", language);
    show(); label(); redraw();
  });
  themeButton.addEventListener("click", () => {
    theme = isDark() ? "light" : "dark";
    keep("crm-theme", theme);
    show(); label();
  });
  show(); label();
}
