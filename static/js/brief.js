// The completeness meter of a brief: counts while one types. The server counts again when it is sent.
(() => {
  function filled(form, name) {
    const fields = [...form.querySelectorAll(`[name="${name}"]`)];
    return fields.some((field) => (field.type === "checkbox" ? field.checked : field.value.trim()));
  }

  // A brand may give what the brief leaves open.
  function given(form, line) {
    const chosen = form.querySelector('[name="brand"]:checked')?.value;
    return Boolean(chosen) && (line.dataset.givers ?? "").split(" ").includes(chosen);
  }

  function update(form) {
    let done = 0;
    for (const line of form.querySelectorAll("[data-need]")) {
      const there = filled(form, line.dataset.need) || given(form, line);
      done += there ? 1 : 0;
      if (there === line.hasAttribute("data-there")) continue;
      line.toggleAttribute("data-there", there);
      line.querySelector("[data-word]").textContent = there ? "filled in" : "missing";
      const use = line.querySelector("use");
      use.setAttribute("href", use.getAttribute("href").replace(/#.*/, there ? "#circle-check" : "#circle"));
    }
    const meter = form.querySelector("[data-meter]");
    if (meter) meter.value = done;
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-brief]");
    if (form) update(form);
  });
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("form[data-brief]").forEach(update);
  });
})();
