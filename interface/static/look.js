// Keeps the look that a visitor chose; without a choice the page follows the system's.
(() => {
  const KEY = 'footnote-look';
  let chosen = null;
  try {
    chosen = localStorage.getItem(KEY);
  } catch { /* storage is barred: the choice lasts as long as the page */ }

  function apply() {
    if (chosen !== 'dark' && chosen !== 'light') return;
    const dark = chosen === 'dark';
    if (document.body.classList.contains('dark') !== dark) document.body.classList.toggle('dark', dark);
  }

  document.addEventListener('footnote:look', (event) => {
    chosen = event.detail;
    apply();
    try {
      localStorage.setItem(KEY, chosen);
    } catch { /* as above */ }
  });
  function follow() {
    apply();
    // The page's framework sets the system's look when it starts and when the system changes.
    new MutationObserver(apply).observe(document.body, { attributeFilter: ['class'] });
  }
  if (document.body) follow();
  else document.addEventListener('DOMContentLoaded', follow);
})();
