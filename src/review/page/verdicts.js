"use strict";
/**
 * What the reviewer said, and where it is stored: by the server, or in this browser until it is
 * downloaded.
 *
 * @typedef {{contour_hash: string, verdict: string, reason?: string, note?: string, seconds: number,
 *   case_id: string, image_path: string}} GivenVerdict
 */
const verdicts = (() => {
  const RETRY_MS = 3000;
  /** @type {Map<string, GivenVerdict>} the latest of this reviewer by contour */
  const latest = new Map();
  /** Verdicts in the order given, with what was there before: undone from the end. */
  const history = [];
  /** Verdicts that are not on disk yet, the oldest first. */
  let unsent = [];
  let start = null;
  let changed = () => {};
  let isSending = false;
  let failure = "";
  let hasStored = false;
  /** Lines of the static page, and how many of them were downloaded. */
  let lines = [];
  let downloaded = 0;

  function storageKey() {
    return `mammodex review ${start.catalog} ${start.snapshot} ${start.reviewer}`;
  }

  function note(verdict) {
    if (verdict.verdict === "withdrawn") latest.delete(verdict.contour_hash);
    else latest.set(verdict.contour_hash, verdict);
  }

  function begin(data, onChange) {
    start = data;
    changed = onChange;
    for (const verdict of data.verdicts) note(verdict);
    if (data.stores) {
      // What a page at this address could not send before its server ended.
      unsent = JSON.parse(localStorage.getItem(storageKey()) || "[]");
      for (const verdict of unsent) note(verdict);
      hasStored = unsent.length > 0;
      send();
    } else {
      const kept = JSON.parse(localStorage.getItem(storageKey()) || "{}");
      lines = kept.lines || [];
      downloaded = kept.downloaded || 0;
      for (const line of lines) note(line);
      hasStored = lines.length > 0;
    }
  }

  /** Stores a verdict; the answer of the server, or of the browser's storage, decides whether it is saved. */
  function store(verdict) {
    hasStored = true;
    note(verdict);
    if (start.stores) {
      unsent.push(verdict);
      keepUnsent();
      send();
    } else {
      const { case_id, image_path, contour_hash, seconds, ...said } = verdict;
      lines.push({
        number: lines.length + 1, reviewer: start.reviewer, given_at: new Date().toISOString(),
        contour_hash, case_id, image_path, ...said, seconds, snapshot: start.snapshot,
      });
      keep();
    }
    changed();
  }

  function keep() {
    try {
      localStorage.setItem(storageKey(), JSON.stringify({ lines, downloaded }));
      failure = "";
    } catch (error) {
      failure = String(error);
    }
  }

  function keepUnsent() {
    try {
      localStorage.setItem(storageKey(), JSON.stringify(unsent));
    } catch {
      // The page itself still has them.
    }
  }

  async function send() {
    if (isSending) return;
    isSending = true;
    while (unsent.length) {
      const { case_id, image_path, ...said } = unsent[0];
      try {
        const answer = await fetch("verdicts", {
          method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(said),
        });
        // A contour that was drawn again meanwhile is to be looked at again.
        if (!answer.ok && answer.status !== 409) throw new Error(await answer.text());
        unsent.shift();
        keepUnsent();
        failure = "";
      } catch (error) {
        failure = error.message;
        isSending = false;
        setTimeout(send, RETRY_MS);
        changed();
        return;
      }
      changed();
    }
    isSending = false;
    changed();
  }

  function give(verdict) {
    const before = latest.get(verdict.contour_hash);
    history.push({ verdict, before });
    store(verdict);
  }

  /** Takes the last verdict back: the one before counts again. Returns its contour. */
  function undo() {
    const last = history.pop();
    if (!last) return null;
    const { contour_hash, case_id, image_path } = last.verdict;
    store(last.before || { contour_hash, case_id, image_path, verdict: "withdrawn", seconds: 0 });
    return contour_hash;
  }

  function download() {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/jsonl" }));
    link.download = `${start.reviewer}.jsonl`;
    link.click();
    URL.revokeObjectURL(link.href);
    downloaded = lines.length;
    keep();
    changed();
  }

  /** What is to be said of the storage: a text's code, a class, and a reason. */
  function status() {
    if (failure) return ["not_saved", "unsaved", failure];
    if (unsent.length) return ["saving", "", ""];
    if (!start.stores && lines.length > downloaded) return ["in_browser", "unsaved", ""];
    return hasStored ? ["saved", "saved", ""] : ["", "", ""];
  }

  window.addEventListener("beforeunload", (event) => {
    if (start && (unsent.length || failure || (!start.stores && lines.length > downloaded))) event.preventDefault();
  });

  return { begin, give, undo, download, status, of: (hash) => latest.get(hash), canUndo: () => history.length > 0 };
})();
