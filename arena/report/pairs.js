// Asks which of two transcripts is better, pair by pair; the answers are saved as a file of JSON lines.
(() => {
  const { pairs, question, seat, key } = JSON.parse(document.getElementById("data").textContent);
  const { all, draw } = globalThis.transcripts;
  const part = (id) => document.getElementById(id);
  const [left, right, where, told, rater] = ["left", "right", "where", "told", "rater"].map(part);
  const answers = new Map();
  const tell = (text) => { told.textContent = text; told.hidden = !text; };
  try {
    for (const [index, preference] of JSON.parse(localStorage.getItem(key) || "[]")) if (index < pairs.length) answers.set(index, preference);
  } catch {
    tell("This browser keeps nothing for this page: save the answers before you close it.");
  }
  let at = pairs.findIndex((_, index) => !answers.has(index));
  if (at < 0) at = 0;

  const show = () => {
    draw(all[pairs[at].transcripts[0]], left, true);
    draw(all[pairs[at].transcripts[1]], right, true);
    mark();
  };
  const mark = () => {
    where.textContent = `pair ${at + 1} of ${pairs.length}, ${answers.size} answered`;
    for (const button of document.querySelectorAll("[data-preference]")) button.setAttribute("aria-pressed", String(answers.get(at) === Number(button.dataset.preference)));
  };
  const go = (step) => { at = Math.min(pairs.length - 1, Math.max(0, at + step)); show(); };
  const answer = (preference) => {
    answers.set(at, preference);
    try { localStorage.setItem(key, JSON.stringify([...answers])); } catch { /* told at the beginning */ }
    if (at + 1 < pairs.length) go(1);
    else { mark(); tell(answers.size === pairs.length ? "All pairs are answered. Save the answers." : ""); }
  };
  const save = () => {
    if (!rater.value.trim()) { tell("Say who answered, then save."); rater.focus(); return; }
    if (!answers.size) { tell("There is no answer to save yet."); return; }
    const lines = [...answers].sort((one, other) => one[0] - other[0]).map(([index, preference]) =>
      `${JSON.stringify({ first: pairs[index].first, second: pairs[index].second, preference, rater: rater.value.trim(), seat, question })}\n`);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(lines, { type: "application/x-ndjson" }));
    link.download = "labels.jsonl";
    link.click();
    tell(`${lines.length} ${lines.length === 1 ? "answer" : "answers"} saved as labels.jsonl.`);
  };
  for (const button of document.querySelectorAll("[data-preference]")) button.addEventListener("click", () => answer(Number(button.dataset.preference)));
  for (const button of document.querySelectorAll("[data-go]")) button.addEventListener("click", () => go(Number(button.dataset.go)));
  part("save").addEventListener("click", save);
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    const preference = { 1: 1, 2: 0, 0: 0.5 }[event.key];
    if (preference !== undefined) answer(preference);
  });
  show();
})();
