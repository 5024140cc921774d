// What was typed and not taken, because one was signed out meanwhile or the form had become too old, is put back into its
// form: in the same tab, for the same person, and only then. Passwords and files are never kept.
(() => {
  const KEY = "unsent", NEVER = ["password", "file", "submit", "button", "image", "reset"];
  const here = () => location.pathname + location.search;
  const who = () => document.body.dataset.viewer;
  const refused = () => document.querySelector("[data-refused]");

  function read() {
    try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; }
  }

  function keep(typed) {
    try {
      if (typed) sessionStorage.setItem(KEY, JSON.stringify(typed));
      else sessionStorage.removeItem(KEY);
    } catch { /* A browser that keeps nothing, or has no room: the form is sent all the same. */ }
  }

  const fieldsOf = (form) => [...form.elements].filter((field) =>
    field.name && field.name !== "csrfmiddlewaretoken" && field.value !== undefined && !NEVER.includes(field.type));

  const typedIn = (form) => ({
    page: here(), action: form.getAttribute("action"), who: who(),
    fields: fieldsOf(form).map(({ name, value, checked }) => ({ name, value, checked })),
  });

  document.addEventListener("submit", ({ target }) => {
    if (target.method !== "post" || !who() || target.action.endsWith("/sign-out/")) return;
    keep(typedIn(target));
  });

  // A part of the page that is fetched anew may be the first to learn that one is signed out, and moves the whole page.
  document.addEventListener("htmx:beforeOnLoad", ({ detail: { xhr } }) => {
    const form = xhr.status === 401 && !read() && document.querySelector("form[data-dirty]");
    if (form) keep(typedIn(form));
  });

  // The version that was seen is put back too, so that what others saved meanwhile is not written over unseen.
  function putBack({ action, fields }) {
    const form = [...document.forms].find((one) => one.method === "post" && one.getAttribute("action") === action);
    if (!form) return false;
    const left = [...fields];
    for (const field of fieldsOf(form)) {
      const choice = field.type === "checkbox" || field.type === "radio";
      const at = left.findIndex((one) => one.name === field.name && (!choice || one.value === field.value));
      if (at < 0) continue;
      const [typed] = left.splice(at, 1);
      if (choice) field.checked = typed.checked;
      else field.value = typed.value;
      for (let more = field.closest("details"); more; more = more.parentElement.closest("details")) {
        more.open ||= choice ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
      }
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    form.closest("[popover]")?.showPopover();
    return true;
  }

  function say(words) {
    const note = document.createElement("div");
    note.className = "note note-yellow";
    note.textContent = words;
    document.getElementById("messages")?.append(note);
  }

  // On each page: is it one that took nothing, the one that was typed on, or another?
  function settle() {
    const typed = read();
    if (!typed) return;
    if (refused()) return hold(typed);
    keep(null);
    if (typed.held && typed.page === here() && typed.who === who() && putBack(typed)) {
      say("This was not sent. What you had typed stands in its form again: look it over and send it.");
    }
  }

  function hold(typed) {
    keep({ ...typed, held: true });
    for (const one of document.querySelectorAll("[data-unsent]")) {
      one.hidden = false;
      if (one.matches("a")) one.href = typed.page;
    }
  }

  document.addEventListener("DOMContentLoaded", settle);
  document.addEventListener("htmx:afterSwap", () => { if (refused()) settle(); });
  document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
    if (elt.matches("form") && xhr.status && xhr.status < 500 && ![401, 403].includes(xhr.status)) keep(null);
  });
})();
