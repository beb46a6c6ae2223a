// Starts a query worker. The first message is the compiled program, so that a pool of workers
// compiles it once; from then on the program listens itself.
import init from "./worker.js";

// A trap inside a promise would otherwise stay in here: the page has to hear that the worker died.
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  self.reportError(event.reason);
});

self.addEventListener("message", ({ data }) => init({ module_or_path: data }), { once: true });
