// What was typed and not taken, because one was signed out meanwhile, the form had become too old or no answer came, is
// put back into its form: in the same tab, for the same person, and only then. Passwords and files are never kept.
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
    for (const note of document.querySelectorAll("[data-failed]")) note.remove();
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

  function noted(colour, words) {
    const note = document.createElement("div");
    note.className = `note note-${colour}`;
    note.textContent = words;
    return note;
  }

  // The answer to a form comes straight from its page; back, reload, and any other way here mean that none came.
  function answered({ page }) {
    const came = document.referrer ? new URL(document.referrer) : undefined;
    const straight = performance.getEntriesByType("navigation")[0]?.type === "navigate";
    return straight && came !== undefined && came.pathname + came.search === page;
  }

  // On each page: is it one that took nothing, the answer, the one that was typed on, or another?
  function settle() {
    const typed = read();
    if (!typed) return;
    if (refused()) return hold(typed);
    if ((!typed.held && answered(typed)) || typed.who !== who()) return keep(null);
    if (typed.page !== here()) return keep({ ...typed, held: true });
    keep(null);
    if (putBack(typed)) {
      const words = "This was not taken. What you had typed stands in its form again: look it over and send it.";
      document.getElementById("messages")?.append(noted("yellow", words));
    }
  }

  // A command that has no answer, or one from a server in trouble, is told where it was given; what was typed is still there.
  function failed({ detail: { elt, xhr } }) {
    if (!elt.matches("form[method=post]")) return;
    const words = xhr?.status
      ? `The server could not do this (error ${xhr.status}). Look whether it was done before you send it again.`
      : "There was no answer: you or the server are offline. Nothing you typed is lost; send it again in a moment.";
    const note = noted("red", words), panel = elt.closest("[popover]");
    note.setAttribute("role", "alert");
    note.dataset.failed = "";
    elt.dataset.dirty = "";
    if (panel) elt.prepend(note);
    else document.getElementById("messages")?.append(note);
    panel?.showPopover();
    note.scrollIntoView({ block: "nearest" });
  }

  function hold(typed) {
    keep({ ...typed, held: true });
    for (const one of document.querySelectorAll("[data-unsent]")) {
      one.hidden = false;
      if (one.matches("a")) one.href = typed.page;
    }
  }

  for (const event of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(event, failed);
  document.addEventListener("DOMContentLoaded", settle);
  document.addEventListener("htmx:afterSwap", () => { if (refused()) settle(); });
  document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
    if (elt.matches("form") && xhr.status && xhr.status < 500 && ![401, 403].includes(xhr.status)) keep(null);
  });
})();
