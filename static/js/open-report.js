// Opens an exported report that was dropped on the page, in a page of the same viewer. Only its data
// are read: nothing that a report brings along runs here. The file is kept by the browser from the
// drop until a page without a report is opened.
const KEPT = "logpane-report";
const MARK = '<meta name="logpane-report"';
const SAID = {
  en: {
    other: "This is no report of Logpane. Log files are followed by `logpane FILE`.",
    gone: "The report is not here any more: drop its file again.",
    broken: "The report cannot be opened:",
  },
  zh: {
    other: "这不是 Logpane 报告。请用 `logpane 文件` 查看日志文件。",
    gone: "报告已不在此处：请重新拖入文件。",
    broken: "无法打开报告：",
  },
};

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const kept = async (mode, use) => {
  const opening = indexedDB.open(KEPT, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("files");
  const database = await done(opening);
  const result = await done(use(database.transaction("files", mode).objectStore("files")));
  database.close();
  return result;
};

const say = (what, error) => {
  const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const said = document.createElement("p");
  said.className = "notice notice--error dropped";
  said.setAttribute("role", "alert");
  said.dataset.testid = "dropped";
  said.textContent = [SAID[language][what], error].filter(Boolean).join(" ");
  document.querySelector(".dropped")?.remove();
  document.body.append(said);
};

// Keeps a file and goes to the page that shows it.
export const take = async (file, at) => {
  try {
    if (!(await file.slice(0, 4096).text()).includes(MARK)) return say("other");
    await kept("readwrite", (files) => files.put(file, "dropped"));
    location.assign(at("./?report"));
  } catch (error) {
    say("broken", error);
  }
};

// Puts the report where the viewer looks for one; false: there is none.
export const open = async (at) => {
  try {
    const file = await kept("readonly", (files) => files.get("dropped"));
    if (file) await unpack(await file.text(), at);
    else say("gone");
    return Boolean(file);
  } catch (error) {
    say("broken", error);
    return false;
  }
};

const unpack = async (html, at) => {
  // A parsed document runs nothing and loads nothing.
  const page = new DOMParser().parseFromString(html, "text/html");
  const manifest = page.getElementById("logpane-manifest").textContent;
  const { coding, view, chunks } = JSON.parse(manifest);
  const dense = document.createElement("script");
  const style = document.createElement("link");
  dense.src = at("dense.js");
  style.rel = "stylesheet";
  style.href = at("report/style.css");
  await Promise.all([dense, style].map((element) => new Promise((resolve, reject) => {
    element.onload = resolve;
    element.onerror = reject;
    document.head.append(element);
  })));
  const bytes = (number, size) => {
    const text = page.getElementById(`logpane-chunk-${number}`).textContent;
    if (coding === "dense") return logpaneDense(text, size);
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  };
  const blobs = chunks.map((chunk, number) => new Blob([bytes(number, chunk.bytes)]));
  // The workers run this viewer's own program, as those of a report on a disk do.
  const script = await (await fetch(at("report/script.js"))).text();
  const [program] = script.split("/*! page */");
  const worker = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  globalThis.logpaneReport = { manifest, chunks: blobs, worker };
  if (location.hash.length < 2 && view) history.replaceState(null, "", `#${view}`);
};
