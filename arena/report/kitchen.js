// Draws the kitchen of Overcooked and moves it step by step. All text is put in by textContent: nothing here reads HTML.
(() => {
  const NS = "http://www.w3.org/2000/svg", FACING = ["north", "south", "east", "west"], SPEEDS = [1, 2, 4, 8, 16];
  const { pictures, held: HELD, hats } = kitchenLook;
  const make = (tag, name, text) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const draw = (tag, attributes = {}) => {
    const node = document.createElementNS(NS, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const number = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(1)).replace("-", "\u2212");
  const move = (node, x, y) => { node.style.transform = `translate(${x}px, ${y}px)`; return node; };

  const shape = ([kind, colour, ...at]) => {
    let node;
    if (kind === "r") node = draw("rect", { x: at[0], y: at[1], width: at[2], height: at[3], rx: at[4] });
    else if (kind === "e") node = draw("ellipse", { cx: at[0], cy: at[1], rx: at[2], ry: at[3] });
    else node = draw("polygon", { points: at.join(" ") });
    node.style.fill = `var(--k-${colour})`;
    return node;
  };
  const picture = (name, x = 50, y = 50, scale = 1) => {
    const node = draw("g", { transform: `translate(${x - 50 * scale} ${y - 50 * scale}) scale(${scale})` });
    node.append(...pictures[name].map(shape));
    return node;
  };
  const small = (name, box = "0 0 100 100") => {
    const svg = draw("svg", { viewBox: box, class: "kt-small", "aria-hidden": "true" });
    svg.append(picture(name));
    return svg;
  };
  const coloured = (node, seat) => {
    node.style.setProperty("--k-hat", `var(--k-hat${seat % hats})`);
    node.style.setProperty("--k-hat_deep", `var(--k-hat${seat % hats}_deep)`);
    return node;
  };

  const named = (thing) => {
    if (!thing) return "nothing";
    if (thing[0] !== "s") return { o: "an onion", t: "a tomato", d: "a dish", m: "a mushroom" }[thing];
    const part = (count, one, many) => (count === "0" ? "" : `${count} ${count === "1" ? one : many}`);
    return `a soup of ${[part(thing[1], "onion", "onions"), part(thing[2], "tomato", "tomatoes")].filter(Boolean).join(" and ")}`;
  };

  // the steps hold what is new in them; a position shares with the one before what stayed
  const unroll = (scene) => {
    const out = [];
    let cooks = [], counters = new Map(), pots = new Map(), score = 0, soups = 0;
    for (const [walked, did, lying, stews, rest] of scene.steps) {
      if (walked) { cooks = cooks.slice(); for (const [seat, x, y, facing, thing] of walked) cooks[seat] = { x, y, facing, thing }; }
      if (lying) { counters = new Map(counters); for (const [x, y, thing] of lying) thing ? counters.set(`${x},${y}`, thing) : counters.delete(`${x},${y}`); }
      if (stews) { pots = new Map(pots); for (const [x, y, ...stew] of stews) stew.length ? pots.set(`${x},${y}`, stew) : pots.delete(`${x},${y}`); }
      score = rest.score ?? score;
      soups = rest.soups ?? soups;
      const last = out.length ? out[out.length - 1].shaping : cooks.map(() => 0);
      const shaping = rest.shaped ? last.map((value, seat) => value + (rest.shaped[seat] ?? 0)) : last;
      out.push({ cooks, counters, pots, score, soups, shaping, did: did || [], say: rest.say || {}, shaped: rest.shaped || {}, served: rest.served || [], news: rest.news || [] });
    }
    return out;
  };

  const kitchen = (scene) => {
    const height = scene.rows.length, width = scene.rows[0].length;
    const svg = draw("svg", { viewBox: `0 -20 ${width * 100} ${height * 100 + 34}`, class: "kt-map", role: "img" });
    const ground = draw("g"), lips = draw("g");
    scene.rows.forEach((row, y) => [...row].forEach((tile, x) => {
      if (tile === " ") {
        const floor = draw("rect", { x: x * 100, y: y * 100, width: 100, height: 100 });
        floor.style.fill = `var(--k-floor${(x + y) % 2 ? "_odd" : ""})`;
        ground.append(floor);
        return;
      }
      ground.append(picture(tile, x * 100 + 50, y * 100 + 50));
      if ((scene.rows[y + 1] ?? " ".repeat(width))[x] === " ") lips.append(picture("lip", x * 100 + 50, y * 100 + 62));
    }));
    const stoves = draw("g"), things = draw("g"), crew = draw("g"), marks = draw("g", { class: "kt-marks" });
    svg.append(ground, lips, stoves, things, crew, marks);
    const cooks = scene.steps[0][0].map((row, seat) => {
      const node = coloured(draw("g", { class: "kt-cook" }), seat), behind = draw("g"), body = draw("g"), before = draw("g"), badge = draw("g");
      const views = FACING.map((name) => picture(name));
      const label = draw("text", { x: 50, y: 22, class: "kt-number" });
      label.textContent = String(seat);
      body.append(...views, label);
      badge.append(picture("speaks"));
      node.append(behind, body, before, badge);
      crew.append(node);
      return { node, behind, before, badge, views, thing: 0, facing: -1 };
    });
    let drawn = {};
    const pot = (x, y, [onions, tomatoes, ready, time], step) => {
      const node = draw("g", { transform: `translate(${x * 100} ${y * 100})` }), left = Math.max(0, ready - step);
      node.append(picture(`${ready < 0 ? "raw" : "hot"}${onions}${tomatoes}`));
      if (ready >= 0 && left > 0) {
        const share = time ? 1 - left / time : 1;
        const back = draw("rect", { x: 8, y: 4, width: 84, height: 17, rx: 8.5 }), bar = draw("rect", { x: 11, y: 7, width: Math.max(11, 78 * share), height: 11, rx: 5.5 });
        back.style.fill = "var(--k-bar_back)";
        bar.style.fill = "var(--k-bar)";
        const label = draw("text", { x: 50, y: 17, class: "kt-left" });
        label.textContent = String(left);
        node.append(back, bar, label);
      } else if (ready >= 0) {
        const mark = picture("ready");
        mark.classList.add("kt-ready");
        node.append(mark);
      }
      return node;
    };
    const show = (state, step) => {
      state.cooks.forEach(({ x, y, facing, thing }, seat) => {
        const cook = cooks[seat];
        move(cook.node, x * 100, y * 100);
        if (cook.facing !== facing) cook.views.forEach((view, index) => { view.style.display = index === facing ? "" : "none"; });
        if (cook.facing !== facing || cook.thing !== thing) {
          cook.behind.replaceChildren();
          cook.before.replaceChildren();
          if (thing) (facing === 0 ? cook.behind : cook.before).append(picture(thing, ...HELD[facing], 0.5));
        }
        cook.badge.style.display = seat in state.say ? "" : "none";
        Object.assign(cook, { facing, thing });
      });
      if (drawn.counters !== state.counters) {
        things.replaceChildren(...[...state.counters].map(([key, thing]) => {
          const [x, y] = key.split(",").map(Number);
          return picture(thing, x * 100 + 50, y * 100 + 47, 0.66);
        }));
      }
      if (drawn.pots !== state.pots || [...state.pots.values()].some((stew) => stew[2] >= Math.min(step, drawn.step))) {
        stoves.replaceChildren(...[...state.pots].map(([key, stew]) => pot(...key.split(",").map(Number), stew, step)));
      }
      marks.replaceChildren(...state.served.map(([x, y, value]) => {
        const label = draw("text", { x: x * 100 + 50, y: y * 100 + 24, class: value > 0 ? "kt-earned" : "kt-earned none" });
        label.textContent = value > 0 ? `+${number(value)}` : number(value);
        return label;
      }));
      const who = state.cooks.map(({ x, y, facing, thing }, seat) => `player_${seat} at ${x}, ${y} facing ${FACING[facing]}, holding ${named(thing)}`);
      svg.setAttribute("aria-label", `The kitchen after ${step} steps. ${who.join(". ")}.`);
      drawn = { counters: state.counters, pots: state.pots, step };
    };
    return { svg, show };
  };

  const card = (name, seat) => {
    const node = coloured(make("article", "kt-card"), seat), words = make("div"), line = make("p", "kt-who"), holds = make("span", "kt-holds");
    const did = make("p", "kt-did"), said = make("p", "kt-said"), shaped = make("span", "kt-shaped"), foot = make("p", "kt-foot");
    line.append(make("b", "", `player_${seat}`), make("span", "", name));
    foot.append(holds, shaped);
    words.append(line, did, foot, said);
    node.append(small("south", "14 -2 72 68"), words);
    let held = null;
    const show = (state, words) => {
      const thing = state.cooks[seat].thing;
      if (held !== thing) {
        holds.replaceChildren(...(thing ? [small(thing), make("span", "", `holds ${named(thing)}`)] : [make("span", "kt-empty", "empty hands")]));
        held = thing;
      }
      did.textContent = words[state.did[seat]] ?? "is about to begin";
      said.textContent = state.say[seat] ?? "";
      said.hidden = !(seat in state.say);
      const now = state.shaped[seat];
      shaped.textContent = `${now ? `+${number(now)} \u2192 ` : ""}${number(state.shaping[seat])} shaped`;
      shaped.classList.toggle("now", Boolean(now));
    };
    return { node, show };
  };

  const ICONS = { first: "M4 3h2v10H4zM13 3v10L6.5 8z", back: "M11.5 3v10L4 8z", play: "M4.5 2.5v11l9-5.5z", pause: "M4 3h3v10H4zM9 3h3v10H9z", next: "M4.5 3v10L12 8z", last: "M10 3h2v10h-2zM3 3v10l6.5-5z" };
  const icon = (button, name) => {
    const svg = draw("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" });
    svg.append(draw("path", { d: ICONS[name] }));
    button.replaceChildren(svg);
  };
  const button = (name, title, act) => {
    const node = make("button", `kt-button kt-${name}`);
    node.type = "button";
    node.title = title;
    node.setAttribute("aria-label", title);
    icon(node, name);
    node.addEventListener("click", act);
    return node;
  };

  // a scene becomes a node; alone on its page, it opens at the step that the address names and listens to keys everywhere
  const film = (scene, transcript, alone) => {
    const states = unroll(scene), last = states.length - 1;
    const root = make("section", scene.rows[0].length > 11 ? "kt kt-broad" : "kt"), map = kitchen(scene), cards = transcript.seats.map(card);
    root.tabIndex = -1;
    const fact = (name) => { const box = make("div"), value = make("dd"); box.append(make("dt", "", name), value); return { box, value }; };
    const facts = { step: fact("step"), score: fact("points"), soups: fact("soups") };
    const tiles = make("dl", "kt-facts");
    tiles.append(...Object.values(facts).map((one) => one.box));
    const orders = make("div", "kt-orders");
    orders.append(make("span", "", "Ordered"));
    const worth = new Map();
    for (const [onions, tomatoes, value, time] of scene.orders) {
      const words = `${number(value)} ${value === 1 ? "point" : "points"}, cooks ${time} ${time === 1 ? "step" : "steps"}`;
      worth.set(words, [...(worth.get(words) ?? []), `s${onions}${tomatoes}`]);
    }
    for (const [words, soups] of worth) {
      const item = make("span", "kt-order");
      item.title = soups.map(named).join(", ");
      item.append(...soups.map((soup) => small(soup)), make("span", "kt-hidden", `${item.title}: `), make("span", "", words));
      orders.append(item);
    }
    const news = make("p", "kt-news");

    let at = 0, timer = null, speed = 4;
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    const show = (step) => {
      const to = Math.max(0, Math.min(last, step)), state = states[to];
      root.style.setProperty("--kt-pace", still.matches || Math.abs(to - at) !== 1 ? "0ms" : `${timer ? 1000 / speed : 160}ms`);
      at = to;
      map.show(state, to);
      for (const one of cards) one.show(state, scene.words);
      facts.step.value.replaceChildren(String(to), make("small", "", ` / ${scene.horizon}`));
      facts.score.value.textContent = number(state.score);
      facts.soups.value.textContent = String(state.soups);
      news.textContent = state.news.join(" ");
      slider.value = String(to);
      slider.setAttribute("aria-valuetext", `step ${to} of ${last}`);
      slider.style.setProperty("--done", `${last ? (100 * to) / last : 100}%`);
    };
    const address = () => { if (alone && !timer) history.replaceState(null, "", `#step=${at}`); };
    const stop = () => {
      clearInterval(timer);
      timer = null;
      icon(toggle, "play");
      toggle.title = "Play (space)";
      toggle.setAttribute("aria-label", "Play");
      crew.setAttribute("aria-live", "polite");
    };
    const tick = () => {
      if (!root.isConnected) { stop(); return; }
      show(at + 1);
      if (at >= last) { stop(); address(); }
    };
    const play = () => {
      if (at >= last) show(0);
      clearInterval(timer);
      timer = setInterval(tick, 1000 / speed);
      icon(toggle, "pause");
      toggle.title = "Pause (space)";
      toggle.setAttribute("aria-label", "Pause");
      crew.setAttribute("aria-live", "off");
    };
    const go = (step) => { stop(); show(step); address(); };
    const flip = () => { if (timer) { stop(); address(); } else play(); };

    const toggle = button("play", "Play (space)", flip);
    const slider = make("input", "kt-slider");
    Object.assign(slider, { type: "range", min: 0, max: last, step: 1 });
    slider.setAttribute("aria-label", "step");
    slider.addEventListener("input", () => go(Number(slider.value)));
    const track = make("div", "kt-track"), markers = make("div", "kt-markers");
    markers.setAttribute("aria-hidden", "true");
    states.forEach((state, step) => {
      const kind = state.served.length ? "served" : Object.keys(state.say).length ? "said" : "";
      if (!kind) return;
      const mark = make("i", kind);
      mark.style.left = `${(100 * step) / Math.max(1, last)}%`;
      markers.append(mark);
    });
    track.append(markers, slider);
    const pace = make("select");
    pace.append(...SPEEDS.map((value) => new Option(`${value} ${value === 1 ? "step" : "steps"}/s`, String(value), value === speed, value === speed)));
    pace.setAttribute("aria-label", "speed");
    pace.addEventListener("change", () => { speed = Number(pace.value); if (timer) play(); });
    const bar = make("div", "kt-bar"), buttons = make("div", "kt-buttons");
    buttons.append(button("first", "To the beginning (Home)", () => go(0)), button("back", "A step back (left)", () => go(at - 1)), toggle,
      button("next", "A step on (right)", () => go(at + 1)), button("last", "To the end (End)", () => go(last)));
    bar.append(buttons, track, pace);

    const stage = make("div", "kt-stage"), side = make("div", "kt-side"), crew = make("div", "kt-cards"), board = make("div", "kt-board");
    board.append(map.svg);
    board.style.setProperty("--kt-wide", `${scene.rows[0].length * 104}px`);
    board.style.setProperty("--kt-shape", `${scene.rows[0].length / (scene.rows.length + 0.34)}`);
    stage.append(board, news, bar, orders);
    crew.append(...cards.map((one) => one.node));
    crew.setAttribute("aria-live", "polite");
    side.append(tiles, crew);
    root.append(stage, side);

    (alone ? document : root).addEventListener("keydown", (event) => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.target.closest?.("select, textarea, input:not(.kt-slider)")) return;
      const step = { ArrowLeft: at - (event.shiftKey ? 10 : 1), ArrowRight: at + (event.shiftKey ? 10 : 1), Home: 0, End: last }[event.key];
      if (step !== undefined) go(step);
      else if (event.key === " " && !event.target.closest?.("button, summary, a")) flip();
      else return;
      event.preventDefault();
    });
    const addressed = () => Number(/^#step=(\d+)$/.exec(location.hash)?.[1] ?? 0);
    if (alone) addEventListener("hashchange", () => { stop(); show(addressed()); });
    show(alone ? addressed() : 0);
    return root;
  };
  globalThis.scenes = { ...globalThis.scenes, overcooked: film };
})();
