// Starts the viewer within an exported report: everything it needs stands in the page as text, and
// nothing is fetched. Runs in <head>, behind the parts; what is shown until then needs no script.
(() => {
  // The workers run what stands before the mark in this very script.
  const [program] = document.currentScript.textContent.split("/*! " + "page */");

  const settled = () => new Promise((resolve) => {
    // Painted once, so that a large report shows its summary while it is unpacked.
    const painted = () => requestAnimationFrame(() => setTimeout(resolve));
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", painted);
    else painted();
  });

  // Takes a part out of the page: it would be in memory twice.
  const take = (id, coding, size) => {
    const element = document.getElementById(`logpane-${id}`);
    const text = element.textContent;
    element.remove();
    if (coding === "dense") return logpaneDense(text, size);
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  };

  const start = async () => {
    await settled();
    const manifest = document.getElementById("logpane-manifest").textContent;
    const { coding, view, chunks, viewer } = JSON.parse(manifest);
    if (location.hash.length < 2 && view) location.replace(`#${view}`);
    const { bytes } = viewer.find((part) => part.name === "wasm");
    const module = await WebAssembly.compile(fzstd.decompress(take("wasm", coding, bytes)));
    // Blobs, so that every worker reads from the same bytes.
    const blobs = chunks.map((chunk, at) => new Blob([take(`chunk-${at}`, coding, chunk.bytes)]));
    const worker = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
    globalThis.logpaneReport = { manifest, chunks: blobs, worker };
    await wasm_bindgen({ module_or_path: module });
  };
  start().catch((error) => {
    const said = document.createElement("p");
    said.className = "report-broken";
    said.textContent = String(error);
    document.body.prepend(said);
  });
})();
