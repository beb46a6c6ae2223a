// Starts the page. The names of its program carry hashes, so the build leaves them in the page as
// data; an inline script would not pass the content security policy.
const { js, wasm } = document.getElementById("program").dataset;
// A page opened as http://user:password@host may fetch nothing from such a URL.
const base = new URL(document.baseURI);
base.username = base.password = "";
const at = (path) => new URL(path, base).href;
const { default: init } = await import(at(js));
await init({ module_or_path: at(wasm) });
