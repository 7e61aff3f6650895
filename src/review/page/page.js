"use strict";
/**
 * The reviewer's page: queue, keys, buttons, languages.
 *
 * @typedef {{hash: string, view: string, reader: string, colour: string, label: string,
 *   drawn: boolean, image_path: string, mm: number|null, doubts: string[], others: {reviewer: string, verdict: string,
 *   reason?: string, note?: string}[]}} PageContour
 * @typedef {{id: string, diagnosis: string|null, checks: string[],
 *   contours: PageContour[]}} PageCase
 */
(() => {
  const byId = (id) => document.getElementById(id);
  const remembered = (key, value) => {
    try {
      if (value !== undefined) localStorage.setItem(`mammodex ${key}`, value);
      return localStorage.getItem(`mammodex ${key}`);
    } catch {
      return null;
    }
  };
  let start = null;
  let texts = {};
  let language = "en";
  let number = 0;
  let hash = null;
  let seconds = 0;
  let since = 0;

  /** A text of the page in its language. */
  const t = (code) => (texts[code] ? texts[code][language] : code);
  /** @returns {PageCase} */
  const currentCase = () => start.cases[number];
  const contour = () => currentCase().contours.find((one) => one.hash === hash);
  const isOpen = (one) => !verdicts.of(one.hash);

  function node(name, parent, text = "", attributes = {}) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    parent.append(made);
    return made;
  }

  // ---- time: what counts is the time for which a contour is shown

  const startClock = () => { seconds = 0; since = performance.now(); };
  const stopClock = () => { if (since) seconds += (performance.now() - since) / 1000; since = 0; };
  const elapsed = () => seconds + (since ? (performance.now() - since) / 1000 : 0);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stopClock();
    else since = performance.now();
  });

  // ---- what is shown

  function showCase(to) {
    number = Math.max(0, Math.min(start.cases.length - 1, to));
    const one = currentCase();
    const open = one.contours.find(isOpen) || one.contours[0];
    hash = open.hash;
    byId("case").textContent = one.id;
    byId("cases").value = String(number);
    load(number, (exam) => {
      view.show(exam, t("no_picture"));
      refresh();
    });
    if (number + 1 < start.cases.length) load(number + 1, preload);
    closeReasons();
    byId("note").value = "";
    startClock();
    refresh();
  }

  const waiting = new Map();
  const loaded = new Map();
  /** Calls back with the pictures of a case, whose script is loaded on first use. */
  function load(wanted, done) {
    if (loaded.has(wanted)) {
      done(loaded.get(wanted));
      return;
    }
    const callbacks = waiting.get(wanted) || [];
    callbacks.push(done);
    waiting.set(wanted, callbacks);
    if (callbacks.length > 1) return;
    const script = node("script", document.head, "", { src: `cases/${wanted}.js` });
    script.addEventListener("error", () => {
      waiting.delete(wanted);
      script.remove();
      if (wanted === number) announce(t("no_case"));
    });
    script.addEventListener("load", () => script.remove());
  }
  window.mammodexCase = (loadedNumber, exam) => {
    loaded.set(loadedNumber, exam);
    const callbacks = waiting.get(loadedNumber) || [];
    waiting.delete(loadedNumber);
    for (const done of callbacks) {
      if (done === preload || loadedNumber === number) done(exam);
    }
  };

  function preload(exam) {
    for (const picture of exam) if (picture.src) new Image().src = picture.src;
  }

  function announce(message) {
    const notice = byId("notice");
    notice.textContent = message;
    notice.hidden = !message;
  }

  function selectContour(wanted) {
    if (wanted === hash) return;
    hash = wanted;
    closeReasons();
    byId("note").value = "";
    startClock();
    refresh();
  }
  view.onSelect(selectContour);

  function stepContour(by) {
    const all = currentCase().contours;
    const place = all.findIndex((one) => one.hash === hash);
    selectContour(all[(place + by + all.length) % all.length].hash);
  }

  function nextOpenCase() {
    const count = start.cases.length;
    for (let step = 1; step <= count; step += 1) {
      const place = (number + step) % count;
      if (start.cases[place].contours.some(isOpen)) return place;
    }
    return null;
  }

  function refresh() {
    const one = currentCase();
    byId("diagnosis").textContent = one.diagnosis ? t(one.diagnosis) : "";
    const doubts = byId("doubts");
    doubts.replaceChildren();
    for (const check of one.checks) node("li", doubts, t(`check_${check}`), { title: check });
    const list = byId("contours");
    list.replaceChildren();
    for (const item of one.contours) listContour(list, item);
    view.mark(hash, (other) => (verdicts.of(other) || {}).verdict || "");
    byId("undo").disabled = !verdicts.canUndo();
    byId("previous").disabled = number === 0;
    byId("next").disabled = number === start.cases.length - 1;
    refreshProgress();
  }

  function listContour(list, item) {
    const given = verdicts.of(item.hash);
    const button = node("button", node("li", list), "", { type: "button", "aria-current": String(item.hash === hash) });
    const swatch = node("span", button, "", { class: item.drawn ? "swatch" : "swatch none" });
    if (item.drawn) swatch.style.background = item.colour;
    node("span", button, item.drawn ? [item.view, item.label].filter(Boolean).join(" · ") : t("undrawn"));
    node("span", button, given ? t(given.verdict) : "", { class: given ? given.verdict : "" });
    const size = item.mm === null ? "" : `${item.mm.toFixed(1)} mm`;
    const more = item.drawn ? [`${t("reader")} ${item.reader || "–"}`, size] : [t("undrawn_question")];
    if (given && given.reason) more.push(t(`reason_${given.reason}`));
    if (given && given.note) more.push(given.note);
    node("span", button, more.filter(Boolean).join(" · "), { class: "more" });
    for (const other of item.others) {
      const words = [other.reviewer, t(other.verdict), other.reason ? t(`reason_${other.reason}`) : "", other.note || ""];
      node("span", button, words.filter(Boolean).join(" · "), { class: "more" });
    }
    const doubts = node("span", button, "", { class: "more chips" });
    for (const doubt of item.doubts) node("span", doubts, t(`doubt_${doubt}`), { class: "chip" });
    button.addEventListener("click", () => selectContour(item.hash));
  }

  function refreshProgress() {
    let total = 0;
    let done = 0;
    const times = [];
    for (const one of start.cases) {
      const given = one.contours.map((item) => verdicts.of(item.hash)).filter(Boolean);
      total += one.contours.length;
      done += given.length;
      if (given.length === one.contours.length) times.push(given.reduce((sum, verdict) => sum + verdict.seconds, 0));
    }
    times.sort((a, b) => a - b);
    const middle = times.length ? (times[Math.floor((times.length - 1) / 2)] + times[Math.floor(times.length / 2)]) / 2 : null;
    const parts = [
      `${t("case")} ${number + 1} / ${start.cases.length}`,
      `${t("reviewed")} ${done} / ${total}`,
    ];
    if (middle !== null) parts.push(`${t("median")} ${middle.toFixed(middle < 10 ? 1 : 0)} s`);
    byId("progress").textContent = parts.join(" · ");
    const option = byId("cases").options[number];
    if (option) option.textContent = caseLabel(number);
    const [code, style, reason] = verdicts.status();
    byId("saved").textContent = code ? [t(code), reason].filter(Boolean).join(": ") : "";
    byId("saved").className = style;
    if (total && done === total) announce(t(start.stores ? "all_done" : "all_done_static"));
    else announce("");
  }

  const caseLabel = (place) => (start.cases[place].contours.some(isOpen) ? "" : "✓ ") + start.cases[place].id;

  // ---- verdicts

  function give(verdict, reason) {
    const item = contour();
    const note = byId("note").value.trim();
    const said = { contour_hash: hash, case_id: currentCase().id, image_path: item.image_path, verdict, seconds: Math.round(elapsed() * 10) / 10 };
    if (reason) said.reason = reason;
    if (note) said.note = note;
    verdicts.give(said);
    closeReasons();
    byId("note").value = "";
    const open = currentCase().contours.find(isOpen);
    if (open) {
      selectContour(open.hash);
    } else {
      const next = nextOpenCase();
      if (next === null) startClock();
      else showCase(next);
    }
    refresh();
  }

  function undo() {
    const undone = verdicts.undo();
    if (!undone) return;
    const place = start.cases.findIndex((one) => one.contours.some((item) => item.hash === undone));
    if (place !== number) showCase(place);
    selectContour(undone);
    refresh();
  }

  /** Whether a reason fits the selected contour, or the case without one. */
  const isReason = (code) => contour().drawn || start.texts.undrawn_reasons.includes(code);

  function openReasons() {
    for (const button of byId("reasons").querySelectorAll("button")) button.hidden = !isReason(button.dataset.reason);
    byId("reasons").hidden = false;
    byId("reject").setAttribute("aria-expanded", "true");
    byId("reasons").scrollIntoView({ block: "nearest" });
  }
  function closeReasons() {
    byId("reasons").hidden = true;
    byId("reject").setAttribute("aria-expanded", "false");
  }

  function setWindow(wanted) {
    const chosen = view.setWindow(wanted);
    [...byId("windows").children].forEach((button, place) => button.setAttribute("aria-pressed", String(place === chosen)));
  }

  // ---- languages and colours

  function setLanguage(wanted) {
    language = wanted;
    remembered("language", wanted);
    document.documentElement.lang = wanted;
    for (const labelled of document.querySelectorAll("[data-text]")) labelled.textContent = t(labelled.dataset.text);
    byId("stage").setAttribute("aria-label", t("exam"));
    byId("cases").setAttribute("aria-label", t("case"));
    const reasons = byId("reasons");
    for (const old of reasons.querySelectorAll("button")) old.remove();
    start.texts.reasons.forEach((reason, place) => {
      const button = node("button", reasons, "", { type: "button", "data-reason": reason.code });
      node("kbd", button, String(place + 1));
      button.append(` ${t(`reason_${reason.code}`)}`);
      button.addEventListener("click", () => give("reject", reason.code));
    });
    const windows = byId("windows");
    windows.replaceChildren();
    view.WINDOWS.forEach(([code], place) => {
      const button = node("button", windows, "", { type: "button", "aria-pressed": String(place === view.state.window) });
      node("kbd", button, String(place + 1));
      button.append(` ${t(code)}`);
      button.addEventListener("click", () => setWindow(place));
    });
    const keys = byId("keys");
    keys.replaceChildren();
    for (const [shown, code] of KEYS) {
      node("kbd", node("dt", keys), shown);
      node("dd", keys, t(code));
    }
    refresh();
  }

  function setTheme(wanted) {
    document.documentElement.dataset.theme = wanted;
    remembered("theme", wanted);
  }
  function otherTheme() {
    const dark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === "dark"
      : window.matchMedia("(prefers-color-scheme: dark)").matches;
    setTheme(dark ? "light" : "dark");
  }

  function toggleKeys() {
    const keys = byId("keys");
    keys.hidden = !keys.hidden;
    byId("help").setAttribute("aria-expanded", String(!keys.hidden));
    if (!keys.hidden) keys.scrollIntoView({ block: "nearest" });
  }

  // ---- keys, by their place on the keyboard: a Korean input method changes the letter, not the place

  const KEYS = [
    ["A", "accept"], ["R", "reject"], ["1 – 9", "reason_by_number"], ["S", "second_opinion"], ["U", "undo"],
    ["E", "note"], ["J ↓", "next_contour"], ["K ↑", "previous_contour"], ["N →", "next"], ["P ←", "previous"],
    ["Q", "next_open"], ["C", "contours"], ["I", "invert"], ["1 – 4", "window"], ["+ −", "zoom"], ["0", "fit"],
    ["Z", "zoom_to"], ["Shift ← → ↑ ↓", "pan"], ["L", "language"], ["D", "theme"], ["X", "download"], ["H", "keys"],
  ];
  const ACTIONS = {
    KeyA: () => give("accept"),
    KeyR: () => (byId("reasons").hidden ? openReasons() : closeReasons()),
    KeyS: () => give("second_opinion"),
    KeyU: undo,
    KeyE: () => byId("note").focus(),
    KeyJ: () => stepContour(1),
    KeyK: () => stepContour(-1),
    ArrowDown: () => stepContour(1),
    ArrowUp: () => stepContour(-1),
    KeyN: () => showCase(number + 1),
    KeyP: () => showCase(number - 1),
    ArrowRight: () => showCase(number + 1),
    ArrowLeft: () => showCase(number - 1),
    KeyQ: () => { const next = nextOpenCase(); if (next !== null) showCase(next); },
    KeyC: () => byId("toggle").setAttribute("aria-pressed", String(view.toggle())),
    KeyI: () => byId("invert").setAttribute("aria-pressed", String(view.invert())),
    KeyZ: () => view.focus(hash),
    KeyX: () => { if (!start.stores) verdicts.download(); },
    KeyL: () => setLanguage(language === "en" ? "ko" : "en"),
    KeyD: otherTheme,
    KeyH: toggleKeys,
    Digit0: view.fit,
    Numpad0: view.fit,
    Equal: () => view.zoomBy(1.25),
    NumpadAdd: () => view.zoomBy(1.25),
    Minus: () => view.zoomBy(0.8),
    NumpadSubtract: () => view.zoomBy(0.8),
    Escape: closeReasons,
  };
  const PANS = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] };

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || !start) return;
    if (event.target === byId("note")) {
      if (event.code === "Escape" || (event.key === "Enter" && !event.shiftKey && !event.isComposing)) {
        byId("note").blur();
        event.preventDefault();
      }
      return;
    }
    if (event.target === byId("cases") && event.code !== "Escape") return;
    if ((event.key === "Enter" || event.code === "Space") && event.target.tagName === "BUTTON") return;
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    let action = event.shiftKey && PANS[event.code] ? () => view.pan(...PANS[event.code]) : ACTIONS[event.code];
    if (digit) {
      const place = Number(digit[1]) - 1;
      const reason = start.texts.reasons[place];
      if (!byId("reasons").hidden) action = reason && isReason(reason.code) && (() => give("reject", reason.code));
      else if (place < view.WINDOWS.length) action = () => setWindow(place);
    }
    if (!action) return;
    event.preventDefault();
    if (!event.repeat || ["Equal", "Minus"].includes(event.code) || event.shiftKey) action();
  }

  /** Called by `data.js` with everything but the pictures. */
  window.mammodexStart = (data) => {
    start = data;
    for (const text of data.texts.texts) texts[text.code] = text;
    for (const reason of data.texts.reasons) texts[`reason_${reason.code}`] = reason;
    for (const doubt of data.texts.doubts) texts[`doubt_${doubt.code}`] = doubt;
    for (const check of data.texts.checks) texts[`check_${check.code}`] = check;
    verdicts.begin(data, () => refresh());
    const preferred = remembered("language") || (data.language === "ko" || navigator.language.startsWith("ko") ? "ko" : "en");
    const theme = remembered("theme");
    if (theme) setTheme(theme);
    document.title = `mammodex review · ${data.reviewer}`;
    const cases = byId("cases");
    data.cases.forEach((_, place) => node("option", cases, caseLabel(place), { value: String(place) }));
    cases.addEventListener("change", () => { showCase(Number(cases.value)); byId("stage").focus(); });
    byId("download").hidden = data.stores;
    const press = { previous: "KeyP", next: "KeyN", accept: "KeyA", reject: "KeyR", second: "KeyS", undo: "KeyU", toggle: "KeyC", invert: "KeyI", fit: "Digit0", focus: "KeyZ", download: "KeyX", language: "KeyL", theme: "KeyD", help: "KeyH" };
    for (const [id, code] of Object.entries(press)) byId(id).addEventListener("click", () => ACTIONS[code]());
    document.addEventListener("keydown", onKey);
    const open = data.cases.findIndex((one) => one.contours.some(isOpen));
    number = Math.max(0, open);
    hash = currentCase().contours[0].hash;
    setLanguage(preferred);
    showCase(number);
  };
})();
