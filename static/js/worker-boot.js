// Starts a query worker. The first message names the program and carries it compiled, so that a
// whole pool of workers loads and compiles nothing; from then on the program listens itself.

// A trap inside a promise would otherwise stay in here: the page has to hear that the worker died.
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  self.reportError(event.reason);
});

const start = async ({ data: [js, module] }) => {
  const { default: init } = await import(js);
  await init({ module_or_path: module });
};
self.addEventListener("message", start, { once: true });
