// Small comforts of every page: times stay fresh, counters count, text is copied, menus close. Nothing depends on it.
(() => {
  const steps = [[90, 1, "s"], [5400, 60, "min"], [129600, 3600, "h"], [Infinity, 86400, "d"]];

  // The same words as `relative` in campaigns_ui.py.
  function relative(seconds) {
    const size = Math.abs(seconds);
    if (size < 5) return "now";
    const [, unit, name] = steps.find(([limit]) => size < limit);
    const words = `${Math.round(size / unit)} ${name}`;
    return seconds > 0 ? `${words} ago` : `in ${words}`;
  }

  function freshen(root = document) {
    for (const time of root.querySelectorAll("time[data-relative]")) {
      const words = relative((Date.now() - Date.parse(time.dateTime)) / 1000);
      if (time.textContent !== words) time.textContent = words;
    }
    for (const span of root.querySelectorAll("[data-since]")) {
      span.textContent = lasting((Date.now() - Date.parse(span.dataset.since)) / 1000);
    }
  }

  // How long something has gone on; the same words as `duration` in campaigns_ui.py, in whole seconds.
  function lasting(seconds) {
    const whole = Math.max(0, Math.round(seconds)), hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60);
    if (whole < 60) return `${whole} s`;
    return hours ? `${hours} h ${minutes % 60} min` : `${minutes} min ${whole % 60} s`;
  }

  function count(counter) {
    const field = document.getElementById(counter.dataset.counterFor);
    if (!field) return;
    const most = Number(counter.dataset.most);
    const length = [...field.value.trim()].length;
    counter.hidden = length < most / 2;
    counter.textContent = length > most ? `${length - most} too many` : `${length} of ${most}`;
    counter.dataset.state = length > most ? "over" : length > 0.9 * most ? "near" : "";
  }

  function prepare(root = document) {
    freshen(root);
    for (const counter of root.querySelectorAll("[data-counter-for]")) count(counter);
    for (const hidden of root.querySelectorAll("[data-theme-toggle][hidden], [data-copy][hidden]")) hidden.hidden = false;
  }

  document.addEventListener("DOMContentLoaded", () => {
    prepare();
    document.getElementById("form-errors")?.focus();
  });
  document.addEventListener("htmx:afterSwap", () => prepare());
  setInterval(() => document.hidden || freshen(), 5000);

  document.addEventListener("input", (event) => {
    const counter = document.querySelector(`[data-counter-for="${CSS.escape(event.target.id)}"]`);
    if (counter) count(counter);
  });

  document.addEventListener("click", async (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    const label = button.querySelector("span") ?? button;
    const before = label.textContent;
    try {
      await navigator.clipboard.writeText(source.innerText);
      label.textContent = "Copied";
    } catch {
      label.textContent = "Select and copy by hand";
    }
    setTimeout(() => { label.textContent = before; }, 2000);
  });

  // A panel takes the focus, keeps it while it is open, and the browser gives it back where it came from.
  const inside = (panel) => [...panel.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter((one) => !one.disabled && one.checkVisibility());
  document.addEventListener("toggle", ({ target, newState }) => {
    if (newState !== "open" || !target.matches(".panel[popover]")) return;
    target.setAttribute("aria-modal", "true");
    if (target.contains(document.activeElement)) return;
    const all = inside(target), field = all.find((one) => one.matches("input, select, textarea"));
    (field ?? all.find((one) => !one.matches(".btn-danger")) ?? target).focus();
  }, true);
  document.addEventListener("keydown", (event) => {
    const panel = event.key === "Tab" && document.querySelector(".panel:popover-open");
    if (!panel) return;
    const all = inside(panel), at = all.indexOf(document.activeElement), end = event.shiftKey ? 0 : all.length - 1;
    if (at >= 0 && at !== end) return;
    event.preventDefault();
    all.at(event.shiftKey ? -1 : 0)?.focus();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = document.querySelector("details[data-menu][open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form");
      form?.querySelector("[data-ctrl-enter]")?.click();
    }
  });

  // A filter form sends itself when something in it is chosen; without script its button does.
  document.addEventListener("change", (event) => event.target.closest("form[data-autosubmit]")?.requestSubmit());

  // What a person is in the middle of survives a swap: text being written by an agent, open panels, forms with input.
  // A field that is typed in is left alone. Not so whatever else has the focus, such as the page itself after a click.
  const kept = (old, fresh) =>
    (old === document.activeElement && old.matches("input, select, textarea")) ||
    (old.dataset?.partial && old.dataset.partial === fresh.dataset?.partial && old.textContent) ||
    old.matches?.("form[data-dirty], [popover]:popover-open");
  if (window.Idiomorph) {
    Idiomorph.defaults.callbacks.beforeNodeMorphed = (old, fresh) => !kept(old, fresh);
  }
  document.addEventListener("input", (event) => event.target.form?.setAttribute("data-dirty", ""));
  document.addEventListener("submit", ({ target, submitter }) => {
    target.removeAttribute("data-dirty");
    target.closest("[popover]:popover-open")?.hidePopover();
    // Pressed twice is sent once; a page that comes back from the history may be sent again.
    if (submitter && target.method === "post" && !target.hasAttribute("hx-boost")) setTimeout(() => { submitter.disabled = true; });
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) document.querySelectorAll("form [type=submit]:disabled").forEach((button) => { button.disabled = false; });
  });
})();
