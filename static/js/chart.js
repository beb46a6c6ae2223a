// The page's charts: what uPlot needs as JavaScript and nothing more. What is drawn is worked out
// in Rust (frontend/src/chart), which calls this class.

// uPlot comes with the first chart, since most visits see none.
const LIBRARY = "uPlot.iife.min.js";
let library = null;
const load = () => (library ??= new Promise((loaded, failed) => {
  const script = document.createElement("script");
  script.src = new URL(LIBRARY, document.baseURI);
  script.onload = loaded;
  script.onerror = () => {
    library = null;
    failed();
  };
  document.head.append(script);
}));

globalThis.LogpaneChart = class {
  // `kind`: line, bars or stacked. `data`: times in seconds, then one column for each name, NaN
  // for a gap. `calls`: shows a value as text, zooms to two times, tells the point at the pointer.
  constructor(host, ...drawing) {
    this.host = host;
    if (globalThis.uPlot) return void this.#draw(...drawing);
    load().then(
      () => this.gone || this.#draw(...drawing),
      () => this.gone || host.append(`${LIBRARY} does not load`),
    );
  }

  #draw(kind, names, colours, data, zone, calls) {
    const host = this.host;
    const [show, zoom, point] = calls;
    const style = getComputedStyle(host);
    const font = `11px ${style.getPropertyValue("--font-text").trim()}`;
    // A canvas takes no light-dark(): what the token comes to in this theme is asked of the host.
    const token = (name) => {
      host.style.color = `var(${name})`;
      const colour = style.color;
      host.style.removeProperty("color");
      return colour;
    };
    const columns = data.map((column, at) =>
      at === 0 ? column : Array.from(column, (value) => (Number.isNaN(value) ? null : value)));
    const bars = kind === "line" ? null : uPlot.paths.bars({ size: [0.8, 40], gap: 0 });
    // Where points stand too close to be drawn, one without neighbours would have no line either.
    const alone = (plot, at, show) => {
      const values = plot.data[at];
      const isAlone = (place) =>
        values[place] != null && values[place - 1] == null && values[place + 1] == null;
      return show ? null : [...values.keys()].filter(isAlone);
    };
    const series = names.map((label, at) => {
      const colour = token(colours[at]);
      const line = { label, stroke: colour, width: 1.5, spanGaps: false, points: { size: 5, filter: alone } };
      if (kind === "stacked") return { ...line, width: 0, fill: colour, paths: bars, points: { show: false } };
      if (kind === "bars") return { ...line, width: 0, fill: colour.replace(/^rgb\((.*)\)$/, "rgba($1, 0.8)"), paths: bars, points: { show: false } };
      return line;
    });
    const axis = {
      stroke: token("--text-muted"),
      grid: { stroke: token("--line"), width: 1 },
      ticks: { stroke: token("--line"), width: 1, size: 4 },
      font,
    };
    const pad = (number) => String(number).padStart(2, "0");
    // A date whose local parts are those of the zone; the browser's own where there is no name.
    const zoned = (seconds) => {
      const date = new Date(seconds * 1000);
      return zone ? uPlot.tzDate(date, zone) : date;
    };
    const stamp = (seconds, step) => {
      const at = zoned(seconds);
      const part = (name) => at[`get${name}`]();
      if (step >= 28 * 86400) return `${part("FullYear")}-${pad(part("Month") + 1)}`;
      const date = `${pad(part("Month") + 1)}-${pad(part("Date"))}`;
      const minute = `${pad(part("Hours"))}:${pad(part("Minutes"))}`;
      if (step >= 86400 || (step >= 3600 && minute === "00:00")) return date;
      return step >= 60 ? minute : `${minute}:${pad(part("Seconds"))}`;
    };
    const size = (_, values) =>
      values === null ? 40 : Math.max(36, 14 + 6.6 * Math.max(...values.map((text) => text.length)));
    this.plot = new uPlot({
      width: Math.max(host.clientWidth, 120),
      height: Math.max(host.clientHeight, 120),
      tzDate: zoned,
      legend: { show: false },
      padding: [12, 24, 0, 0],
      cursor: {
        points: { size: 7 },
        y: false,
        drag: { x: true, y: false, setScale: false },
        bind: { dblclick: () => null },
      },
      scales: { x: { time: true }, y: { range: (_, low, high) => this.#range(kind, low, high) } },
      series: [{}, ...series],
      axes: [
        { ...axis, values: (_, ticks, __, ___, step) => ticks.map((at) => stamp(at, step)) },
        { ...axis, size, values: (_, ticks) => ticks.map((value) => show(value)) },
      ],
      hooks: {
        setCursor: [(plot) => this.gone || point(plot.cursor.idx ?? -1)],
        setSelect: [(plot) => {
          if (this.gone || this.shading || plot.select.width < 3) return;
          const from = plot.posToVal(plot.select.left, "x");
          const to = plot.posToVal(plot.select.left + plot.select.width, "x");
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          zoom(from, to);
        }],
      },
    }, columns, host);
  }

  // Counts and rates start at zero; what goes below keeps its own foot.
  #range(kind, low, high) {
    if (low === null || high === null) return [0, 1];
    const foot = low < 0 ? low : 0;
    const head = high === foot ? foot + 1 : high;
    return [foot, head + (head - foot) * 0.08];
  }

  resize(width, height) {
    this.plot?.setSize({ width: Math.max(width, 120), height: Math.max(height, 120) });
  }

  point(at) {
    if (!this.plot) return;
    const left = at < 0 ? -10 : this.plot.valToPos(this.plot.data[0][at], "x");
    this.plot.setCursor({ left, top: at < 0 ? -10 : 10 });
  }

  shade(from, to) {
    if (!this.plot) return;
    const edge = (at) => this.plot.valToPos(this.plot.data[0][at], "x");
    this.shading = true;
    if (from < 0 || to < 0) {
      this.plot.setSelect({ left: 0, top: 0, width: 0, height: 0 });
    } else {
      const [left, right] = [edge(Math.min(from, to)), edge(Math.max(from, to))];
      const height = this.plot.bbox.height / devicePixelRatio;
      this.plot.setSelect({ left, top: 0, width: right - left, height });
    }
    this.shading = false;
  }

  // What the browser still has in its queue for it must not call what is gone.
  destroy() {
    this.gone = true;
    this.plot?.destroy();
  }
};
