// Starts the page. The names of its program carry hashes, so the build leaves them in the page as
// data; an inline script would not pass the content security policy.
const { js, wasm } = document.getElementById("program").dataset;
// A page opened as http://user:password@host may fetch nothing from such a URL.
const base = new URL(document.baseURI);
base.username = base.password = "";
const at = (path) => new URL(path, base).href;

// A report can be dropped on any page.
const report = () => import(at("open-report.js"));
const hovers = (event) => {
  const isFile = Boolean(event.dataTransfer?.types.includes("Files"));
  document.documentElement.toggleAttribute("data-drop", isFile && event.type === "dragover");
  if (isFile) event.preventDefault();
  return isFile;
};
addEventListener("dragover", hovers);
addEventListener("dragleave", hovers);
addEventListener("drop", async (event) => {
  const [file] = hovers(event) ? event.dataTransfer.files : [];
  if (file) (await report()).take(file, at);
});

// The report that was looked at before is let go where the page is another one.
const isReport = new URLSearchParams(location.search).has("report");
try {
  if (!isReport) indexedDB.deleteDatabase("logpane-report");
} catch {
  // A browser that keeps nothing has nothing to let go.
}
if (!isReport || await (await report()).open(at)) {
  const { default: init } = await import(at(js));
  await init({ module_or_path: at(wasm) });
}
