// Shows transcripts. All text is put in by textContent: nothing here reads HTML.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  const make = (tag, name, text) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const add = (parent, ...children) => { parent.append(...children.filter(Boolean)); return parent; };
  const round = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(2)).replace("-", "\u2212");
  const plural = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;

  const exchange = (one, index) => {
    const facts = [one.model, one.tokens ? plural(one.tokens, "token") : "", one.latency ? `${one.latency.toFixed(2)} s` : "",
      one.retries ? (one.retries === 1 ? "1 retry" : `${one.retries} retries`) : "", one.cached ? "from cache" : ""].filter(Boolean).join(" · ");
    const box = add(make("div", "exchange"), add(make("p", "facts"), make("b", "", `Try ${index + 1}`), make("span", "", facts)));
    if (one.earlier) box.append(make("p", "facts", `${plural(one.earlier, "earlier message")} of this conversation, then:`));
    for (const [role, text] of one.prompt || []) add(box, add(make("div", "message"), make("span", "role", role), make("pre", "", text)));
    add(box, add(make("div", "message reply"), make("span", "role", "reply"), make("pre", "", one.reply ?? "(no reply)")));
    if (one.status && one.status !== "ok") add(box, add(make("p", "facts"), make("span", `chip st-${one.status}`, one.status), make("span", "", one.problem || "")));
    return box;
  };

  const answerParts = (answer) => {
    const foot = make("div", "answer");
    if (answer.choice) foot.append(make("code", "", answer.choice));
    if (answer.status !== "ok") foot.append(make("span", `chip st-${answer.status}`, answer.cause ? `${answer.status} (${answer.cause.replaceAll("_", " ")})` : answer.status));
    if (answer.problem) foot.append(make("span", "muted", answer.problem));
    if (answer.mark) foot.append(make("span", "mark", answer.mark));
    if (answer.note) add(foot, add(make("details"), make("summary", "", "private note"), make("pre", "", answer.note)));
    if (answer.exchanges) {
      const details = add(make("details"), make("summary", "", answer.exchanges.length > 1 ? `prompts and replies (${answer.exchanges.length} tries)` : "prompt and reply"));
      details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) details.append(...answer.exchanges.map(exchange)); });
      foot.append(details);
    }
    return foot;
  };

  // puts a transcript into a node; one that is looked at by itself gets a slider over its turns
  const draw = (t, target, replay) => {
    const name = (seat) => `player_${seat}`;
    const sees = (line, seat) => seat === null || !line.seen_by || line.seen_by.includes(seat);
    const lineNode = (line, view) => {
      const mine = view === null || view === line.seat;
      const answer = line.answer && mine ? line.answer : null;
      if (line.kind === "move" && !answer) return null;
      const secret = line.seen_by ? make("span", "secret", line.seen_by.length ? `only ${line.seen_by.map(name).join(", ")}` : "hidden from all") : null;
      if (line.seat === undefined || line.seat === null) {
        return add(make("div", line.seen_by ? "line rules-line private" : "line rules-line"), secret, make("span", "", line.text || ""));
      }
      const node = make("div", `line by s${line.seat % 8}${t.seats.length === 2 && line.seat === 1 ? " right" : ""}${line.seen_by ? " private" : ""}`);
      node.append(add(make("p", "who"), make("b", "", name(line.seat)), make("span", "", t.seats[line.seat]), secret));
      extend(node, line, answer);
      return node;
    };
    // what a seat says and does in one turn, where the same seats can see it, stands in one bubble
    const extend = (node, line, answer) => {
      const before = node.querySelector(":scope > .answer");
      const part = line.text ? make("p", "words") : null;
      if (part) {
        if (line.speech) node.classList.add("speech");
        else if (line.kind !== "move") part.append(make("span", "tag", line.kind), " ");
        part.append(line.text);
        node.insertBefore(part, before);
      }
      if (answer) node.append(answerParts(answer));
    };
    const joins = (line, last) => last && line.seat !== undefined && line.seat !== null && line.kind !== "move" && last.kind !== "move" &&
      last.seat === line.seat && last.turn === line.turn && String(last.seen_by) === String(line.seen_by);

    const box = document.createDocumentFragment();
    const head = make("div", "match-head");
    if (!replay) add(head, make("h3", "", t.title), make("p", "muted", `Match ${t.match} · seed ${t.seed}`));
    const table = make("div", "seats");
    t.seats.forEach((who, seat) => add(table, add(make("div", `seat-card s${seat % 8}`), add(make("p", "who"), make("b", "", name(seat)), make("span", "", who)),
      t.roles && t.roles[seat] ? make("p", "kind", t.roles[seat]) : null,
      t.returns ? add(make("p", "return"), make("b", "", round(t.returns[seat])), make("span", "muted", ` ${t.unit}`)) : null)));
    head.append(table);
    if (t.note) head.append(make("p", "notes", t.note));
    if (t.rules) add(head, add(make("details", "rules"), make("summary", "", "Rules as told to the players"), make("p", "prose", t.rules)));
    const scene = t.scene && globalThis.scenes?.[t.scene.kind]?.(t.scene, t, replay);
    const stage = document.getElementById("scene");
    if (scene && stage) stage.replaceChildren(scene);
    else add(head, scene);
    const controls = make("div", "controls");
    const view = make("select");
    view.append(new Option("everything", ""), ...t.seats.map((who, seat) => new Option(`as ${name(seat)} saw it`, String(seat))));
    add(controls, add(make("label"), "Show ", view));
    const lastTurn = Math.max(0, ...t.lines.map((line) => line.turn + 1));
    let slider = null, counter = null;
    if (replay && lastTurn > 0) {
      slider = make("input"); slider.type = "range"; slider.min = 0; slider.max = lastTurn; slider.value = lastTurn; slider.setAttribute("aria-label", "turn");
      counter = make("output", "muted");
      const play = make("button", "", "Play");
      let timer = null;
      const stop = () => { clearInterval(timer); timer = null; play.textContent = "Play"; };
      play.addEventListener("click", () => {
        if (timer) { stop(); return; }
        if (Number(slider.value) >= lastTurn) slider.value = 0;
        play.textContent = "Pause";
        refresh();
        timer = setInterval(() => {
          slider.value = Number(slider.value) + 1;
          refresh();
          if (Number(slider.value) >= lastTurn) stop();
        }, 900);
      });
      slider.addEventListener("input", () => { stop(); refresh(); });
      add(controls, add(make("div", "stepper"), play, slider, counter));
    }
    const flow = make("div", "flow");
    const refresh = () => {
      const seat = view.value === "" ? null : Number(view.value);
      const upTo = slider ? Number(slider.value) : Infinity;
      if (counter) counter.textContent = upTo === 0 ? "before the first move" : `turn ${upTo} of ${lastTurn}`;
      flow.replaceChildren();
      let turn = null, last = null;
      for (const line of t.lines) {
        if (line.turn >= upTo || !sees(line, seat)) continue;
        if (joins(line, last)) {
          extend(flow.lastElementChild, line, seat === null || seat === line.seat ? line.answer : null);
          continue;
        }
        const node = lineNode(line, seat);
        if (!node) continue;
        if (line.turn !== turn && line.turn >= 0) flow.append(make("div", "turn", `turn ${line.turn + 1}`));
        turn = line.turn;
        last = line;
        if (line.kind === "move" && !line.answer.exchanges && !line.answer.note) {
          // bare choices of seats that move at once stand side by side
          const row = flow.lastElementChild && flow.lastElementChild.className === "moves" ? flow.lastElementChild : make("div", "moves");
          if (!row.parentNode) flow.append(row);
          row.append(node);
        } else {
          flow.append(node);
        }
      }
      if (!slider || upTo >= lastTurn) {
        const end = make("div", "ending");
        for (const [fact, value] of t.outcome || []) add(end, add(make("span"), make("b", "", fact), " ", value));
        if (end.children.length) flow.append(end);
      }
    };
    view.addEventListener("change", refresh);
    refresh();
    box.append(head, controls, flow);
    target.replaceChildren(box);
  };

  globalThis.transcripts = { all: data.transcripts, draw, make, add };
  const target = document.getElementById("transcript");
  if (!target || !data.transcripts.length) return;
  if ("replay" in target.dataset) { draw(data.transcripts[0], target, true); return; }
  const games = document.getElementById("pick-game"), players = document.getElementById("pick-player"), list = document.getElementById("matches");
  const distinct = (values) => [...new Set(values)].sort();
  games.append(...distinct(data.transcripts.map((t) => t.title)).map((value) => new Option(value, value)));
  players.append(...distinct(data.transcripts.flatMap((t) => t.seats)).map((value) => new Option(value, value)));
  const fill = () => {
    list.replaceChildren();
    const found = data.transcripts.filter((t) => (!games.value || t.title === games.value) && (!players.value || t.seats.includes(players.value)));
    found.forEach((t, index) => {
      const button = make("button");
      button.type = "button";
      const flagged = t.lines.some((line) => line.answer && line.answer.status !== "ok");
      add(button, make("span", "muted", t.title), ...t.seats.map((who, seat) => add(make("span", "entry"), make("i", `seat s${seat % 8}`), make("span", "", who), make("b", "", round(t.returns[seat])))),
        flagged ? make("span", "chip st-defaulted", "not all clean") : null);
      button.addEventListener("click", () => {
        for (const other of list.querySelectorAll("button")) other.removeAttribute("aria-current");
        button.setAttribute("aria-current", "true");
        draw(t, target, false);
      });
      list.append(add(make("li"), button));
      if (index === 0) { button.setAttribute("aria-current", "true"); draw(t, target, false); }
    });
    if (!found.length) target.replaceChildren(make("p", "muted", "No transcript here fits both choices."));
  };
  games.addEventListener("change", fill);
  players.addEventListener("change", fill);
  fill();
})();
