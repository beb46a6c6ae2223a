// A query worker of an exported report, started from a blob: the program stands before this, the
// first message brings it compiled and says what the report holds.
if (typeof document === "undefined") {
  // A trap inside a promise would otherwise stay in here: the page has to hear that it died.
  self.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    self.reportError(event.reason);
  });
  const start = async ({ data: [, module, report] }) => {
    self.logpaneReport = report;
    await wasm_bindgen({ module_or_path: module });
  };
  self.addEventListener("message", start, { once: true });
}
