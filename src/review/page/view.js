"use strict";
/**
 * The exam as it hangs on a light box: pictures, contours, zoom, pan, window. Nothing here knows of
 * verdicts. Zoom and pan belong to the view, so that they stay when contours are switched.
 *
 * @typedef {{hash: string, colour: string, points: number[][]}} DrawnContour
 * @typedef {{view: string, row: number, column: number, columns: number, rows: number,
 *   src: string|null, full: string|null, error: string|null, contours: DrawnContour[]}} ExamPicture
 */
const view = (() => {
  /** The gap between panes, as a share of their width. */
  const GAP = 0.01;
  const MOST_ZOOM = 8;
  /** Windows as the lowest and highest grey level that are shown, 0 to 1. */
  const WINDOWS = [["window_header", 0, 1], ["window_dense", 0.35, 1], ["window_narrow", 0.25, 0.75], ["window_dark", 0, 0.5]];
  const stage = document.getElementById("stage");
  const sheet = document.getElementById("sheet");
  const state = { zoom: 1, x: 0, y: 0, width: 1, height: 1, window: 0, inverted: false, shown: true, whole: true };
  /** @type {ExamPicture[]} */
  let pictures = [];
  /** @type {(hash: string) => void} */
  let select = () => {};

  function element(name, parent, attributes = {}) {
    const svg = ["svg", "path"].includes(name);
    const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    parent.append(node);
    return node;
  }

  function place() {
    sheet.style.transform = `translate(${state.x}px, ${state.y}px) scale(${state.zoom})`;
    // A pixel of the screen, for what is drawn on the pictures.
    sheet.style.setProperty("--unit", `${1 / state.zoom}px`);
    sharpen();
  }

  /** Loads the whole picture of panes that are shown larger than their preview. */
  function sharpen() {
    for (const pane of sheet.children) {
      const preview = pane.querySelector("img");
      if (!preview || !pane.dataset.full || !preview.naturalWidth) continue;
      const shown = pane.offsetWidth * state.zoom * window.devicePixelRatio;
      if (shown > preview.naturalWidth * 1.2) {
        const full = element("img", pane, { alt: "" });
        preview.after(full);
        full.addEventListener("load", () => full.classList.add("loaded"));
        full.src = pane.dataset.full;
        delete pane.dataset.full;
      }
    }
  }

  function filter() {
    const [, low, high] = WINDOWS[state.window];
    // Brightness b and contrast k map a level v to k(bv - 1/2) + 1/2, the window's straight line.
    const slope = 1 / (high - low);
    const contrast = 1 + 2 * low * slope;
    const brightness = slope / contrast;
    const inverted = state.inverted ? " invert(1)" : "";
    for (const image of sheet.querySelectorAll("img")) {
      image.style.filter = `brightness(${brightness}) contrast(${contrast})${inverted}`;
    }
  }

  function fit() {
    const zoom = Math.min(stage.clientWidth / state.width, stage.clientHeight / state.height);
    state.zoom = zoom || 1;
    state.x = (stage.clientWidth - state.width * state.zoom) / 2;
    state.y = (stage.clientHeight - state.height * state.zoom) / 2;
    state.whole = true;
    place();
  }

  /** Zooms by a factor around a point of the stage. */
  function zoomBy(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
    const least = Math.min(stage.clientWidth / state.width, stage.clientHeight / state.height) / 2;
    const zoom = Math.max(least, Math.min(MOST_ZOOM, state.zoom * factor));
    state.x = x - ((x - state.x) * zoom) / state.zoom;
    state.y = y - ((y - state.y) * zoom) / state.zoom;
    state.zoom = zoom;
    state.whole = false;
    place();
  }

  function pan(x, y) {
    state.x += x;
    state.y += y;
    state.whole = false;
    place();
  }

  /** Zooms to a contour with as much again around it. */
  function focus(hash) {
    const path = sheet.querySelector(`path[data-hash="${hash}"]`);
    if (!path) return;
    const pane = path.closest(".pane");
    const box = path.getBBox();
    const side = Math.max(box.width, box.height, 40) * 2.5;
    state.zoom = Math.min(MOST_ZOOM, stage.clientWidth / side, stage.clientHeight / side);
    state.x = stage.clientWidth / 2 - (pane.offsetLeft + box.x + box.width / 2) * state.zoom;
    state.y = stage.clientHeight / 2 - (pane.offsetTop + box.y + box.height / 2) * state.zoom;
    state.whole = false;
    place();
  }

  /** The pictures of a case in hanging order: chest walls together. */
  function show(exam, missing) {
    pictures = exam;
    sheet.replaceChildren();
    const width = Math.max(...exam.map((picture) => picture.columns), 1);
    const gap = Math.max(1, Math.round(width * GAP));
    const rows = Math.max(...exam.map((picture) => picture.row), 0) + 1;
    const heights = Array.from({ length: rows }, (_, row) =>
      Math.max(...exam.filter((picture) => picture.row === row).map((picture) => picture.rows), 1));
    let top = 0;
    for (let row = 0; row < rows; row += 1) {
      for (const picture of exam.filter((one) => one.row === row)) {
        const left = picture.column === 0 ? width - picture.columns : width + gap;
        const pane = element("div", sheet, { class: "pane", "data-view": picture.view });
        Object.assign(pane.style, { left: `${left}px`, top: `${top}px`, width: `${picture.columns}px`, height: `${picture.rows}px` });
        if (picture.full) pane.dataset.full = picture.full;
        if (picture.src) {
          const image = element("img", pane, { alt: picture.view, draggable: "false" });
          image.addEventListener("load", sharpen);
          image.addEventListener("error", () => { image.remove(); complain(pane, picture, missing); });
          image.src = picture.src;
        } else {
          complain(pane, picture, missing);
        }
        drawContours(pane, picture);
      }
      top += heights[row] + gap;
    }
    Object.assign(state, { width: 2 * width + gap, height: top - gap });
    Object.assign(sheet.style, { width: `${state.width}px`, height: `${state.height}px` });
    filter();
    fit();
  }

  function complain(pane, picture, missing) {
    const size = `${Math.round(picture.rows / 25)}px`;
    const message = element("div", pane, { class: "missing" });
    message.style.fontSize = size;
    message.textContent = `${picture.view}: ${picture.error || missing}`;
  }

  function drawContours(pane, picture) {
    const svg = element("svg", pane, { viewBox: `0 0 ${picture.columns} ${picture.rows}` });
    const label = element("span", pane, { class: `label ${picture.column === 0 ? "right" : "left"}` });
    label.textContent = picture.view;
    for (const contour of picture.contours) {
      const points = contour.points.map((point) => point.join(" ")).join("L");
      const path = element("path", svg, { d: `M${points}Z`, stroke: contour.colour, "data-hash": contour.hash });
      path.addEventListener("click", () => select(contour.hash));
    }
  }

  function toggle() {
    state.shown = !state.shown;
    stage.classList.toggle("no-contours", !state.shown);
    return state.shown;
  }

  /** Marks the selected contour, and others by what the reviewer said of them. */
  function mark(selected, verdicts) {
    for (const path of sheet.querySelectorAll("path")) {
      const verdict = verdicts(path.dataset.hash);
      path.setAttribute("class", [verdict, path.dataset.hash === selected ? "selected" : ""].join(" "));
    }
  }

  let drag = null;
  stage.addEventListener("pointerdown", (event) => {
    drag = { x: event.clientX, y: event.clientY, id: event.pointerId };
  });
  stage.addEventListener("pointermove", (event) => {
    if (!drag || drag.id !== event.pointerId) return;
    // Taken only when it moves, so that a click still reaches a contour.
    if (Math.abs(event.clientX - drag.x) + Math.abs(event.clientY - drag.y) > 2) {
      stage.setPointerCapture(event.pointerId);
      stage.classList.add("dragged");
    }
    pan(event.clientX - drag.x, event.clientY - drag.y);
    Object.assign(drag, { x: event.clientX, y: event.clientY });
  });
  for (const end of ["pointerup", "pointercancel"]) {
    stage.addEventListener(end, () => { drag = null; stage.classList.remove("dragged"); });
  }
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = stage.getBoundingClientRect();
    zoomBy(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  let size = [stage.clientWidth, stage.clientHeight];
  new ResizeObserver(() => {
    const now = [stage.clientWidth, stage.clientHeight];
    if (pictures.length && now.join() !== size.join()) {
      // A whole exam stays whole; else the middle of the stage stays the middle.
      if (state.whole) fit();
      else pan((now[0] - size[0]) / 2, (now[1] - size[1]) / 2);
    }
    size = now;
  }).observe(stage);

  return {
    WINDOWS, state, show, fit, zoomBy, pan, focus, toggle, mark,
    onSelect(action) { select = action; },
    setWindow(number) { state.window = number % WINDOWS.length; filter(); return state.window; },
    invert() { state.inverted = !state.inverted; filter(); return state.inverted; },
  };
})();
