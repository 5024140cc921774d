// Keeps a page live: one socket, one fragment per thing. An element says what it shows with data-live="run:<id>" (several
// with spaces), data-live-types="task audit" and data-live-after="<last event it contains>"; when such an event arrives it
// gets the DOM event "live", on which htmx fetches it anew. Text that is being written goes into [data-partial="<task key>"].
(() => {
  const GATHER_MS = 150, PING_MS = 25000, PATIENCE_MS = 10000, LONGEST_WAIT_MS = 15000, MOST_MISSED = 2000;
  const last = new Map(), head = new Map(), news = new Map(), owed = new Set();
  let socket, wait = 500, gathering, pinging, heardAt = Date.now(), over = false;

  const shown = () => [...document.querySelectorAll("[data-live]")];
  const streamsOf = (element) => element.dataset.live.split(/\s+/).filter(Boolean);
  const ready = () => socket && socket.readyState === WebSocket.OPEN;
  const say = (command) => ready() && socket.send(JSON.stringify(command));
  function tell(state, words) {
    for (const dot of document.querySelectorAll("[data-live-state]")) {
      if (dot.dataset.state === state && dot.textContent === words) continue;
      dot.setAttribute("aria-live", "polite");
      Object.assign(dot, { textContent: words }).dataset.state = state;
    }
  }

  function report() {
    const since = new Date(heardAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const behind = [...head].some(([stream, seq]) => (last.get(stream) ?? seq) < seq);
    if (over) return tell("offline", over);
    if (!navigator.onLine) return tell("offline", `offline since ${since}`);
    if (!ready()) return tell("stale", `stale since ${since}, connecting again`);
    return behind ? tell("catching-up", "catching up") : tell("live", "live");
  }

  // Follow what the page shows now and no more; called again after every swap.
  function follow(anew = false) {
    const wanted = new Map();
    for (const element of shown()) {
      const after = element.dataset.liveAfter === undefined ? undefined : Number(element.dataset.liveAfter);
      for (const stream of streamsOf(element)) {
        const least = wanted.get(stream);
        wanted.set(stream, least === undefined || after < least ? after : least);
      }
    }
    for (const stream of [...last.keys()].filter((stream) => !wanted.has(stream))) {
      say({ unsubscribe: stream });
      for (const kept of [last, head, news]) kept.delete(stream);
    }
    if (wanted.size && !socket && !over) return connect();
    for (const [stream, after] of wanted) {
      if (last.has(stream) && !anew) continue;
      if (!last.has(stream)) last.set(stream, after);
      const from = last.get(stream);
      say(from === undefined ? { subscribe: stream } : { subscribe: stream, after: from, most: MOST_MISSED });
    }
  }

  function connect() {
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/`);
    socket.onopen = () => { wait = 500; heardAt = Date.now(); follow(true); report(); };
    socket.onmessage = (message) => { heardAt = Date.now(); take(JSON.parse(message.data)); };
    socket.onclose = ({ code }) => {
      socket = undefined;
      if (code === 4401 || code === 4403) over = "offline: you are signed out or may not see this; reload";
      else setTimeout(() => socket || follow(), wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      report();
    };
  }

  function take(frame) {
    const { stream, type, seq } = frame;
    if (type === "partial") return write(frame);
    if (type === "error" && frame.code === "unavailable") setTimeout(() => last.has(stream) && follow(true), 3000);
    if (type === "subscribed" || type === "snapshot") head.set(stream, frame.last_event);
    if (type === "snapshot") last.set(stream, frame.last_event);
    if (seq !== undefined) last.set(stream, seq);
    if (seq !== undefined || type === "changed" || type === "snapshot") {
      if (!news.has(stream)) news.set(stream, new Map());
      news.get(stream).set(type, seq ?? Infinity);
      gathering ??= setTimeout(refresh, GATHER_MS);
    }
    return report();
  }

  const fits = (wanted, type) => !wanted || !type.includes(".") || wanted.split(/\s+/).some((each) =>
    each === type || type.startsWith(`${each.replace(/\.?\*$/, "")}.`));

  // A part that is being fetched waits for its turn, so that it never shows less than it was told of.
  function refresh() {
    gathering = undefined;
    if (document.hidden) return;
    for (const element of shown()) {
      const after = Number(element.dataset.liveAfter ?? 0);
      if (streamsOf(element).some((stream) => [...news.get(stream) ?? []].some(([type, seq]) =>
        seq > after && fits(element.dataset.liveTypes, type)))) owed.add(element);
    }
    news.clear();
    for (const element of owed) {
      if (element.isConnected && element.classList.contains("htmx-request")) continue;
      owed.delete(element);
      if (element.isConnected) element.dispatchEvent(new CustomEvent("live"));
    }
    if (owed.size) gathering = setTimeout(refresh, GATHER_MS);
  }

  function write({ task, text }) {
    for (const place of document.querySelectorAll(`[data-partial="${CSS.escape(task)}"]`)) place.textContent = text;
  }

  function ping() {
    clearTimeout(pinging);
    const asked = Date.now();
    if (ready()) setTimeout(() => { if (heardAt < asked && ready()) socket.close(); }, PATIENCE_MS);
    say({ ping: true });
    pinging = setTimeout(ping, PING_MS);
  }

  document.addEventListener("DOMContentLoaded", () => { follow(); ping(); });
  document.addEventListener("htmx:afterSettle", () => follow());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { ping(); refresh(); } });
  for (const turn of ["online", "offline"]) addEventListener(turn, () => { report(); socket || follow(); });
})();
