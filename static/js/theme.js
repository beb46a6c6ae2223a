// The reader's theme, before the first paint: the page itself comes a moment later.
try {
  const theme = localStorage.getItem("logpane.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing shows the system's theme.
}
